/** The heartbeat on a clock that runs well: when it pings, what it takes for life, how it ends a dead connection. */
import { describe, expect, vi } from 'vitest'
import { json } from '../../src/index.ts'
import { page } from '../support/page.ts'
import { at, type Script, type Staged } from '../support/scripted.ts'
import { pass, test } from './fixture.ts'

const heartbeat = { interval: 1_000, timeout: 400, message: 'ping' }

/** An open socket with a heartbeat. */
function beating(script: Script<string, string> = {}): Promise<Staged> {
  return at('open', { heartbeat, ...script })
}

describe('pings', () => {
  test('[H1] one goes out after `interval` of silence, and not before', async () => {
    const { Fake } = await beating()
    await pass(999)
    expect(Fake.last.sent).toEqual([])
    await pass(1)
    expect(Fake.last.sent).toEqual(['ping'])
  })

  test('[H1] the next one goes out `interval` after the answer', async () => {
    const { Fake } = await beating()
    await pass(1_100)
    Fake.last.receive('pong')
    await pass(999)
    expect(Fake.last.sent).toEqual(['ping'])
    await pass(1)
    expect(Fake.last.sent).toEqual(['ping', 'ping'])
  })

  test('[H1] none goes out while something comes in', async () => {
    const { Fake } = await beating()
    for (let count = 0; count < 50; count++) {
      await pass(900)
      Fake.last.receive('news')
    }
    expect(Fake.last.sent).toEqual([])
  })

  test.for([10, 100, 200, 500, 990])(
    '[H1] the silence counts from the last frame: one after %d ms',
    async (moment) => {
      const { Fake } = await beating()
      for (const gap of [moment / 2, moment / 2]) {
        await pass(gap)
        Fake.last.receive('news')
      }
      await pass(999)
      expect(Fake.last.sent).toEqual([])
      await pass(1)
      expect(Fake.last.sent).toEqual(['ping'])
    },
  )

  test('[H1] what goes out is no sign of life', async () => {
    const { Fake, socket } = await beating()
    for (let count = 0; count < 4; count++) {
      await pass(240)
      socket.send('hello')
    }
    await pass(40)
    expect(Fake.last.sent).toEqual(['hello', 'hello', 'hello', 'hello', 'ping'])
  })

  test('[H1] they go past the queue', async () => {
    const { Fake, socket } = await beating({ fake: { buffering: true }, queue: { highWaterMark: 10 } })
    expect(socket.send('0123456789')).toBe('sent')
    expect(socket.send('waits')).toBe('queued')
    await pass(1_000)
    expect(Fake.last.sent).toEqual(['0123456789', 'ping'])
    expect(socket.queue.length).toBe(1)
    Fake.last.drain()
    await pass(4)
    expect(Fake.last.sent).toEqual(['0123456789', 'ping', 'waits'])
  })

  test('[H1] they go out with the queue off', async () => {
    const { Fake } = await beating({ queue: false })
    await pass(1_000)
    expect(Fake.last.sent).toEqual(['ping'])
  })

  test('[H1] a function makes each of them anew, and the codec writes them', async () => {
    let count = 0
    const { Fake } = await at('open', {
      codec: json<string, { ping: number }>(),
      heartbeat: { interval: 1_000, message: () => ({ ping: ++count }) },
    })
    await pass(3_000)
    expect(Fake.last.sent).toEqual(['{"ping":1}', '{"ping":2}', '{"ping":3}'])
  })

  test('[H1] a message function that throws is reported, and asked again', async ({ reported }) => {
    const error = new Error('no idea')
    const message = vi
      .fn(() => 'ping')
      .mockImplementationOnce(() => {
        throw error
      })
    const { Fake, record } = await beating({ heartbeat: { ...heartbeat, message } })
    await pass(1_999)
    expect(reported).toEqual([error])
    expect(record.order).toEqual(['state connecting', 'state open', 'open'])
    await pass(1)
    expect(Fake.last.sent).toEqual(['ping'])
  })

  test('[H1] without the option there are none, and no timer', async () => {
    const { Fake } = await at('open')
    await pass(3_600_000)
    expect(Fake.last.sent).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[H1] the longest interval that a timer can wait is one', async () => {
    const { Fake } = await beating({ heartbeat: { ...heartbeat, interval: 2 ** 31 - 1 } })
    await pass(2 ** 31 - 1)
    expect(Fake.last.sent).toEqual(['ping'])
  })

  test.for([Infinity, 2 ** 31, 1e12])(
    '[H1] an interval of %d means none but those that are asked for',
    async (interval) => {
      const { Fake, record } = await beating({ heartbeat: { ...heartbeat, interval } })
      await pass(3_600_000)
      expect(Fake.last.sent).toEqual([])
      page.online()
      expect(Fake.last.sent).toEqual(['ping'])
      await pass(400)
      expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
    },
  )
})

describe('signs of life', () => {
  test.for<[string, string | Uint8Array<ArrayBuffer>]>([
    ['pong', 'pong'],
    ['message', 'news'],
    ['binary frame', new Uint8Array([1, 2, 3])],
    ['frame that does not decode', '{'],
    ['frame without content', ''],
  ])('[H1] a %s is one', async ([, frame]) => {
    const { Fake, record } = await at('open', {
      codec: json<unknown, string>(),
      heartbeat: { ...heartbeat, isPong: (message) => message === 'pong' },
    })
    await pass(1_399)
    Fake.last.receive(frame)
    await pass(999)
    expect(Fake.last.sent).toHaveLength(1)
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test('[H1] what isPong says is one is not delivered; all the rest is', async ({ reported }) => {
    const { Fake, record } = await beating({
      heartbeat: { ...heartbeat, isPong: (message) => message.startsWith('pong') },
    })
    for (const frame of ['a', 'pong 1', 'b', new Uint8Array(4), 'pong 2']) Fake.last.receive(frame)
    expect(record.of('message')).toEqual(['a', 'b'])
    expect(record.of('binary')).toHaveLength(1)
    expect(reported).toEqual([])
  })

  test('[H1] during the handshake isPong is not asked; what that has left unread, it is asked about', async () => {
    // So that tasks are timers, and fake.
    vi.stubGlobal('MessageChannel', undefined)
    const isPong = vi.fn((message: string) => message === 'ping')
    const { Fake, record, agree } = await at('handshake', { heartbeat: { ...heartbeat, isPong } })
    for (const message of ['ping', 'news', 'ping', 'more']) Fake.last.receive(message)
    expect(isPong).not.toHaveBeenCalled()
    agree()
    await pass(10)
    expect(record.of('message')).toEqual(['news', 'more'])
  })

  test('[H1] isPong is asked about what decodeBinary has read', async () => {
    const { Fake, record } = await at<number, string>('open', {
      codec: { encode: String, decode: Number, decodeBinary: (data) => data.byteLength },
      heartbeat: { interval: 1_000, message: 'ping', isPong: (message) => message === 0 },
    })
    Fake.last.receive(new Uint8Array(0))
    Fake.last.receive(new Uint8Array(7))
    expect(record.of('message')).toEqual([7])
  })

  test('[H1] pongs are delivered where nobody can tell them', async () => {
    const { Fake, record } = await beating()
    await pass(1_000)
    Fake.last.receive('pong')
    expect(record.of('message')).toEqual(['pong'])
  })

  test.for<[string, () => never, string]>([
    [
      'throws',
      () => {
        throw new Error('what?')
      },
      'what?',
    ],
    ['answers nonsense', () => 'yes' as never, '`heartbeat.isPong`'],
  ])(
    '[H1] an isPong that %s is reported, and the message delivered',
    async ([, isPong, said], { reported }) => {
      const { Fake, record } = await beating({ heartbeat: { ...heartbeat, isPong } })
      Fake.last.receive('news')
      expect(reported).toMatchObject([{ message: expect.stringContaining(said) }])
      expect(record.of('message')).toEqual(['news'])
      expect(record.states).toEqual(['connecting', 'open'])
    },
  )

  test('[H1] the round trip is in the stats', async () => {
    const { Fake, socket } = await beating()
    const trips: unknown[] = []
    const look = (): unknown => trips.push(socket.stats.roundTrip)
    look()
    await pass(1_000)
    look()
    await pass(120)
    Fake.last.receive('pong')
    look()
    await pass(500)
    Fake.last.receive('news')
    look()
    await pass(1_035)
    Fake.last.receive('pong')
    look()
    expect(trips).toEqual([undefined, undefined, 120, 120, 35])
  })

  test('[H1] the round trip outlives the connection', async () => {
    const { Fake, socket } = await beating()
    await pass(1_120)
    Fake.last.receive('pong')
    Fake.last.fail()
    await pass(1_500)
    Fake.last.accept()
    Fake.last.receive('news')
    expect(socket.stats).toMatchObject({ connections: 2, roundTrip: 120 })
  })

  test('[H1] with `isPong` the round trip ends at the pong, not at other traffic', async () => {
    const isPong = (message: string): boolean => message === 'pong'
    const { Fake, socket } = await beating({ heartbeat: { ...heartbeat, isPong } })
    await pass(1_000)
    Fake.last.receive('news')
    await pass(120)
    expect(socket.stats.roundTrip).toBe(undefined)
    Fake.last.receive('pong')
    expect(socket.stats.roundTrip).toBe(120)
  })

  test('[H1] a ping that could not be sent has no round trip', async ({ reported }) => {
    const message = (): never => {
      throw new Error('no idea')
    }
    const { Fake, socket } = await beating({ heartbeat: { ...heartbeat, message } })
    await pass(1_120)
    Fake.last.receive('news')
    expect(reported).toHaveLength(1)
    expect(socket.stats.roundTrip).toBe(undefined)
  })

  test('[H1] frames that come in a burst start no timer each', async () => {
    const { Fake } = await beating()
    await pass(1_000)
    Fake.last.receive('pong')
    await pass(200)
    Fake.last.receive('news')
    const start = vi.spyOn(globalThis, 'setTimeout')
    for (let count = 0; count < 100; count++) Fake.last.receive('news')
    expect(start).not.toHaveBeenCalled()
  })

  test('[H1] the round trip is measured without a timeout too', async () => {
    const { Fake, socket } = await beating({ heartbeat: { interval: 1_000, message: 'ping' } })
    await pass(1_120)
    Fake.last.receive('pong')
    expect(socket.stats.roundTrip).toBe(120)
  })
})

describe('a dead connection', () => {
  test('[H1] `timeout` of silence after a ping ends it at once, and a retry follows', async () => {
    const { Fake, socket, record } = await beating()
    await pass(1_399)
    expect(socket.state.name).toBe('open')
    await pass(1)
    expect(record.order).toEqual([
      'state connecting',
      'state open',
      'open',
      'state waiting',
      'error',
      'close',
      'retry',
    ])
    const [error] = record.of('error')
    expect(error).toMatchObject({ name: 'SteadySocketError', code: 'HEARTBEAT_TIMEOUT' })
    expect(error?.message).toContain('400 ms')
    expect(record.of('close')).toMatchObject([
      { code: 1006, wasClean: false, opened: true, phase: 'heartbeat', willRetry: true, error },
    ])
    expect(record.of('retry')).toMatchObject([{ attempt: 1, delay: 1_500 }])
    await pass(1_500)
    expect(Fake.instances).toHaveLength(2)
    expect(socket.state).toMatchObject({ name: 'connecting', attempt: 1, reconnected: true })
  })

  test('[H1] the native socket is told to close, with a code, and forgotten', async () => {
    const { Fake, record } = await beating()
    await pass(1_400)
    const [dead] = Fake.instances
    expect(dead?.closeCalls).toEqual([{ code: 3008, reason: 'heartbeat' }])
    expect(dead?.listenerCount('message')).toBe(0)
    expect(dead?.listenerCount('close')).toBe(0)
    const told = [...record.order]
    dead?.receive('too late')
    dead?.fail()
    expect(record.order).toEqual(told)
    await pass(1_500)
    expect(Fake.instances).toHaveLength(2)
    Fake.last.accept()
    dead?.receive('too late')
    dead?.serverClose()
    await pass(999)
    expect(record.states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
    expect(record.of('close')).toHaveLength(1)
    expect(record.of('message')).toEqual([])
  })

  test('[H1] a ping whose bytes have left the browser gets one `timeout`, not two', async () => {
    const { Fake, socket, record } = await beating({ fake: { buffering: true } })
    await pass(1_000)
    Fake.last.drain()
    await pass(399)
    expect(socket.state.name).toBe('open')
    await pass(1)
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
  })

  test('[H1] messages sent meanwhile give it no longer', async () => {
    const { Fake, socket, record } = await beating({ fake: { buffering: true } })
    for (let count = 0; count < 14; count++) {
      await pass(100)
      socket.send('hello?')
      Fake.last.drain()
    }
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
  })

  test('[H1] what waits is kept for the next connection', async () => {
    const { Fake, socket } = await beating({ fake: { buffering: true }, queue: { highWaterMark: 3 } })
    socket.send('one')
    socket.send('two')
    await pass(1_400)
    expect(socket.queue.length).toBe(1)
    await pass(1_500)
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['two'])
  })

  test('[H1] it is final where nothing follows', async () => {
    const { socket, record } = await beating({ reconnect: false })
    await pass(1_400)
    expect(record.states).toEqual(['connecting', 'open', 'closed'])
    expect(socket.state).toMatchObject({ cause: 'refused', close: { phase: 'heartbeat' } })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[H1] without a timeout the pings only keep proxies awake', async () => {
    const { Fake, record } = await beating({ heartbeat: { interval: 1_000, message: 'ping' } })
    await pass(3_600_000)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.sent).toHaveLength(3_600)
  })

  test('[H1] a timeout of Infinity is none', async () => {
    const { Fake, record } = await beating({
      heartbeat: { interval: 1_000, timeout: Infinity, message: 'ping' },
    })
    await pass(60_000)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.sent).toHaveLength(60)
  })

  test('[H1] nor do they pile up when the page wakes', async () => {
    const { Fake } = await beating({ heartbeat: { interval: 1_000, message: 'ping' } })
    for (let times = 0; times < 3; times++) page.online()
    expect(Fake.last.sent).toEqual(['ping'])
  })
})
