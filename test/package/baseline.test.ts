/** The browsers of docs/packaging.md: what the published code asks of them. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as esbuild from 'esbuild'
import { expect, inject, test } from 'vitest'

const target = ['chrome93', 'edge93', 'firefox92', 'safari15.4']

/** Of what came after them, what a library like this would be tempted by. */
const younger =
  /\.(findLast|findLastIndex|toSorted|toReversed|toSpliced|groupBy|fromAsync|withResolvers|getOrInsert)\(|\bAbortSignal\.(any|timeout)\b|\bstructuredClone\(|\bnew (Set|Map)\([^)]*\)\.(union|intersection|difference)\(|\bscheduler\.|\bWebSocketStream\b/

const dist = join(inject('packed'), 'node_modules/steadysocket/dist')
const code = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?js$/.test(file))

test('[P2] its syntax is known to the browsers that it names', async () => {
  expect(code.length).toBeGreaterThan(20)
  const lowered: string[] = []
  for (const file of code) {
    const text = readFileSync(join(dist, file), 'utf8')
    const [asIs, forThem] = await Promise.all(
      ['esnext', target].map((target) => esbuild.transform(text, { target, logLevel: 'silent' })),
    )
    if (asIs?.code !== forThem?.code) lowered.push(file)
  }
  expect(lowered).toEqual([])
})

test('[P2] it calls nothing that they lack', () => {
  const found = code.flatMap((file) => {
    const [call] = younger.exec(readFileSync(join(dist, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')) ?? []
    return call === undefined ? [] : [`${file}: ${call}`]
  })
  expect(found).toEqual([])
})
