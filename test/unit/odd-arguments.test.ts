/** Arguments of `send()`, `opened()`, `drained()` and `subscribe()` that no compiler let through. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at, scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { settle, test } from './fixture.ts'

/** The shape of a signal, and nothing to take a listener off again. */
const endless = { aborted: false, reason: undefined, addEventListener: () => {} }

const notOptions: [unknown, string][] = [
  [null, 'null'],
  ['x', '"x"'],
  [5, '5'],
  [true, 'true'],
  [[1], '[1]'],
  [() => {}, 'function'],
]

describe('send()', () => {
  test.for(notOptions)(
    '[L12] send(message, %o) throws a sentence and sends nothing',
    async ([options, shown]) => {
      const { socket, Fake } = await at('open')
      const send = (): unknown => socket.send('x', options as never)
      expect(send).toThrow(TypeError)
      expect(send).toThrow(/`options`.*an object/)
      expect(send).toThrow(shown)
      expect(Fake.last.sent).toEqual([])
      expect(socket.queue.length).toBe(0)
    },
  )

  test('[L12] send(message, undefined) sends', async () => {
    const { socket } = await at('open')
    expect(socket.send('x', undefined)).toBe('sent')
  })

  test('[L12] send() with a key of no kind says which kinds there are', async () => {
    const { socket } = await at('open')
    expect(() => socket.send('x', { key: null as never })).toThrow(
      new TypeError('Expected `key` to be a string, number or symbol, got null'),
    )
  })

  test.for(['key', 7, Symbol('key')])('[S7] %s may be a key', async (key) => {
    const { socket } = await at('waiting')
    socket.send('old', { key })
    expect(socket.send('new', { key })).toBe('queued')
    expect(socket.queue.clear()).toEqual(['new'])
  })

  test('[S7] `queue: true` is as if not given, and `queue: false` is now or not at all', async () => {
    const { socket, record } = await at('waiting')
    expect(socket.send('x', { queue: true })).toBe('queued')
    expect(socket.send('y', { queue: false })).toBe('dropped')
    expect(record.of('drop')).toEqual([{ data: 'y', reason: 'not-open' }])
  })

  test.for([
    ['an object', { a: 1 }],
    ['an array', [1]],
    ['an instance', new Map()],
    ['null', null],
  ])('[L12] send() of %s without a codec says what to do', async ([, message]) => {
    const { socket, Fake } = await at('open')
    const send = (): unknown => socket.send(message as never)
    expect(send).toThrow(TypeError)
    expect(send).toThrow('codec: json()')
    expect(Fake.last.sent).toEqual([])
  })

  test('[L12] of what a codec of the application encodes to, `codec.encode` is to blame', async () => {
    const codec = { encode: () => ({}) as never, decode: String }
    const { socket } = await at<string, string>('open', { codec })
    expect(() => socket.send('x')).toThrow(/`codec\.encode`/)
    expect(() => socket.send('x')).not.toThrow(/json\(\)/)
  })

  test('[S8] an ArrayBuffer with a `size` of its own is no Blob', async () => {
    const { socket, Fake } = await at('waiting')
    const buffer = Object.assign(Uint8Array.of(1, 2, 3).buffer, { size: 1_000 })
    expect(socket.send(buffer)).toBe('queued')
    expect(socket.queue.bytes).toBe(3)
    new Uint8Array(buffer).fill(9)
    socket.connect()
    await settle()
    Fake.last.accept()
    const [sent] = Fake.last.sent
    expect([...new Uint8Array(sent as ArrayBuffer)]).toEqual([1, 2, 3])
  })

  test('[S6] an ArrayBuffer with a `size` of its own is as large as it is', async () => {
    const { socket } = await at('waiting', { queue: { maxBytes: 10 } })
    expect(socket.send(Object.assign(new ArrayBuffer(11), { size: 1 }))).toBe('dropped')
    expect(socket.send(Object.assign(new ArrayBuffer(10), { size: 11 }))).toBe('queued')
  })
})

describe.for(['opened', 'drained'] as const)('%s()', (method) => {
  test.for(notOptions)(
    `[L12] ${method}(%o) rejects with a sentence, and never throws`,
    async ([options, shown]) => {
      const { socket } = scripted({ autoConnect: false })
      socket.send('x')
      const promise = socket[method](options as never)
      await expect(promise).rejects.toThrow(TypeError)
      await expect(promise).rejects.toThrow(/`options`.*an object/)
      await expect(promise).rejects.toThrow(shown)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test(`[L12] ${method}(undefined) waits as ${method}() does`, async () => {
    const { socket, Fake } = scripted()
    socket.send('x')
    const promise = socket[method](undefined)
    await settle()
    Fake.last.accept()
    await expect(promise).resolves.toBeUndefined()
  })

  test.for(['open', 'waiting', 'closed'] as const)(
    `[L12] at the stage %s ${method}() rejects a signal that takes no listener off`,
    async (stage) => {
      const { socket } = await at(stage)
      const timers = vi.getTimerCount()
      const promise = socket[method]({ signal: endless as never })
      await expect(promise).rejects.toThrow(/^Expected `signal` to be an AbortSignal, got /)
      expect(vi.getTimerCount()).toBe(timers)
    },
  )

  test(`[L12] ${method}() rejects options that throw when they are read`, async () => {
    const { socket } = scripted({ autoConnect: false })
    const cause = new Error('no timeout')
    const options = {
      get timeout(): never {
        throw cause
      },
    }
    const unhandled = unhandledRejections()
    await expect(socket[method](options)).rejects.toBe(cause)
    expect(await unhandled()).toEqual([])
  })

  test(`[L9] ${method}({ timeout }) of a socket that is closed leaves no timer`, async () => {
    const { socket } = await at('closed')
    const promise = socket[method]({ timeout: 1_000 }).catch(() => {})
    expect(vi.getTimerCount()).toBe(0)
    await promise
  })
})

describe('options of the socket', () => {
  test('[L12] a signal that takes no listener off is none', () => {
    const Fake = createFakeWebSocket()
    expect(() => new SteadySocket('ws://test/', { WebSocket: Fake, signal: endless as never })).toThrow(
      /^Expected `signal` to be an AbortSignal, got /,
    )
  })

  test.for([0.5, 1.5, 1e-9])('[L12] `queue.maxMessages` is not %s: messages come whole', (maxMessages) => {
    const Fake = createFakeWebSocket()
    expect(() => new SteadySocket('ws://test/', { WebSocket: Fake, queue: { maxMessages } })).toThrow(
      /^Expected `queue\.maxMessages` to be /,
    )
  })
})

describe('subscribe()', () => {
  test('[L12] what is no function throws a sentence', () => {
    const { socket } = scripted({ autoConnect: false })
    expect(() => socket.subscribe(5 as never)).toThrow(
      new TypeError('Expected `listener` to be a function, got 5'),
    )
  })

  test('[L4] a listener that throws at the first call is subscribed: its error is reported, once', async ({
    reported,
  }) => {
    const { socket, Fake } = scripted({ autoConnect: false })
    const heard: string[] = []
    const error = new Error('first')
    const undo = socket.subscribe(({ name }) => {
      heard.push(name)
      if (name === 'idle') throw error
    })
    expect(undo).toBeTypeOf('function')
    socket.connect()
    await settle()
    Fake.last.accept()
    undo()
    socket.close()
    expect(heard).toEqual(['idle', 'connecting', 'open'])
    expect(reported).toEqual([error])
  })

  test('[L4] one that throws at each call keeps no other from hearing', async ({ reported }) => {
    const { socket, Fake } = scripted({ autoConnect: false })
    const heard: string[] = []
    const undo = socket.subscribe(({ name }) => {
      throw name
    })
    socket.subscribe(({ name }) => heard.push(name))
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(heard).toEqual(['idle', 'connecting', 'open'])
    expect(reported).toEqual(['idle', 'connecting', 'open'])
    undo()
  })
})
