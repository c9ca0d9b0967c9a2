/** `send()`: in which order, at once or later, and what it answers. */
import { describe, expect, vi } from 'vitest'
import type { SendResult } from '../../src/index.ts'
import type { FakeWebSocket, FakeWebSocketClass } from '../support/fake-websocket.ts'
import { at, type Scripted, type Stage, scripted, stages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

function sentOf(Fake: FakeWebSocketClass): unknown[] {
  return Fake.instances.flatMap((native) => native.sent)
}

/** The state of the native socket at each call of its `send`. */
function watchSends(native: FakeWebSocket): number[] {
  const states: number[] = []
  const send = native.send.bind(native)
  native.send = (data) => {
    states.push(native.readyState)
    send(data)
  }
  return states
}

async function retry({ socket, Fake }: Scripted): Promise<void> {
  if (socket.state.name === 'waiting') await pass(socket.state.delay)
  await settle()
  Fake.last.accept()
}

describe('order', () => {
  test('[S1] what was given first leaves first, across every drop', async () => {
    const rig = scripted({ autoConnect: false })
    const { socket, Fake } = rig
    let next = 0
    const send = (): unknown => socket.send(String(next++))
    send()
    socket.connect()
    send()
    await settle()
    send()
    Fake.last.fail()
    send()
    await retry(rig)
    send()
    Fake.last.fail()
    send()
    send()
    socket.reconnect()
    send()
    await retry(rig)
    send()
    socket.reconnect()
    send()
    await settle()
    send()
    await pass(10_000)
    send()
    await retry(rig)
    send()
    expect(sentOf(Fake)).toEqual(Array.from({ length: next }, (_, index) => String(index)))
    expect(socket.queue.length).toBe(0)
  })

  test('[S1] also where the browser had taken some and not delivered them', async () => {
    const rig = await at('open', { queue: { highWaterMark: 3 }, fake: { buffering: true } })
    const { socket, Fake } = rig
    for (const message of ['0', '1', '2', '3', '4']) socket.send(message)
    expect(Fake.last.sent).toEqual(['0', '1', '2'])
    Fake.last.drain(1)
    Fake.last.fail()
    socket.send('5')
    await retry(rig)
    socket.send('6')
    for (let tick = 0; tick < 3; tick++) {
      Fake.last.drain()
      await pass(4)
    }
    expect(Fake.last.sent).toEqual(['1', '2', '3', '4', '5', '6'])
  })

  test('[S1] what a listener of open sends leaves before the backlog, on every connection', async () => {
    const rig = scripted()
    const { socket, Fake } = rig
    socket.on('state', ({ name }) => name === 'open' && socket.send('state'))
    socket.on('open', () => {
      socket.send('login')
      socket.send('subscribe')
    })
    socket.on('open', () => {
      socket.send('second listener')
      queueMicrotask(() => socket.send('later'))
    })
    socket.send('a')
    socket.send('b')
    await retry(rig)
    await settle()
    const greeting = ['state', 'login', 'subscribe', 'second listener']
    expect(Fake.last.sent).toEqual([...greeting, 'a', 'b', 'later'])
    Fake.last.fail()
    socket.send('c')
    await retry(rig)
    await settle()
    expect(Fake.last.sent).toEqual([...greeting, 'c', 'later'])
  })

  test('[S1] also what of it does not fit into the native buffer', async () => {
    const rig = scripted({ queue: { highWaterMark: 4 }, fake: { buffering: true } })
    const { socket, Fake } = rig
    const results: SendResult[] = []
    socket.once('open', () => {
      for (const message of ['1111', '2222', '3333']) results.push(socket.send(message))
    })
    socket.send('aaaa')
    socket.send('bbbb')
    await retry(rig)
    expect(results).toEqual(['sent', 'queued', 'queued'])
    for (let tick = 0; tick < 6; tick++) {
      Fake.last.drain()
      await pass(4)
    }
    expect(Fake.last.sent).toEqual(['1111', '2222', '3333', 'aaaa', 'bbbb'])
  })

  test('[S1] also where the connection is lost before it has left', async () => {
    const rig = scripted({ queue: { highWaterMark: 4 }, fake: { buffering: true } })
    const { socket, Fake } = rig
    socket.once('open', () => {
      for (const message of ['1111', '2222']) socket.send(message)
    })
    socket.send('aaaa')
    await retry(rig)
    Fake.last.fail()
    socket.send('bbbb')
    await retry(rig)
    for (let tick = 0; tick < 6; tick++) {
      Fake.last.drain()
      await pass(4)
    }
    expect(Fake.last.sent).toEqual(['1111', '2222', 'aaaa', 'bbbb'])
  })

  test('[S1] while something waits, what comes waits behind it', async () => {
    const { socket, Fake } = await at('open', { queue: { highWaterMark: 4 }, fake: { buffering: true } })
    socket.send('1111')
    socket.send('2')
    Fake.last.drain()
    expect(socket.send('3')).toBe('queued')
    await pass(4)
    expect(Fake.last.sent).toEqual(['1111', '2', '3'])
  })

  test('[S1] a listener of open that reconnects does not get ahead of the backlog any more', async () => {
    const rig = scripted()
    const { socket, Fake } = rig
    socket.once('open', () => {
      socket.reconnect()
      socket.send('c')
    })
    socket.send('a')
    socket.send('b')
    await retry(rig)
    await retry(rig)
    expect(sentOf(Fake)).toEqual(['a', 'b', 'c'])
  })

  test('[S1] what waited when close() was called goes out after connect(), first', async () => {
    const rig = await at('waiting')
    const { socket, Fake } = rig
    socket.send('a')
    socket.send('b')
    socket.close()
    await settle()
    socket.connect()
    socket.send('c')
    await retry(rig)
    expect(Fake.last.sent).toEqual(['a', 'b', 'c'])
  })
})

describe('results', () => {
  const results: Record<Stage, SendResult> = {
    idle: 'queued',
    provider: 'queued',
    connecting: 'queued',
    handshake: 'queued',
    open: 'sent',
    waiting: 'queued',
    closing: 'dropped',
    closed: 'dropped',
  }

  test.for(stages)('[S2] at the stage %s send() answers for what it did', async (stage) => {
    const { socket, Fake, record } = await at(stage)
    const states = Fake.instances.map(watchSends)
    const result = results[stage]
    expect(socket.send('x')).toBe(result)
    expect(states.flat()).toEqual(result === 'sent' ? [1] : [])
    expect(socket.queue.length).toBe(result === 'queued' ? 1 : 0)
    expect(record.of('drop')).toEqual(result === 'dropped' ? [{ data: 'x', reason: 'closed' }] : [])
  })

  test('[S2] through any life, native send is called on an open socket only', async () => {
    const states: number[][] = []
    const rig = scripted({
      fake: { onCreate: (native) => states.push(watchSends(native)) },
      heartbeat: { interval: 1_000, timeout: 1_000, message: 'ping' },
    })
    const { socket, Fake } = rig
    const send = (): SendResult => socket.send('x')
    for (const event of ['state', 'open', 'close', 'error', 'retry', 'message'] as const)
      socket.on(event, send)
    await settle()
    Fake.last.fail()
    await retry(rig)
    Fake.last.receive('hi')
    await pass(1_500)
    Fake.last.serverClose()
    await retry(rig)
    await pass(5_000)
    socket.reconnect()
    await retry(rig)
    socket.close()
    send()
    Fake.last.serverClose()
    send()
    expect(states.flat().length).toBeGreaterThan(10)
    expect(new Set(states.flat())).toEqual(new Set([1]))
  })

  test('[S2] nothing is given to a native socket that the server is closing', async () => {
    const rig = await at('open')
    const { socket, Fake } = rig
    const states = watchSends(Fake.last)
    Fake.last.readyState = Fake.CLOSING
    expect(socket.send('a')).toBe('queued')
    await pass(100)
    expect(states).toEqual([])
    Fake.last.serverClose(1001)
    await retry(rig)
    expect(Fake.last.sent).toEqual(['a'])
  })

  test('[S2] not even by close()', async () => {
    const { socket, Fake } = await at('open')
    const states = watchSends(Fake.last)
    Fake.last.readyState = Fake.CLOSING
    socket.send('a')
    socket.close()
    Fake.last.serverClose(1001)
    expect(states).toEqual([])
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
  })

  test.for<[string, (rig: Scripted) => unknown]>([
    ['close()', ({ socket }) => socket.close()],
    ['reconnect()', ({ socket }) => socket.reconnect()],
    ['the server has begun to close', ({ Fake }) => Object.assign(Fake.last, { readyState: Fake.CLOSING })],
  ])('[S2] nor by a handshake that goes on after %s', async ([, end]) => {
    let say: (message: string) => void = () => {}
    const rig = scripted({
      handshake: ({ send }) => {
        say = send
        return new Promise(() => {})
      },
    })
    await settle()
    rig.Fake.last.accept()
    const states = watchSends(rig.Fake.last)
    say('hello')
    end(rig)
    try {
      say('still there?')
    } catch {
      // It may say that it is too late.
    }
    expect(states).toEqual([1])
  })
})

describe('at once', () => {
  test('[S3] open, with nothing waiting: native send is called in the same turn, without a timer', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    const timers = vi.getTimerCount()
    const microtask = vi.spyOn(globalThis, 'queueMicrotask')
    const hop = vi.spyOn(globalThis, 'MessageChannel')
    const messages = Array.from({ length: 1_000 }, (_, index) => String(index))
    for (const [index, message] of messages.entries()) {
      expect(socket.send(message)).toBe('sent')
      expect(Fake.last.sent.length).toBe(index + 1)
    }
    expect(Fake.last.sent).toEqual(messages)
    expect(vi.getTimerCount()).toBe(timers)
    expect(microtask).not.toHaveBeenCalled()
    expect(hop).not.toHaveBeenCalled()
  })

  test.for<[buffered: number, SendResult]>([
    [0, 'sent'],
    [9, 'sent'],
    [10, 'queued'],
    [11, 'queued'],
  ])(
    '[S3] with %i bytes in the native buffer and a mark of 10, a message is %s',
    async ([buffered, result]) => {
      const { socket, Fake } = await at('open', { queue: { highWaterMark: 10 } })
      Fake.last.bufferedAmount = buffered
      expect(socket.send('x')).toBe(result)
      expect(Fake.last.sent).toEqual(result === 'sent' ? ['x'] : [])
    },
  )

  test('[S3] a message larger than the mark goes at once into an empty buffer', async () => {
    const { socket, Fake } = await at('open', { queue: { highWaterMark: 10 } })
    const large = 'x'.repeat(1_000)
    expect(socket.send(large)).toBe('sent')
    expect(Fake.last.sent).toEqual([large])
  })
})

describe('time to live and keys', () => {
  test('[S7] what is too old when its turn comes is dropped and told; the rest goes out', async () => {
    const { socket, Fake, record } = scripted()
    await settle()
    socket.send('old', { ttl: 999 })
    socket.send('young', { ttl: 1_000 })
    socket.send('timeless')
    await pass(1_000)
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['young', 'timeless'])
    expect(record.of('drop')).toEqual([{ data: 'old', reason: 'expired' }])
  })

  test('[S7] a listener of that drop may end the connection: nothing more goes out on it', async () => {
    const { socket, Fake } = await at('open', { queue: { highWaterMark: 1 } })
    Fake.last.bufferedAmount = 1
    socket.send('old', { ttl: 1 })
    socket.send('kept')
    socket.once('drop', () => socket.reconnect())
    Fake.last.bufferedAmount = 0
    await pass(4)
    const [first, second] = Fake.instances
    second?.accept()
    expect([first?.sent, second?.sent]).toEqual([[], ['kept']])
  })

  test('[S7] a listener of open replaces what waits with that key, where it waits', async () => {
    const { socket, Fake } = scripted()
    await settle()
    socket.send('backlog')
    socket.send('here', { key: 'cursor' })
    socket.once('open', () => {
      socket.send('there', { key: 'cursor' })
      socket.send('first')
    })
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['first', 'backlog', 'there'])
  })
})
