/** The manual of the options, which is the comments on their types, says what the code does. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readOptions } from '../../src/settings.ts'

const { reconnect, queue, ...rest } = readOptions({})
const values = new Map<string, unknown>(Object.entries({ ...rest, ...reconnect, ...queue }))

/** What the manual says of the option of each name, where it gives a plain value. */
const said = ['src/options.ts', 'src/rules/backoff.ts']
  .flatMap((file) => readFileSync(file, 'utf8').split('/**').slice(1))
  .flatMap((piece) => {
    const [, value] = /@default (-?[\d.]+|Infinity|true|false|'[\w-]+'|\[\])/.exec(piece) ?? []
    const [, name] = /\*\/\s*(\w+)\?:/.exec(piece) ?? []
    return value && name && values.get(name) !== undefined ? [{ name, value }] : []
  })

test('[L12] the manual gives the default of nearly every option', () => {
  expect(said.length).toBeGreaterThan(15)
})

test.each(said)('[L12] the default of `$name` is $value', ({ name, value }) => {
  const isGroup = name === 'reconnect' || name === 'queue'
  const expected: unknown = value === 'Infinity' ? Infinity : JSON.parse(value.replaceAll("'", '"'))
  expect(isGroup || values.get(name)).toEqual(expected)
})
