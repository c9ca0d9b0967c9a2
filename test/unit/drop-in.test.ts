/** The drop-in over a fake: its options, its place as the global class, and what it tells while it reconnects. */
import { describe, expect, vi } from 'vitest'
import { reactive, ref } from 'vue'
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from '../../src/websocket/index.ts'
import {
  createFakeWebSocket,
  type FakeWebSocketClass,
  type FakeWebSocketOptions,
} from '../support/fake-websocket.ts'
import { pass, settle, test } from './fixture.ts'

const types = ['open', 'message', 'error', 'close']

interface Rig {
  Fake: FakeWebSocketClass
  socket: ReconnectingWebSocket
  /** What was told, with the ready state at that moment. */
  told: string[]
}

function record(socket: ReconnectingWebSocket): string[] {
  const told: string[] = []
  for (const type of types) socket.addEventListener(type, () => told.push(`${type} ${socket.readyState}`))
  return told
}

function dropIn(options: ReconnectingWebSocketOptions = {}, fake?: FakeWebSocketOptions): Rig {
  const Fake = createFakeWebSocket(fake)
  const socket = new ReconnectingWebSocket('ws://test/', [], { WebSocket: Fake, ...options })
  return { Fake, socket, told: record(socket) }
}

async function openDropIn(options?: ReconnectingWebSocketOptions, fake?: FakeWebSocketOptions): Promise<Rig> {
  const rig = dropIn(options, fake)
  await settle()
  rig.Fake.last.accept()
  return rig
}

describe('options', () => {
  const odd: unknown[] = [
    null,
    undefined,
    7,
    'text',
    true,
    [],
    () => {},
    { headers: { cookie: 'a=b' }, maxRetries: 7, perMessageDeflate: false, codec: 7, protocols: 7 },
  ]
  test.for(odd)('[X1] a third argument of somebody else’s is ignored: %o', async (third) => {
    const Fake = createFakeWebSocket()
    vi.stubGlobal('WebSocket', Fake)
    const socket = new ReconnectingWebSocket('ws://test/', 'one', third as never)
    await settle()
    expect(Fake.instances).toHaveLength(1)
    expect(Fake.last.protocols).toEqual(['one'])
    socket.close()
  })

  test('[X1] an option that is one is checked', () => {
    const make = (options: unknown) => () => new ReconnectingWebSocket('ws://test/', [], options as never)
    expect(make({ wake: 7 })).toThrow(/Expected `wake`/)
    expect(make({ reconnect: { maxRetries: 7 } })).toThrow(/did you mean `maxAttempts`/)
    expect(make({ WebSocket: 7 })).toThrow(/Expected `WebSocket`/)
    expect(make({ wake: 7 })).toThrow(TypeError)
  })

  test('[X1] options are bound by a subclass, which code that calls with two arguments can take', async () => {
    const Fake = createFakeWebSocket()
    class Socket extends ReconnectingWebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols, { WebSocket: Fake, reconnect: { delay: () => 7 }, binaryType: 'arraybuffer' })
      }
    }
    const Class: typeof WebSocket = Socket
    const socket = new Class('ws://test/', ['one'])
    expect(socket).toBeInstanceOf(ReconnectingWebSocket)
    expect([socket.binaryType, Class.OPEN, socket.OPEN]).toEqual(['arraybuffer', 1, 1])
    await settle()
    expect(Fake.last).toMatchObject({ url: 'ws://test/', protocols: ['one'] })
    Fake.last.accept()
    Fake.last.fail()
    await pass(6)
    expect(Fake.instances).toHaveLength(1)
    await pass(1)
    expect(Fake.instances).toHaveLength(2)
    socket.close()
  })

  test('[X1] url and protocols may be functions, asked before every attempt', async () => {
    const Fake = createFakeWebSocket()
    const socket = new ReconnectingWebSocket(
      ({ attempt }) => `ws://test/${attempt}`,
      async ({ attempt }) => `p${attempt}`,
      { WebSocket: Fake, reconnect: { delay: () => 1 } },
    )
    expect(socket.url).toBe('')
    await settle()
    expect(Fake.last).toMatchObject({ url: 'ws://test/0', protocols: ['p0'] })
    expect(socket.url).toBe('ws://test/0')
    Fake.last.fail()
    await pass(1)
    expect(Fake.last).toMatchObject({ url: 'ws://test/1', protocols: ['p1'] })
    expect(socket.url).toBe('ws://test/1')
    socket.close()
  })

  test('[X1] a signal closes it', async () => {
    const controller = new AbortController()
    const { socket, told, Fake } = await openDropIn({ signal: controller.signal })
    controller.abort()
    expect(socket.readyState).toBe(2)
    Fake.last.serverClose(1005)
    expect(told).toEqual(['open 1', 'close 3'])
  })
})

describe('in the place of the global class', () => {
  test('[X1] the native one is still found', async () => {
    const Fake = createFakeWebSocket()
    vi.stubGlobal('WebSocket', Fake)
    vi.resetModules()
    const { ReconnectingWebSocket: Fresh } = await import('../../src/websocket/index.ts')
    class Bound extends Fresh {}
    for (const Class of [Fresh, Bound]) {
      vi.stubGlobal('WebSocket', Class)
      const socket = new WebSocket('ws://test/')
      expect(socket).toBeInstanceOf(Fresh)
      await settle()
      expect(Fake.last.url).toBe('ws://test/')
      socket.close()
    }
    expect(Fake.instances).toHaveLength(2)
  })

  test('[X1] a fake that is installed later is used', async () => {
    const Fake = createFakeWebSocket()
    vi.stubGlobal('WebSocket', Fake)
    const socket = new ReconnectingWebSocket('ws://test/')
    await settle()
    expect(Fake.instances).toHaveLength(1)
    socket.close()
  })

  test('[X1] where there is no class, it says so once, as an error and a close', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const socket = new ReconnectingWebSocket('ws://test/')
    const told = record(socket)
    await settle()
    await pass(60_000)
    expect(told).toEqual(['error 3', 'close 3'])
  })
})

describe('reconnection', () => {
  test('[X1] open and close are told of each connection, and the ready state follows', async () => {
    const { socket, told, Fake } = await openDropIn({ reconnect: { delay: () => 10 } })
    for (let round = 0; round < 3; round++) {
      Fake.last.serverClose(1001, 'bye')
      expect(socket.readyState).toBe(0)
      await pass(10)
      Fake.last.accept()
      expect(socket.readyState).toBe(1)
    }
    expect(told).toEqual(['open 1', 'close 0', 'open 1', 'close 0', 'open 1', 'close 0', 'open 1'])
    expect(Fake.instances).toHaveLength(4)
    socket.close()
    Fake.last.serverClose()
    expect(told.at(-1)).toBe('close 3')
  })

  test('[X1] what is sent meanwhile waits, in order', async () => {
    const { socket, Fake } = dropIn({ reconnect: { delay: () => 10 } })
    socket.send('1')
    await settle()
    socket.send('2')
    expect(socket.bufferedAmount).toBe(2)
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['1', '2'])
    Fake.last.fail()
    socket.send('3')
    await pass(10)
    socket.send(4 as never)
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['3', '4'])
    socket.close()
  })

  test('[X1] an attempt that fails is told as an error and a close', async () => {
    const { socket, told, Fake } = dropIn({ reconnect: { delay: () => 10 } })
    await settle()
    Fake.last.fail()
    await pass(10)
    Fake.last.fail()
    await pass(10)
    Fake.last.accept()
    expect(told).toEqual(['error 0', 'close 0', 'error 0', 'close 0', 'open 1'])
    socket.close()
  })

  test('[X1] so is one that takes too long', async () => {
    const { socket, told, Fake } = dropIn({ connectTimeout: 100, reconnect: { delay: () => 10 } })
    await pass(101)
    expect(told).toEqual(['error 0', 'close 0'])
    const [hung] = Fake.instances
    hung?.fail()
    expect(told).toEqual(['error 0', 'close 0'])
    await pass(10)
    Fake.last.accept()
    expect(told).toEqual(['error 0', 'close 0', 'open 1'])
    socket.close()
  })

  test('[X1] and a provider that fails, before and after a connection', async () => {
    const Fake = createFakeWebSocket()
    let fails = true
    const url = () => {
      if (fails) throw new Error('no token')
      return 'ws://test/'
    }
    const socket = new ReconnectingWebSocket(url, [], { WebSocket: Fake, reconnect: { delay: () => 10 } })
    const told = record(socket)
    await settle()
    expect(told).toEqual(['error 0', 'close 0'])
    fails = false
    await pass(10)
    Fake.last.accept()
    fails = true
    Fake.last.fail()
    await pass(10)
    expect(told.slice(2)).toEqual(['open 1', 'error 1', 'close 0', 'error 0', 'close 0'])
    socket.close()
  })

  test('[X1] a connection that the heartbeat finds dead is told as an error and a close', async () => {
    const { socket, told } = await openDropIn({ heartbeat: { timeout: 1_000 } })
    await pass(1_001)
    expect(told).toEqual(['open 1', 'error 0', 'close 0'])
    socket.close()
  })

  test('[X1] close() between two attempts is told, in a task of its own', async () => {
    const { socket, told, Fake } = await openDropIn({ reconnect: { delay: () => 1_000 } })
    Fake.last.serverClose(1001)
    socket.close()
    expect(socket.readyState).toBe(2)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    expect(told).toEqual(['open 1', 'close 0'])
    await settle()
    expect(told).toEqual(['open 1', 'close 0', 'error 3', 'close 3'])
    await pass(60_000)
    expect(Fake.instances).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[X1] a refusal is the end', async () => {
    const { socket, told, Fake } = await openDropIn()
    Fake.last.serverClose(1008, 'no')
    await pass(60_000)
    expect(told).toEqual(['open 1', 'close 3'])
    expect(socket.readyState).toBe(3)
    expect(Fake.instances).toHaveLength(1)
  })

  test('[X1] what was sent after the end counts, until it is open again', async () => {
    const { socket, Fake } = await openDropIn()
    socket.close()
    Fake.last.serverClose()
    socket.send('é')
    socket.send(new ArrayBuffer(3))
    expect(socket.bufferedAmount).toBe(5)
    socket.steady.connect()
    expect(socket.readyState).toBe(0)
    await settle()
    Fake.last.accept()
    expect([socket.readyState, socket.bufferedAmount]).toEqual([1, 0])
    expect(Fake.last.sent).toEqual([])
    socket.close()
  })

  test('[X1] with `queue: false` what is sent while it is not open goes nowhere', async () => {
    const { socket, Fake } = dropIn({ queue: false })
    const dropped: unknown[] = []
    socket.steady.on('drop', ({ data, reason }) => dropped.push([data, reason]))
    socket.send('1')
    await settle()
    Fake.last.accept()
    socket.send('2')
    expect(Fake.last.sent).toEqual(['2'])
    expect(dropped).toEqual([['1', 'not-open']])
    socket.close()
  })

  test('[X1] Vue leaves it as it is, as it does the native class', async () => {
    const { socket, Fake } = await openDropIn()
    expect(reactive({ socket }).socket).toBe(socket)
    expect(ref(socket).value).toBe(socket)
    reactive({ socket }).socket.send('hello')
    expect(Fake.last.sent).toEqual(['hello'])
    socket.close()
  })

  test('[X1] what is underneath is at hand', async () => {
    const { socket, Fake } = await openDropIn({ reconnect: { delay: () => 10 } })
    const retries: number[] = []
    socket.steady.on('retry', ({ attempt }) => retries.push(attempt))
    Fake.last.serverClose(1001)
    expect(retries).toEqual([1])
    expect(socket.steady.state.name).toBe('waiting')
    socket.close()
  })
})

describe('with `reconnect: false`', () => {
  test('[X1] nothing limits how long it connects, and no timer runs', async () => {
    const { socket, told, Fake } = dropIn({ reconnect: false, connectTimeout: undefined })
    await settle()
    expect(vi.getTimerCount()).toBe(0)
    await pass(600_000)
    expect(told).toEqual([])
    Fake.last.accept()
    expect(told).toEqual(['open 1'])
    socket.close()
  })

  test.for([undefined, true, {}, { maxMessages: 7 }])(
    '[X1] send() before open throws, with `queue: %o` too, and nothing of it leaves later',
    async (queue) => {
      const { socket, Fake } = dropIn({ reconnect: false, queue })
      expect(() => socket.send('at once')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
      await settle()
      expect(() => socket.send('later')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
      Fake.last.accept()
      expect(Fake.last.sent).toEqual([])
      socket.close()
    },
  )

  test('[X1] but a limit that is given', async () => {
    const { told } = dropIn({ reconnect: false, connectTimeout: 100 })
    await pass(101)
    expect(told).toEqual(['error 3', 'close 3'])
  })

  test('[X1] a heartbeat that is given finds it dead', async () => {
    const { told, Fake } = await openDropIn({
      reconnect: false,
      heartbeat: { interval: 1_000, message: 'ping', timeout: 500 },
    })
    await pass(1_000)
    expect(Fake.last.sent).toEqual(['ping'])
    await pass(501)
    expect(told).toEqual(['open 1', 'error 3', 'close 3'])
  })

  test('[X1] it does not listen to the page', async () => {
    const spies = [window, document].map((target) => vi.spyOn(target, 'addEventListener'))
    const { socket } = await openDropIn({ reconnect: false })
    for (const spy of spies) expect(spy).not.toHaveBeenCalled()
    socket.close()
  })

  test('[X1] all is handed over at once, however much it is', async () => {
    const { socket, Fake } = await openDropIn({ reconnect: false }, { buffering: true })
    for (let number = 0; number < 100; number++) socket.send('x'.repeat(100_000))
    expect(Fake.last.sent).toHaveLength(100)
    expect(socket.bufferedAmount).toBe(10_000_000)
    socket.close(4001, 'bye')
    expect(Fake.last.closeCalls).toEqual([{ code: 4001, reason: 'bye' }])
  })

  test('[X1] the native ready state is what counts', async () => {
    const { socket, Fake } = await openDropIn({ reconnect: false })
    Fake.last.readyState = 2
    expect(socket.readyState).toBe(2)
    socket.send('late')
    expect(Fake.last.sent).toEqual([])
    expect(socket.bufferedAmount).toBe(4)
    Fake.last.serverClose()
    expect([socket.readyState, socket.bufferedAmount]).toEqual([3, 4])
  })

  test('[X1] it is over at the first close', async () => {
    const { socket, told, Fake } = await openDropIn({ reconnect: false })
    Fake.last.fail()
    await pass(600_000)
    expect(told).toEqual(['open 1', 'error 3', 'close 3'])
    expect(socket.readyState).toBe(3)
    expect(Fake.instances).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('where something is missing', () => {
  test('[X1] without `CloseEvent`, as in Node 20, a close has the same fields', async () => {
    vi.stubGlobal('CloseEvent', undefined)
    const { socket, Fake } = await openDropIn({ reconnect: false })
    const closes: Event[] = []
    socket.onclose = (event) => closes.push(event)
    Fake.last.serverClose(4001, 'bye')
    expect(closes).toMatchObject([{ type: 'close', code: 4001, reason: 'bye', wasClean: true }])
  })

  test('[X1] importing it needs no class but EventTarget', async () => {
    for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent', 'DOMException', 'document'])
      vi.stubGlobal(name, undefined)
    vi.resetModules()
    expect((await import('../../src/websocket/index.ts')).ReconnectingWebSocket).toBeTypeOf('function')
  })

  test('[X1] on a server nothing is opened, and it says CONNECTING', async () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('navigator', { userAgent: 'Node.js/22' })
    const { socket, told, Fake } = dropIn()
    socket.send('waits')
    await pass(60_000)
    expect([socket.readyState, Fake.instances.length, vi.getTimerCount(), ...told]).toEqual([0, 0, 0])
    socket.steady.connect()
    await settle()
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['waits'])
    socket.close()
  })

  test('[X1] on a server a relative URL is no error', () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('location', undefined)
    vi.stubGlobal('navigator', { userAgent: 'Node.js/22' })
    expect(new ReconnectingWebSocket('/chat').url).toBe('/chat')
  })
})
