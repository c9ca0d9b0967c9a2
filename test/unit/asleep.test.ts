/** Machines that sleep and tabs that are hidden for long: the whole socket on a clock that does not run well. */
import { describe, expect, vi } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { delayTimers, notBetween, onceEvery, throttleChains } from '../support/late-timers.ts'
import { page } from '../support/page.ts'
import { at, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const heartbeat = {
  interval: 30 * second,
  timeout: 10 * second,
  message: 'ping',
  isPong: (message: string): boolean => message === 'pong',
}

/** For `onCreate`: a server that answers each ping, and takes what was sent, after 300 ms; in time, so to be made first. */
function livelyServer(isAwake = (): boolean => true) {
  const inTime = globalThis.setTimeout
  return (native: FakeWebSocket): void => {
    const send = native.send.bind(native)
    native.send = (data) => {
      send(data)
      inTime(() => {
        native.drain()
        if (data === 'ping' && isAwake() && native.readyState === 1) native.receive('pong')
      }, 300)
    }
  }
}

describe('a tab hidden for an hour', () => {
  const throttlings: [string, () => void][] = [
    ['once a second', () => delayTimers(onceEvery(second))],
    ['once a minute', () => delayTimers(onceEvery(minute))],
    ['once a minute where they are chained', throttleChains],
  ]

  test.for(throttlings)('[H2] timers %s: silent but for pongs, it is not cut', async ([, throttle]) => {
    const fake = { onCreate: livelyServer(), buffering: true }
    throttle()
    const { Fake, record } = await at('open', { heartbeat, fake })
    await pass(hour)
    expect(record.order).toEqual(['state connecting', 'state open', 'open'])
    expect(Fake.last.sent.length).toBeGreaterThanOrEqual(29)
  })

  test.for(throttlings)('[H2] timers %s: with traffic both ways, it is not cut', async ([, throttle]) => {
    const fake = { onCreate: livelyServer(), buffering: true }
    throttle()
    const { Fake, socket, record } = await at('open', { heartbeat, fake, queue: { highWaterMark: 100 } })
    const sent: string[] = []
    for (let news = 0; news < 720; news++) {
      await pass(5 * second)
      for (let each = 0; news % 3 === 0 && each < 3; each++) {
        const message = `${sent.length}`.padEnd(60, '.')
        sent.push(message)
        socket.send(message)
      }
      Fake.last.receive(`news ${news}`)
    }
    await pass(2 * minute)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(record.of('close')).toEqual([])
    expect(record.of('message')).toHaveLength(720)
    expect(Fake.last.sent.filter((data) => data !== 'ping')).toEqual(sent)
  })
})

/**
 * Eight hours, in which `Date` goes on. Whether `performance.now()` and with it the timers do, differs between engines
 * and systems: if so, what falls due meanwhile comes at the end.
 */
const clocks: [string, (from: number) => () => Promise<void>][] = [
  [
    'counts the sleep',
    (from) => {
      delayTimers(notBetween([from, from + 8 * hour]))
      return () => pass(8 * hour - 1)
    },
  ],
  [
    'stands still',
    () => async () => {
      vi.setSystemTime(Date.now() + 8 * hour)
    },
  ],
]

describe('a night of eight hours', () => {
  const patient = { reconnect: { delay: () => minute }, connectTimeout: Infinity }
  const moments = clocks.flatMap(([clock, prepare]) =>
    [0, 10, 29.9, 30.1, 39.9].map((moment) => [clock, moment, prepare] as const),
  )

  test.for(moments)(
    '[H2] a clock that %s, %d s after the opening: a link that has survived is kept',
    async ([, moment, prepare]) => {
      let asleep = false
      const fake = { onCreate: livelyServer(() => !asleep) }
      const sleep = prepare(performance.now() + moment * second)
      const { Fake, record } = await at('open', { heartbeat, fake })
      await pass(moment * second)
      asleep = true
      await sleep()
      asleep = false
      await pass(10 * minute)
      expect(record.order).toEqual(['state connecting', 'state open', 'open'])
      expect(Fake.last.sent.length).toBeGreaterThan(15)
    },
  )

  test.for(moments)(
    '[H1] a clock that %s, %d s after the opening: one that has died is noticed, and come back from',
    async ([, moment, prepare]) => {
      const sleep = prepare(performance.now() + moment * second)
      const { Fake, socket, record } = await at('open', { heartbeat, ...patient })
      await pass(moment * second)
      await sleep()
      await pass(heartbeat.interval + 3 * heartbeat.timeout)
      expect(record.of('close')).toMatchObject([{ phase: 'heartbeat', willRetry: true }])
      await pass(minute)
      Fake.last.accept()
      expect(socket.state).toMatchObject({ name: 'open', reconnected: true })
    },
  )

  test.for(clocks)(
    '[W1] a clock that %s: back online, a waiting socket starts at once, once',
    async ([, prepare]) => {
      const sleep = prepare(performance.now() + second)
      const { Fake, socket } = await at('waiting', patient)
      await pass(second)
      await sleep()
      expect(socket.state.name).toBe('waiting')
      page.online()
      await pass(5 * second)
      expect(Fake.instances).toHaveLength(2)
      expect(socket.state).toMatchObject({ name: 'connecting', attempt: 0 })
    },
  )

  test.for(clocks)('[R2] a clock that %s: without a signal, the wait ends, once', async ([, prepare]) => {
    const sleep = prepare(performance.now() + second)
    const { Fake, socket } = await at('waiting', patient)
    await pass(second)
    await sleep()
    await pass(minute)
    expect(Fake.instances).toHaveLength(2)
    expect(socket.state).toMatchObject({ name: 'connecting', attempt: 1 })
  })

  test.for(clocks)('[S7] a clock that %s: what has expired is dropped', async ([, prepare]) => {
    const sleep = prepare(performance.now() + second)
    const { Fake, socket, record } = scripted()
    socket.send('for the day', { ttl: 12 * hour })
    socket.send('for the hour', { ttl: hour })
    await pass(second)
    await sleep()
    if (Fake.last.readyState === Fake.CONNECTING) Fake.last.accept()
    await settle()
    expect(Fake.last.sent).toEqual(['for the day'])
    expect(record.of('drop')).toEqual([{ data: 'for the hour', reason: 'expired' }])
  })

  test.for(clocks)(
    '[S1] a clock that %s: what waits in the browser and here goes out, in order',
    async ([, prepare]) => {
      const sleep = prepare(performance.now() + 2)
      const { Fake, socket } = await at('open', { fake: { buffering: true } })
      const messages = Array.from({ length: 64 }, (_, index) => `${index}`.padEnd(16 * 1024, '.'))
      for (const message of messages) socket.send(message)
      expect(socket.queue.length).toBeGreaterThan(0)
      await pass(2)
      await sleep()
      for (let tick = 0; tick < 100; tick++) {
        Fake.last.drain(32 * 1024)
        await pass(4)
      }
      expect(Fake.last.sent).toEqual(messages)
      expect(socket.bufferedAmount).toBe(0)
    },
  )
})
