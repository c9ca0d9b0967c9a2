/** The native interface of the drop-in, over a fake: arguments, attributes, handlers and events. */
import { describe, expect, onTestFinished, vi } from 'vitest'
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from '../../src/websocket/index.ts'
import { createFakeWebSocket, type FakeWebSocketClass } from '../support/fake-websocket.ts'
import { page, watchPageListeners } from '../support/page.ts'
import { pass, settle, test } from './fixture.ts'

type Arguments = [url?: unknown, protocols?: unknown, options?: ReconnectingWebSocketOptions]

interface Rig {
  Fake: FakeWebSocketClass
  socket: ReconnectingWebSocket
}

function make(url: unknown = 'ws://test/', protocols: unknown = [], options: object = {}): Rig {
  const Fake = createFakeWebSocket({ buffering: true })
  const socket = build(url, protocols, { WebSocket: Fake, ...options })
  onTestFinished(() => {
    socket.close()
    for (const native of Fake.instances) if (native.readyState !== native.CLOSED) native.serverClose()
  })
  return { Fake, socket }
}

const build = (...given: Arguments): ReconnectingWebSocket =>
  new (ReconnectingWebSocket as new (...given: unknown[]) => ReconnectingWebSocket)(...given)

async function open(options?: ReconnectingWebSocketOptions): Promise<Rig> {
  const rig = make('ws://test/', [], options)
  await settle()
  rig.Fake.last.accept({ protocol: 'chat', extensions: 'permessage-deflate' })
  return rig
}

const heard = (socket: EventTarget, ...types: string[]): Event[] => {
  const events: Event[] = []
  for (const type of types) socket.addEventListener(type, (event) => events.push(event))
  return events
}

test('[X1] the class passes for the native one: constants on both sides, and a tag', () => {
  const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }
  expect({ ...ReconnectingWebSocket }).toEqual(constants)
  expect(make().socket).toMatchObject(constants)
  expect(String(make().socket)).toBe('[object WebSocket]')
})

test('[X1] reflection sees what it sees of the native one: members that are listed, a tag that can be replaced', () => {
  const { prototype } = ReconnectingWebSocket
  for (const name of ['url', 'readyState', 'onopen', 'send', 'close'])
    expect(Object.getOwnPropertyDescriptor(prototype, name)).toMatchObject({ enumerable: true })
  expect(Object.getOwnPropertyDescriptor(prototype, Symbol.toStringTag)).toEqual({
    value: 'WebSocket',
    enumerable: false,
    configurable: true,
    writable: false,
  })
})

describe('arguments', () => {
  test('[X1] there has to be one, for the constructor and for send()', async () => {
    expect(() => build()).toThrow(new TypeError('Expected an argument'))
    const { socket, Fake } = await open()
    expect(() => (socket as { send: (...data: string[]) => void }).send()).toThrow(
      new TypeError('Expected an argument'),
    )
    expect(Fake.last.sent).toEqual([])
  })

  test.for([
    ['/live', 'ws://localhost:3000/live'],
    ['https://test/live', 'wss://test/live'],
    [new URL('http://test/'), 'ws://test/'],
    [{ toString: () => 'ws://test/a' }, 'ws://test/a'],
  ])('[X1] the URL is known at once: %s', ([url, resolved]) => {
    expect(make(url).socket.url).toBe(resolved)
  })

  test.for<[string, unknown, string[]]>([
    ['a text', 'chat', ['chat']],
    ['any iterable', new Set(['chat', { toString: (): string => 'v2' }]), ['chat', 'v2']],
  ])('[X1] subprotocols may be %s', async ([, protocols, offered]) => {
    const { Fake } = make('ws://test/', protocols)
    await settle()
    expect(Fake.last.protocols).toEqual(offered)
  })

  test('[X1] a bad subprotocol is a SyntaxError', () => {
    const error = expect.objectContaining({
      name: 'SyntaxError',
      message: expect.stringContaining('`protocols`'),
    })
    expect(() => make('ws://test/', ['a b'])).toThrow(error)
  })

  test.for([
    'autoConnect',
    'binaryType',
    'closeTimeout',
    'connectTimeout',
    'handshake',
    'heartbeat',
    'hiddenTimeout',
    'queue',
    'reconnect',
    'signal',
    'wake',
    'WebSocket',
  ])('[X1] `%s` is an option', (name) => {
    expect(() => make('ws://test/', [], { [name]: '7' })).toThrow(`Expected \`${name}\` to be`)
  })

  test('[X1] no `connectTimeout` is too small to be refused', () => {
    expect(() => make('ws://test/', [], { connectTimeout: 0 })).toThrow(/`connectTimeout`/)
  })

  test('[X1] with reconnection the limit of an attempt is as ever', async () => {
    const { socket } = make()
    const events = heard(socket, 'close')
    await pass(4_999)
    expect(events).toEqual([])
    await pass(1)
    expect(events).toHaveLength(1)
  })

  test('[X1] `wake: false` is off with reconnection, too', async () => {
    const listeners = watchPageListeners()
    await open({ wake: false })
    expect(listeners.ever()).toEqual([])
  })
})

describe('attributes', () => {
  test('[X1] `protocol` and `extensions` are those of the connection, and empty before', async () => {
    expect(make().socket).toMatchObject({ protocol: '', extensions: '' })
    const { socket } = await open()
    expect(socket).toMatchObject({ protocol: 'chat', extensions: 'permessage-deflate' })
  })

  test('[X1] `binaryType` goes to the native socket', async () => {
    const { socket, Fake } = await open()
    socket.binaryType = 'arraybuffer'
    expect([socket.binaryType, Fake.last.binaryType]).toEqual(['arraybuffer', 'arraybuffer'])
    socket.binaryType = 'text' as never
    expect(socket.binaryType).toBe('arraybuffer')
  })

  test('[X1] `bufferedAmount` is 0 where the native class has none', async () => {
    const { socket, Fake } = await open({ reconnect: false })
    Reflect.deleteProperty(Fake.last, 'bufferedAmount')
    expect(socket.bufferedAmount).toBe(0)
  })

  test('[X1] `bufferedAmount` counts what is sent while closing, and not what is dropped while open', async () => {
    const { socket, Fake } = await open({ queue: { highWaterMark: 1, maxMessages: 1 } })
    for (const message of ['1', '22', '333']) socket.send(message)
    expect(socket.bufferedAmount).toBe(3)
    socket.close()
    socket.send('4444')
    expect(socket.bufferedAmount).toBe(7)
    expect(Fake.last.sent).toEqual(['1', '22'])
  })

  test('[X1] `bufferedAmount` counts once what a lost connection leaves for the next', async () => {
    const { socket, Fake } = await open()
    socket.send('123')
    Fake.last.fail()
    expect(socket.readyState).toBe(0)
    expect(socket.bufferedAmount).toBe(3)
  })

  test('[X1] what is closed before it had a connection is CLOSING until it is told', async () => {
    const { socket } = make()
    await settle()
    const events = heard(socket, 'close')
    socket.close()
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    expect(socket.steady.state.name).toBe('closed')
    expect([socket.readyState, events.length]).toEqual([2, 0])
    await settle()
    expect([socket.readyState, events.length]).toEqual([3, 1])
  })

  test('[X1] an attempt that is given up because the page goes is told at once', async () => {
    const { socket } = make()
    await settle()
    const events = heard(socket, 'error', 'close')
    page.enterCache()
    expect(socket.readyState).toBe(0)
    await Promise.resolve()
    expect(events.map(({ type }) => type)).toEqual(['error', 'close'])
  })

  test('[X1] send() before open, without reconnection, throws as natively', () => {
    const { socket } = make('ws://test/', [], { reconnect: false })
    expect(() => socket.send('early')).toThrow(
      expect.objectContaining({ name: 'InvalidStateError', message: 'Not open yet' }),
    )
  })
})

describe('events', () => {
  test('[X1] a message has its data and the origin of the server', async () => {
    const { socket, Fake } = await open({ binaryType: 'arraybuffer' })
    const events = heard(socket, 'message') as MessageEvent[]
    Fake.last.receive('text')
    Fake.last.receive(Uint8Array.of(1))
    expect(events.map(({ data, origin }) => [data, origin])).toEqual([
      ['text', 'ws://test'],
      [Uint8Array.of(1).buffer, 'ws://test'],
    ])
  })

  test('[X1] where it is known from the first connection on, that of a function, too', async () => {
    const { socket, Fake } = make(() => 'ws://other.test/live')
    const events = heard(socket, 'message') as MessageEvent[]
    await settle()
    Fake.last.accept()
    Fake.last.receive('text')
    expect(events.map(({ origin }) => origin)).toEqual(['ws://other.test'])
  })

  test('[X1] a close is a `CloseEvent` where there is one', async () => {
    class CloseEvent extends Event {
      readonly code: number
      constructor(type: string, { code }: { code: number }) {
        super(type)
        this.code = code
      }
    }
    vi.stubGlobal('CloseEvent', CloseEvent)
    const { socket, Fake } = await open()
    const events = heard(socket, 'close')
    Fake.last.serverClose(4001)
    expect(events).toEqual([expect.any(CloseEvent)])
    expect(events).toMatchObject([{ code: 4001 }])
  })

  test('[X1] a native class without `addEventListener` will do', async () => {
    const Poor = createFakeWebSocket({
      onCreate: (native) => Object.assign(native, { addEventListener: undefined }),
    })
    const { socket } = make('ws://test/', [], { WebSocket: Poor })
    const events = heard(socket, 'open', 'error', 'close')
    await settle()
    Poor.last.accept()
    expect(events.map(({ type }) => type)).toEqual(['open'])
  })
})

describe.for(['open', 'message', 'error', 'close'] as const)('on%s', (type) => {
  const tell = (socket: EventTarget): boolean => socket.dispatchEvent(new Event(type, { cancelable: true }))

  test(`[X1] on${type} holds a handler, calls it with the socket as \`this\`, and lets it go`, () => {
    const { socket } = make()
    const name = `on${type}` as const
    expect(socket[name]).toBe(null)
    const called: unknown[] = []
    function handler(this: unknown, event: Event): void {
      called.push(this, event.type)
    }
    socket[name] = handler
    expect(socket[name]).toBe(handler)
    expect(tell(socket)).toBe(true)
    expect(called).toEqual([socket, type])
    socket[name] = null
    expect(socket[name]).toBe(null)
    tell(socket)
    expect(called).toHaveLength(2)
  })

  test(`[X1] on${type}: an object is held and not called, all else is \`null\``, () => {
    const { socket } = make()
    const name = `on${type}` as const
    const object = { handleEvent: vi.fn() }
    socket[name] = object as never
    tell(socket)
    expect(socket[name]).toBe(object)
    expect(object.handleEvent).not.toHaveBeenCalled()
    socket[name] = 5 as never
    expect(socket[name]).toBe(null)
  })

  test(`[X1] on${type}: a handler that answers false prevents the default, any other does not`, () => {
    const { socket } = make()
    socket[`on${type}`] = () => false
    expect(tell(socket)).toBe(false)
    socket[`on${type}`] = () => undefined
    expect(tell(socket)).toBe(true)
  })

  test(`[X1] on${type}: set anew it keeps its place, given up and set again it comes last`, () => {
    const { socket } = make()
    const order: string[] = []
    socket[`on${type}`] = () => order.push('first handler')
    socket.addEventListener(type, () => order.push('listener'))
    socket[`on${type}`] = () => order.push('handler')
    tell(socket)
    socket[`on${type}`] = null
    socket[`on${type}`] = () => order.push('handler')
    tell(socket)
    expect(order).toEqual(['handler', 'listener', 'listener', 'handler'])
  })
})
