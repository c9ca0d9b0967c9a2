/** Nonsense wherever something can be given: the error that is documented, and nothing else happens. */
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, vi } from 'vitest'
import { pageOf, type Rig, type Row, sections } from '../support/bad-input.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { boom, nonsense } from '../support/nonsense.ts'
import { watchPageListeners } from '../support/page.ts'
import { at, recordOf, scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { settle, test } from './fixture.ts'

const seed = Number(process.env['SEED'] ?? 20_261_201)
const numRuns = Number(process.env['RUNS'] ?? 60)

/** By name, since many of these cannot be printed. */
type Given = readonly [name: string, value: () => unknown]
const known = [...nonsense].map(([name, value]): Given => [name, () => value])
const made: fc.Arbitrary<Given> = fc
  .oneof(
    fc.double(),
    fc.integer(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.anything({
      withNullPrototype: true,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSparseArray: true,
    }),
  )
  .map((value) => [fc.stringify(value), () => value])

/** All that may not change. */
function pictureOf(
  { socket, Fake }: Rig,
  told: readonly string[],
  isListening: () => readonly string[],
): object {
  return {
    state: socket.state,
    queue: [socket.queue.length, socket.queue.bytes, socket.bufferedAmount],
    stats: socket.stats,
    listeners: socket.eventNames().map((name) => [name, socket.listenerCount(name)]),
    binaryType: socket.binaryType,
    natives: Fake.instances.map(({ sent, closeCalls, readyState }) => [
      sent.length,
      closeCalls.length,
      readyState,
    ]),
    timers: vi.getTimerCount(),
    told: told.length,
    page: isListening(),
  }
}

async function errorOf(give: () => unknown): Promise<unknown> {
  try {
    const answer = give()
    // A promise is the answer of two methods; a stream or a socket that was made is none.
    if (answer instanceof Promise) await answer
  } catch (error) {
    return error
  }
  return undefined
}

/** Of groups and codes the members are read: what their getters throw comes out as it is. */
function expectDocumented(error: unknown, { name, error: kind, isGroup }: Row, value: unknown): void {
  if (isGroup && error === boom) return
  expect(error, 'nothing was thrown').toBeInstanceOf(Error)
  const { name: found, message } = error as Error
  if (isGroup && found === 'TypeError') {
    expect(message).toMatch(/^Expected `|^Unknown option `|Cannot /)
    return
  }
  expect(found).toBe(kind)
  expect(message).toContain(`\`${name}\``)
  expect(message).toMatch(/, got /)
  if (typeof value === 'number') expect(message).toContain(`got ${value}`)
}

describe.for(sections)('$title', ({ rows }) => {
  test.for(rows)('[L12] $member: $error unless it is $fits', async (row, { reported }) => {
    const page = watchPageListeners()
    const unhandled = unhandledRejections()
    const rigs: Rig[] = [await at('open'), await at('waiting'), await at('closed')]
    for (const { socket } of rigs.slice(0, 2)) socket.send('before', { key: 'k' })
    const told = rigs.map(({ socket }) => recordOf(socket).order)
    const pictures = (): object[] => rigs.map((rig, index) => pictureOf(rig, told[index] ?? [], page.ever))
    const start = pictures()
    const check = async ([, get]: Given): Promise<void> => {
      const value = get()
      if (value === undefined ? !row.isNeeded : row.isFit(value)) return
      const before = pictures()
      for (const { socket } of rigs) {
        const Fake = createFakeWebSocket()
        const error = await errorOf(() => row.give(value, { socket, Fake }))
        expectDocumented(error, row, value)
        expect(Fake.instances).toHaveLength(0)
      }
      expect(pictures()).toEqual(before)
    }
    const property = fc.asyncProperty(fc.oneof(fc.constantFrom(...known), made), check)
    await fc.assert(property, { seed, numRuns, examples: known.map((each) => [each]) })
    await settle()
    expect(pictures()).toEqual(start)
    expect(reported).toEqual([])
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(await unhandled()).toEqual([])
  })
})

test('[L12] `docs/bad-input.md` is the same table', () => {
  const file = 'docs/bad-input.md'
  const page = pageOf(sections)
  if (process.env['UPDATE']) writeFileSync(file, page)
  expect(readFileSync(file, 'utf8')).toBe(page)
})

describe('what functions of the application answer', () => {
  type Answer = [name: string, what: string, get: () => unknown]
  const isText = (value: unknown): boolean => typeof value === 'string'
  const isDelay = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 2 ** 31
  const isBoolean = (value: unknown): boolean => typeof value === 'boolean'
  const unfit = (name: string, isFit: (value: unknown, what: string) => boolean): Answer[] =>
    known.filter(([what, get]) => !isFit(get(), what)).map(([what, get]) => [name, what, get])
  /** Of the nonsense, these are subprotocols: one, or none. */
  const protocols = ['a digit', '__proto__', 'a long string', 'an array']

  test.for([...unfit('url', isText), ...unfit('protocols', (_, what) => protocols.includes(what))])(
    '[R5] `%s` answers %s: one failed attempt and a retry',
    async ([name, , get], { reported }) => {
      const unhandled = unhandledRejections()
      const { socket, Fake, record } = scripted({ [name]: get })
      await settle()
      expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
      expect(record.of('error')).toMatchObject([{ code: 'PROVIDER_FAILED' }])
      expect(Fake.instances).toHaveLength(0)
      socket.close()
      expect(reported).toEqual([])
      expect(await unhandled()).toEqual([])
    },
  )

  test.for([
    ...unfit('delay', isDelay),
    ...unfit('shouldReconnect', (value) => isDelay(value) || isBoolean(value)),
    ...unfit('isPong', isBoolean),
  ])(
    '[R1] `%s` answers %s: it is reported, and what is done without it is done',
    async ([name, , get], { reported }) => {
      const unhandled = unhandledRejections()
      const heartbeat = { interval: 1_000, message: 'ping' }
      const { socket, Fake, record } = await at(
        'open',
        name === 'isPong'
          ? { heartbeat: { ...heartbeat, isPong: get as never } }
          : { reconnect: { [name]: get } },
      )
      Fake.last.receive('news')
      Fake.last.fail()
      expect(record.of('message')).toEqual(['news'])
      expect(socket.state.name).toBe('waiting')
      expect(reported).toHaveLength(1)
      expect((reported[0] as Error).message).toContain(`${name}\``)
      socket.close()
      expect(await unhandled()).toEqual([])
    },
  )
})
