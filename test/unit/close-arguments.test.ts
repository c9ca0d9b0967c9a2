/** The code and reason of `close()` and `reconnect()`: checked before anything changes, never left out by the library. */
import { describe, expect, vi } from 'vitest'
import { page } from '../support/page.ts'
import { at, type Script, type Scripted, type Stage, scripted, stages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const methods = ['close', 'reconnect'] as const

function thrownBy(run: () => void): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

const badCodes = [0, 1, 999, 1001, 1005, 1006, 1015, 2999, 5000, 65_536, -1000, NaN, Infinity, 'away']

const badReasons: [string, string][] = [
  ['124 letters', 'x'.repeat(124)],
  ['62 umlauts', 'ü'.repeat(62)],
  ['42 euro signs', '€'.repeat(42)],
  ['31 emoji', '🙂'.repeat(31)],
  // Goes out as U+FFFD, 3 bytes.
  ['42 lone surrogates', '\ud800'.repeat(42)],
]

const goodArguments: [string, number, string][] = [
  ['1000', 1000, ''],
  ['3000', 3000, 'x'],
  ['4999', 4999, 'x'.repeat(123)],
  ['61 umlauts', 4000, 'ü'.repeat(61)],
  ['41 euro signs', 4000, '€'.repeat(41)],
  ['30 emoji', 4000, '🙂'.repeat(30)],
]

describe.for(methods)('%s', (method) => {
  test.for(badCodes)(`[L7] ${method}() refuses code %s as natively`, async (code) => {
    const { socket } = await at('open')
    const error = thrownBy(() => socket[method](code as number))
    expect(error).toBeInstanceOf(DOMException)
    expect(error).toMatchObject({ name: 'InvalidAccessError' })
    expect((error as DOMException).message).toContain(`got ${typeof code === 'string' ? `"${code}"` : code}`)
  })

  test(`[L7] ${method}() refuses null, which natively is 0`, async () => {
    const { socket } = await at('open')
    expect(thrownBy(() => socket[method](null as never))).toMatchObject({ name: 'InvalidAccessError' })
  })

  test.for(badReasons)(`[L7] ${method}() refuses a reason of %s as natively`, async ([, reason]) => {
    const { socket } = await at('open')
    const error = thrownBy(() => socket[method](4000, reason))
    expect(error).toBeInstanceOf(DOMException)
    expect(error).toMatchObject({ name: 'SyntaxError' })
  })

  test(`[L7] ${method}() tells of the code before the reason, and throws a TypeError where there is no string`, async () => {
    const { socket } = await at('open')
    expect(thrownBy(() => socket[method](1, 'x'.repeat(124)))).toMatchObject({ name: 'InvalidAccessError' })
    expect(() => socket[method](1000, Symbol('reason') as never)).toThrow(TypeError)
    expect(socket.state.name).toBe('open')
  })

  test.for(stages)(`[L7] at the stage %s a refused ${method}() changes nothing`, async (stage) => {
    const { socket, Fake, record } = await at(stage)
    const { state } = socket
    const told = [...record.order]
    const timers = vi.getTimerCount()
    const natives = Fake.instances.map(({ readyState, closeCalls }) => [readyState, closeCalls.length])
    if (stage !== 'open' && stage !== 'closing' && stage !== 'closed') socket.send('waits')
    const { length } = socket.queue

    expect(() => socket[method](1001)).toThrow(DOMException)
    expect(() => socket[method](1000, '€'.repeat(42))).toThrow(DOMException)
    await settle()
    expect(socket.state).toBe(state)
    expect(record.order).toEqual(told)
    expect(vi.getTimerCount()).toBe(timers)
    expect(socket.queue.length).toBe(length)
    expect(Fake.instances.map(({ readyState, closeCalls }) => [readyState, closeCalls.length])).toEqual(
      natives,
    )
  })

  test.for(goodArguments)(`[L7] ${method}() passes on %s`, async ([, code, reason]) => {
    const { socket, Fake } = await at('open')
    socket[method](code, reason)
    expect(Fake.instances[0]?.closeCalls).toEqual([{ code, reason }])
  })
})

type Ending = [string, Stage, Script<string, string>, (rig: Scripted) => unknown]

const internalEndings: Ending[] = [
  ['reconnect()', 'open', {}, ({ socket }) => socket.reconnect()],
  ['a connect timeout', 'connecting', {}, () => pass(10_000)],
  ['close() while connecting', 'connecting', {}, ({ socket }) => socket.close()],
  ['close() during the handshake', 'handshake', {}, ({ socket }) => socket.close()],
  ['connect() while closing', 'closing', {}, ({ socket }) => socket.connect()],
  ['closeTimeout', 'closing', {}, () => pass(6_000)],
  ['the page being left', 'open', {}, () => page.leave()],
  [
    'a dead heartbeat',
    'open',
    { heartbeat: { interval: 1_000, timeout: 1_000, message: 'ping' } },
    () => pass(2_000),
  ],
]

test.for(internalEndings)('[L7] after %s the native socket was closed with a code', async (ending) => {
  const [, stage, script, bringAbout] = ending
  const rig = await at(stage, script)
  const native = rig.Fake.last
  const before = native.closeCalls.length
  await bringAbout(rig)
  const calls = native.closeCalls.slice(before)
  expect(calls).toHaveLength(1)
  expect([1000, 3008]).toContain(calls[0]?.code)
  page.turnVisible()
  page.show()
})

test('[L7] after a failed handshake the native socket was closed with a code', async () => {
  const { Fake } = scripted({ handshake: () => Promise.reject(new Error('who are you?')) })
  await settle()
  Fake.last.accept()
  await settle()
  expect(Fake.last.closeCalls).toEqual([{ code: 1000, reason: '' }])
})
