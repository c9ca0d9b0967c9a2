/** Limits whose timers come late: what they wait for may be there already, behind them. */
import { setImmediate as realTask } from 'node:timers/promises'
import { describe, expect, vi } from 'vitest'
import { delayTimers, notBetween } from '../support/late-timers.ts'
import { at } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const second = 1_000
const underWay = ['provider', 'connecting', 'handshake'] as const

/** The machine sleeps, or the page stands still, between these moments from now on, in ms. */
function sleepBetween(...gaps: Array<[from: number, to: number]>): void {
  const now = performance.now()
  delayTimers(notBetween(...gaps.map(([from, to]): [number, number] => [now + from, now + to])))
}

/** So many ms, but no task more: what a timer has put off to a later task is still to come. */
function passWithoutTasks(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds)
}

/** What was put off to a later task is done, by whatever means. */
async function nextTasks(): Promise<void> {
  for (let count = 0; count < 3; count++) {
    await settle()
    await realTask()
  }
}

describe('the limit of an attempt, much too late', () => {
  test.for(underWay)('[H2] grants its full time once more: %s', async (stage) => {
    sleepBetween([4 * second, 16 * second])
    const { record } = await at(stage, { connectTimeout: 5 * second })
    await pass(16 * second)
    await nextTasks()
    expect(record.states).toEqual(['connecting'])
    await pass(5 * second - 1)
    expect(record.states).toEqual(['connecting'])
    await pass(1)
    expect(record.of('close')).toMatchObject([{ phase: stage, error: { code: 'CONNECT_TIMEOUT' } }])
  })

  test('[H2] that is more than 1.5 s', async () => {
    sleepBetween([4 * second, 6_501])
    const { record } = await at('connecting', { connectTimeout: 5 * second })
    await pass(6_501)
    await nextTasks()
    await pass(5 * second - 1)
    expect(record.states).toEqual(['connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'waiting'])
  })

  test.for(underWay)('[H2] uses what was there all along: %s', async (stage) => {
    sleepBetween([4 * second, 16 * second])
    const rig = await at(stage, { connectTimeout: 5 * second })
    await pass(16 * second)
    expect(rig.record.states).toEqual(['connecting'])
    rig.answer('ws://test/')
    await settle()
    if (stage !== 'handshake') rig.Fake.last.accept()
    rig.agree()
    await pass(60 * second)
    expect(rig.record.states).toEqual(['connecting', 'open'])
    expect(rig.Fake.instances).toHaveLength(1)
  })

  test.for(underWay)('[H2] but only once: %s', async (stage) => {
    sleepBetween([4 * second, 16 * second], [20 * second, 40 * second])
    const { record } = await at(stage, { connectTimeout: 5 * second })
    await pass(40 * second - 1)
    expect(record.states).toEqual(['connecting'])
    await pass(1)
    await nextTasks()
    expect(record.states).toEqual(['connecting', 'waiting'])
  })

  test('[H2] once for each attempt, and the lateness is no timeout in a row', async () => {
    sleepBetween([4 * second, 16 * second])
    const { Fake, record } = await at('connecting', { connectTimeout: 5 * second })
    await pass(17 * second)
    Fake.last.fail()
    await pass(record.of('retry').at(-1)?.delay ?? 0)
    await pass(5 * second - 1)
    expect(record.states).toEqual(['connecting', 'waiting', 'connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'waiting', 'connecting', 'waiting'])
  })
})

describe('the limit of an attempt, late by less', () => {
  test.for([100, 600, 1_500])('[H2] %d ms: what comes in that moment is used', async (late) => {
    sleepBetween([4_900, 5_000 + late])
    const { Fake, record } = await at('connecting', { connectTimeout: 5 * second })
    await pass(4_999 + late)
    passWithoutTasks(1)
    expect(record.states).toEqual(['connecting'])
    Fake.last.accept()
    await nextTasks()
    await pass(60 * second)
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test.for([100, 600, 1_500])('[H2] %d ms: a task later it is over', async (late) => {
    sleepBetween([4_900, 5_000 + late])
    const { record } = await at('connecting', { connectTimeout: 5 * second })
    await pass(4_999 + late)
    passWithoutTasks(1)
    expect(record.states).toEqual(['connecting'])
    await nextTasks()
    expect(record.states).toEqual(['connecting', 'waiting'])
  })
})

describe('where there is no `MessageChannel`', () => {
  test.for([true, false])('[H2] what comes in that moment is used: %s', async (comes) => {
    sleepBetween([4_900, 5_100])
    vi.stubGlobal('MessageChannel', undefined)
    const { Fake, record } = await at('connecting', { connectTimeout: 5 * second })
    await pass(5_099)
    passWithoutTasks(1)
    expect(record.states).toEqual(['connecting'])
    if (comes) Fake.last.accept()
    await pass(1)
    expect(record.states).toEqual(['connecting', comes ? 'open' : 'waiting'])
  })
})

test.for([
  [50, 'waiting'],
  [51, 'connecting'],
] as const)('[H2] a limit that comes %d ms late is followed in its turn by %s', async ([late, next]) => {
  sleepBetween([4_900, 5_000 + late])
  const { socket } = await at('connecting', { connectTimeout: 5 * second })
  passWithoutTasks(5_000 + late)
  expect(socket.state.name).toBe(next)
})

describe('the limit of a closing', () => {
  const closeTimeout = 5 * second

  test('[H2] much too late, it grants its full time once more', async () => {
    sleepBetween([4 * second, 16 * second])
    const { record } = await at('closing', { closeTimeout })
    await pass(16 * second)
    await nextTasks()
    await pass(closeTimeout - 100)
    expect(record.states.at(-1)).toBe('closing')
    await pass(200)
    expect(record.states.at(-1)).toBe('closed')
    expect(record.of('close')).toMatchObject([{ code: 1006, phase: 'closing' }])
  })

  test('[H2] much too late, what the server had answered is told', async () => {
    sleepBetween([4 * second, 16 * second])
    const { Fake, record } = await at('closing', { closeTimeout })
    await pass(16 * second)
    await nextTasks()
    expect(record.states.at(-1)).toBe('closing')
    Fake.last.serverClose(1000, 'bye')
    await settle()
    expect(record.of('close')).toMatchObject([{ code: 1000, reason: 'bye', wasClean: true }])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[H2] late by less, what comes in that moment is told', async () => {
    sleepBetween([4_900, 5_600])
    const { Fake, record } = await at('closing', { closeTimeout })
    await pass(5_599)
    passWithoutTasks(1)
    Fake.last.serverClose(1000, 'bye')
    await nextTasks()
    expect(record.of('close')).toMatchObject([{ code: 1000, reason: 'bye', wasClean: true }])
  })

  test('[H2] a closing that sends, asleep in the middle, goes on', async () => {
    sleepBetween([4 * second, 60 * second])
    const { Fake, socket, record } = await at('open', { closeTimeout, fake: { buffering: true } })
    socket.send('x'.repeat(1_000_000))
    socket.close(1000)
    await pass(3 * second)
    Fake.last.drain(100_000)
    await pass(57 * second)
    await nextTasks()
    Fake.last.drain()
    await pass(100)
    expect(Fake.last.closeCalls).toEqual([{ code: 1000, reason: '' }])
    Fake.last.serverClose(1000)
    await settle()
    expect(record.of('close')).toMatchObject([{ code: 1000, wasClean: true, unsentBytes: 0 }])
  })
})

describe('the limit of a silence', () => {
  const heartbeat = { interval: 30 * second, timeout: 10 * second, message: 'ping' }

  test.for([100, 600, 1_500])('[H2] %d ms late, a pong of that moment is heard', async (late) => {
    sleepBetween([39_900, 40_000 + late])
    const { Fake, record } = await at('open', { heartbeat })
    await pass(39_999 + late)
    passWithoutTasks(1)
    Fake.last.receive('pong')
    await nextTasks()
    await pass(29 * second)
    expect(Fake.last.sent).toEqual(['ping'])
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test.for([100, 600, 1_500])('[H2] %d ms late, it judges a task later, and asks no more', async (late) => {
    sleepBetween([39_900, 40_000 + late])
    const { Fake, record } = await at('open', { heartbeat })
    await pass(39_999 + late)
    passWithoutTasks(1)
    expect(record.states).toEqual(['connecting', 'open'])
    await nextTasks()
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
    expect(Fake.last.sent).toEqual(['ping'])
  })

  test('[H2] much too late, it asks once more, and only once', async () => {
    sleepBetween([39 * second, 60 * second], [65 * second, 100 * second])
    const { Fake, record } = await at('open', { heartbeat })
    await pass(60 * second)
    await nextTasks()
    expect(Fake.last.sent).toEqual(['ping', 'ping'])
    await pass(40 * second)
    await nextTasks()
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
    expect(Fake.last.sent).toEqual(['ping', 'ping'])
  })
})
