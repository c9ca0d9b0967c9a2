/** The heartbeat in doubt: timers that come late, links that are slow, connections that come and go. */
import { setImmediate as realTask } from 'node:timers/promises'
import { describe, expect, vi } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { delayTimers, notBetween, onceEvery, throttleChains } from '../support/late-timers.ts'
import { page, wakeSignals } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

describe('late timers', () => {
  const heartbeat = { interval: 30 * second, timeout: 10 * second, message: 'ping' }

  test.for([2, 12, 600, 36_000])(
    '[H2] one that comes %d s late sends a fresh ping and waits a full timeout',
    async (late) => {
      const awake = performance.now() + 40 * second + late * second
      delayTimers(notBetween([performance.now() + 30.1 * second, awake]))
      const { Fake, socket, record } = await at('open', { heartbeat })
      await pass(30 * second)
      expect(Fake.last.sent).toEqual(['ping'])
      await pass(awake - performance.now())
      expect(Fake.last.sent).toEqual(['ping', 'ping'])
      expect(socket.state.name).toBe('open')
      await pass(10 * second - 1)
      expect(socket.state.name).toBe('open')
      await pass(1)
      expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
    },
  )

  test('[H2] one that comes 0.2 s late judges a task later, when what waits behind it was heard', async () => {
    for (const answered of [true, false]) {
      const awake = performance.now() + 40.2 * second
      delayTimers(notBetween([performance.now() + 30.1 * second, awake]))
      const { Fake, record } = await at('open', { heartbeat })
      vi.advanceTimersByTime(awake - performance.now())
      if (answered) Fake.last.receive('pong')
      await realTask()
      expect(record.states).toEqual(answered ? ['connecting', 'open'] : ['connecting', 'open', 'waiting'])
    }
  })

  test('[H2] an answer that waits behind the late timer saves the connection', async () => {
    const awake = performance.now() + hour
    delayTimers(notBetween([performance.now() + 31 * second, awake]))
    const { Fake, record } = await at('open', { heartbeat })
    await pass(awake - performance.now())
    Fake.last.receive('pong')
    await pass(30 * second - 1)
    expect(Fake.last.sent).toEqual(['ping', 'ping'])
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test('[H2] a late timer of the interval sends one ping, however long it was', async () => {
    const awake = performance.now() + hour
    delayTimers(notBetween([performance.now() + 10 * second, awake]))
    const { Fake, record } = await at('open', { heartbeat })
    await pass(hour)
    expect(Fake.last.sent).toEqual(['ping'])
    await pass(10 * second - 1)
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test('[H2] a day of naps of a minute cuts nothing', async () => {
    const start = performance.now()
    const naps = Array.from({ length: 200 }, (_, nap): [number, number] => {
      const from = start + nap * 7 * minute + (nap % 45) * second
      return [from, from + minute]
    })
    const asleep = (time: number): boolean => naps.some(([from, to]) => time >= from && time < to)
    const fake = { onCreate: answering(300, asleep) }
    delayTimers(notBetween(...naps))
    const { Fake, record } = await at('open', { heartbeat, fake })
    await pass(24 * hour)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.sent.length).toBeGreaterThan(2_000)
  })

  test('[H2] a machine that falls asleep after every ping, and answers when awake, is not cut', async () => {
    const wakeUps = Array.from({ length: 10 }, (_, day) => performance.now() - 0.3 * second + day * hour)
    const naps = wakeUps
      .slice(1)
      .map((awake, day): [number, number] => [(wakeUps[day] ?? 0) + 30.4 * second, awake])
    const asleep = (time: number): boolean => naps.some(([from, to]) => time >= from && time < to)
    const fake = { onCreate: answering(300, asleep) }
    delayTimers(notBetween(...naps))
    const { Fake, record } = await at('open', { heartbeat, fake })
    await pass(9.1 * hour)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.sent.length).toBeGreaterThan(2 * naps.length)
  })

  test('[H2] a clock that is set says nothing', async () => {
    const { Fake, record } = await at('open', { heartbeat })
    await pass(30 * second)
    vi.setSystemTime(Date.now() + 8 * hour)
    await pass(10 * second - 1)
    expect(Fake.last.sent).toEqual(['ping'])
    expect(record.states).toEqual(['connecting', 'open'])
    await pass(1)
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
  })
})

describe('a hidden tab', () => {
  const periods = [
    ['second', second],
    ['minute', minute],
  ] as const
  const settings = [
    { interval: 20 * second, timeout: 10 * second },
    { interval: 15 * second, timeout: 1.5 * second },
    { interval: 0.5 * second, timeout: 0.7 * second },
    { interval: 90 * second, timeout: 90 * second },
  ]
  const cases = periods.flatMap(([name, period]) =>
    settings.map(({ interval, timeout }) => [name, interval, timeout, period] as const),
  )

  test.for(cases)(
    '[H2] timers once a %s, interval %d, timeout %d: an hour with a live server cuts nothing',
    async ([, interval, timeout, period]) => {
      const fake = { onCreate: answering(300) }
      delayTimers(onceEvery(period))
      const { Fake, record } = await at('open', { fake, heartbeat: { interval, timeout, message: 'ping' } })
      await pass(hour)
      expect(record.states).toEqual(['connecting', 'open'])
      const expected = hour / (Math.max(interval, period) + period)
      expect(Fake.last.sent.length).toBeGreaterThanOrEqual(Math.floor(expected))
    },
  )

  test.for(cases)(
    '[H2] timers once a %s, interval %d, timeout %d: a dead link is noticed',
    async ([, interval, timeout, period]) => {
      let dead = false
      const fake = { onCreate: answering(300, () => dead) }
      delayTimers(onceEvery(period))
      const { record } = await at('open', { fake, heartbeat: { interval, timeout, message: 'ping' } })
      await pass(hour / 2)
      expect(record.states).toEqual(['connecting', 'open'])
      dead = true
      await pass(interval + period + 5 * (timeout + period))
      expect(record.of('close')[0]).toMatchObject({ phase: 'heartbeat' })
    },
  )
})

describe('a tab hidden for minutes', () => {
  test('[H2] the next ping is armed from the receive path, and so in time', async () => {
    throttleChains()
    const heartbeat = { interval: 15 * second, timeout: 5 * second, message: 'ping' }
    const { Fake } = await at('open', { heartbeat })
    for (let count = 0; count < 60; count++) {
      await pass(10 * second)
      Fake.last.receive('news')
    }
    expect(Fake.last.sent).toEqual([])
    await pass(16 * second)
    expect(Fake.last.sent).toEqual(['ping'])
  })
})

describe('a slow link', () => {
  const heartbeat = { interval: 1_000, timeout: 2_000, message: 'ping' }
  const buffering = { buffering: true }

  /** So many bytes leave every 500 ms. */
  async function trickle(native: FakeWebSocket, bytes: number, duration: number): Promise<void> {
    for (let time = 0; time < duration; time += 500) {
      await pass(500)
      native.drain(bytes)
    }
  }

  test('[H2] it is not cut while the ping stands behind data that leaves, and gets no second ping', async () => {
    const { Fake, socket, record } = await at('open', { fake: buffering, heartbeat })
    socket.send('x'.repeat(100_000))
    await trickle(Fake.last, 2_500, 20 * second)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.sent.slice(1)).toEqual(['ping'])
    Fake.last.drain()
    Fake.last.receive('pong')
    expect(socket.stats.roundTrip).toBe(19_000)
  })

  test('[H2] it is not cut while the queue refills what leaves', async () => {
    const { Fake, socket, record } = await at('open', {
      fake: buffering,
      heartbeat,
      queue: { highWaterMark: 100_000 },
    })
    for (let count = 0; count < 500; count++) socket.send('x'.repeat(1_000))
    await trickle(Fake.last, 2_500, 20 * second)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(socket.queue.length).toBeLessThan(400)
    expect(Fake.last.sent.filter((frame) => frame === 'ping')).toHaveLength(1)
  })

  test('[H2] it is not cut while the application sends on', async () => {
    const { Fake, socket, record } = await at('open', { fake: buffering, heartbeat })
    socket.send('x'.repeat(200_000))
    for (let count = 0; count < 40; count++) {
      await pass(500)
      Fake.last.drain(2_500)
      socket.send('x'.repeat(2_500))
    }
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test('[H2] once the ping has got out, the answer has a full timeout', async () => {
    const { Fake, socket, record } = await at('open', { fake: buffering, heartbeat })
    socket.send('x'.repeat(100_000))
    await trickle(Fake.last, 2_500, 10 * second)
    await pass(900)
    Fake.last.drain()
    await pass(2_000)
    expect(record.states).toEqual(['connecting', 'open'])
    await pass(2_000)
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
  })

  test('[H2] one that is stuck is cut', async () => {
    const { Fake, socket, record } = await at('open', { fake: buffering, heartbeat })
    socket.send('x'.repeat(100_000))
    await pass(1_000)
    expect(Fake.last.sent.slice(1)).toEqual(['ping'])
    await pass(1_999)
    expect(socket.state.name).toBe('open')
    await pass(1)
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat', unsentBytes: 100_004 }])
  })

  test('[H2] a timer that comes very late on the way asks once more, and only once', async () => {
    const now = performance.now()
    delayTimers(notBetween([now + 4_500, now + 10_000], [now + 11_000, now + 20_000]))
    const { Fake, socket, record } = await at('open', { fake: buffering, heartbeat })
    socket.send('x'.repeat(100_000))
    await trickle(Fake.last, 2_500, 3_000)
    await pass(8_000)
    expect(Fake.last.sent.slice(1)).toEqual(['ping', 'ping'])
    await pass(8_999)
    expect(record.states).toEqual(['connecting', 'open'])
    await pass(1)
    await realTask()
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
    expect(Fake.last.sent.slice(1)).toEqual(['ping', 'ping'])
  })

  test('[H2] one that gets stuck on the way is cut', async () => {
    const { Fake, socket, record } = await at('open', { fake: buffering, heartbeat })
    socket.send('x'.repeat(100_000))
    await trickle(Fake.last, 2_500, 10 * second)
    await pass(4_000)
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
  })
})

describe('one ping at a time', () => {
  const heartbeat = { interval: 1_000, timeout: 400, message: 'ping' }

  test('[H2] once something has come in, the next', async () => {
    const { Fake } = await at('open', { heartbeat })
    page.online()
    Fake.last.receive('news')
    page.online()
    expect(Fake.last.sent).toEqual(['ping', 'ping'])
  })

  test('[H2] none during the handshake, where the page wakes and something comes in', async () => {
    const { Fake } = await at('handshake', { heartbeat })
    page.online()
    Fake.last.receive('news')
    await pass(2_000)
    expect(Fake.last.sent).toEqual([])
  })

  test('[H2] however often it is asked for', async () => {
    const { Fake } = await at('open', { heartbeat })
    await pass(1_000)
    for (let count = 0; count < 10; count++) {
      await pass(20)
      for (const signal of wakeSignals) page[signal]()
    }
    expect(Fake.last.sent).toEqual(['ping'])
  })

  test.for(['idle', 'provider', 'connecting', 'handshake', 'waiting', 'closing', 'closed'] as const)(
    '[H2] none at the stage %s',
    async (stage) => {
      const { Fake } = await at(stage, { heartbeat, connectTimeout: Infinity, closeTimeout: hour })
      await pass(10 * second)
      page.online()
      await pass(10 * second)
      expect(Fake.instances.flatMap(({ sent }) => sent)).toEqual([])
    },
  )

  test('[H2] none while closing, though the native socket is still open and hears something', async () => {
    const { Fake, socket } = await at('open', {
      heartbeat,
      fake: { buffering: true },
      closeTimeout: 10 * second,
    })
    const message = 'x'.repeat(1_000_000)
    socket.send(message)
    socket.close()
    expect(Fake.last.readyState).toBe(1)
    Fake.last.receive('news')
    page.online()
    await pass(5 * second)
    expect(Fake.last.readyState).toBe(1)
    expect(Fake.last.sent).toEqual([message])
  })

  test('[H2] none on a native socket that is closing by itself', async () => {
    const { Fake, record } = await at('open', { heartbeat })
    Fake.last.readyState = 2
    await pass(5 * second)
    expect(Fake.last.sent).toEqual([])
    expect(record.states).toEqual(['connecting', 'open'])
  })
})

describe('the next connection', () => {
  const heartbeat = { interval: 1_000, timeout: 1_000, message: 'ping' }

  /** It has just opened: what a heartbeat of its own would do, and nothing else, is still to come. */
  async function expectFreshHeartbeat({ Fake, record }: Staged): Promise<void> {
    const told = record.order.length
    await pass(999)
    expect(Fake.last.sent).toEqual([])
    await pass(1)
    expect(Fake.last.sent).toEqual(['ping'])
    await pass(999)
    expect(record.order.slice(told)).toEqual([])
    await pass(1)
    expect(record.order.slice(told)).toEqual(['state waiting', 'error', 'close', 'retry'])
  }

  test.for<[string, (rig: Staged) => Promise<void>]>([
    [
      'reconnect()',
      async ({ socket }) => {
        socket.reconnect()
        await settle()
      },
    ],
    [
      'close() and connect()',
      async ({ socket }) => {
        socket.close()
        socket.connect()
        await settle()
      },
    ],
    [
      'a lost connection',
      async ({ Fake }) => {
        Fake.last.fail()
        await pass(1_500)
      },
    ],
    [
      'the back/forward cache',
      async () => {
        page.enterCache()
        page.leaveCache()
        await settle()
      },
    ],
  ])('[H2] nothing survives %s', async ([, change]) => {
    const rig = await at('open', { heartbeat })
    const timers = vi.getTimerCount()
    await pass(1_500)
    expect(rig.Fake.last.sent).toEqual(['ping'])
    await change(rig)
    expect(rig.Fake.instances).toHaveLength(2)
    rig.Fake.last.accept()
    expect(vi.getTimerCount()).toBe(timers)
    await expectFreshHeartbeat(rig)
  })

  test('[H2] nothing survives a message function that reconnects', async () => {
    let stale = true
    const message = (): string => {
      if (stale) rig.socket.reconnect()
      stale = false
      return 'ping'
    }
    const rig: Staged = await at('open', { heartbeat: { ...heartbeat, message } })
    await pass(1_000)
    expect(rig.Fake.instances.map(({ sent }) => sent)).toEqual([[], []])
    rig.Fake.last.accept()
    await expectFreshHeartbeat(rig)
  })

  test('[H2] nothing survives a message function that closes', async () => {
    const message = (): string => {
      rig.socket.close()
      return 'ping'
    }
    const rig: Staged = await at('open', {
      heartbeat: { ...heartbeat, message },
    })
    await pass(1_000)
    expect(rig.Fake.last.sent).toEqual([])
    rig.Fake.last.serverClose()
    expect(vi.getTimerCount()).toBe(0)
    await pass(hour)
    expect(rig.record.states).toEqual(['connecting', 'open', 'closing', 'closed'])
  })
})

describe('a connection that the heartbeat has ended', () => {
  /** How long, in ms, each of the next connections lives that answers so many pings, each at once, and then nothing. */
  async function agesOf({ Fake, socket }: Staged, answers: readonly number[]): Promise<number[]> {
    const ages: number[] = []
    for (const count of answers) {
      while (socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
      if (socket.state.name === 'connecting') Fake.last.accept()
      const openedAt = performance.now()
      let answered = 0
      while (socket.state.name === 'open') {
        await vi.advanceTimersToNextTimerAsync()
        if (Fake.last.sent.length > answered && answered++ < count) Fake.last.receive('pong')
      }
      ages.push(performance.now() - openedAt)
    }
    return ages
  }

  const silent = [0, 0, 0, 0, 0]

  test('[H2] doubles the timeout of the next, up to 65 s', async () => {
    const rig = await at('open', { heartbeat: { interval: 1_000, timeout: 10_000, message: 'ping' } })
    expect(await agesOf(rig, silent)).toEqual([11_000, 21_000, 41_000, 66_000, 66_000])
    expect(rig.record.of('error').at(-1)?.message).toContain('65000 ms')
  })

  test('[H2] leaves a timeout as it is that is longer', async () => {
    const rig = await at('open', { heartbeat: { interval: 1_000, timeout: 70_000, message: 'ping' } })
    expect(await agesOf(rig, [0, 0])).toEqual([71_000, 71_000])
  })

  test('[H2] doubles it until one has lived longer', async () => {
    const rig = await at('open', { heartbeat: { interval: 1_000, timeout: 1_000, message: 'ping' } })
    expect(await agesOf(rig, [0, 1, 4, 0])).toEqual([2_000, 4_000, 6_000, 3_000])
  })

  test('[H2] doubles it without a message too, until one was heard that has lived longer', async () => {
    const rig = await at('open', { heartbeat: { timeout: 1_000 } })
    expect(await agesOf(rig, [0, 0])).toEqual([1_000, 2_000])
    while (rig.socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
    rig.Fake.last.accept()
    await pass(1_900)
    rig.Fake.last.receive('news')
    await pass(200)
    rig.Fake.last.receive('news')
    await pass(999)
    expect(rig.socket.state.name).toBe('open')
    await pass(1)
    expect(rig.socket.state.name).toBe('waiting')
    expect(rig.record.of('error').at(-1)?.message).toContain('1000 ms')
  })
})

/**
 * For `onCreate`: answers every ping after so many ms, unless told to be silent then.
 * To be made before timers are delayed: the server's come in time.
 */
function answering(delay: number, silent: (time: number) => boolean = () => false) {
  const inTime = globalThis.setTimeout
  return (native: FakeWebSocket): void => {
    const send = native.send.bind(native)
    native.send = (data) => {
      send(data)
      inTime(() => {
        if (!silent(performance.now())) native.receive('pong')
      }, delay)
    }
  }
}
