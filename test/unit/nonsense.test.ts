/** The smallest inputs that once did more than throw a sentence. */
import { describe, expect } from 'vitest'
import { backoff, json, SteadySocket } from '../../src/index.ts'
import { messages, readable, writable } from '../../src/streams.ts'
import { createLooks } from '../../src/until.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at, scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

const boom = new Error('boom')
const fail = (): never => {
  throw boom
}
const revoked = Proxy.revocable({}, {})
revoked.revoke()

function build(options: object): SteadySocket {
  return new SteadySocket('ws://test/', { WebSocket: createFakeWebSocket(), ...options })
}

test.for(['protocols', 'codec', 'signal', 'reconnect', 'heartbeat'])(
  '[L12] a revoked proxy for `%s`: the message names the option',
  (name) => {
    expect(() => build({ [name]: revoked.proxy })).toThrow(`Expected \`${name}\` to be `)
  },
)

test('[L12] a hole in the list of `protocols` is no subprotocol', () => {
  expect(() => build({ protocols: new Array(1) })).toThrow('Expected `protocols` to be ')
})

describe('send()', () => {
  test.for<[string, unknown]>([
    ['an object that says it is a Blob', { [Symbol.toStringTag]: 'Blob' }],
    ['an object that says it is an ArrayBuffer', { [Symbol.toStringTag]: 'ArrayBuffer' }],
    ['a proxy of an ArrayBuffer', new Proxy(new ArrayBuffer(4), {})],
    ['a detached ArrayBuffer', detached()],
    ['a view of a detached ArrayBuffer', detachedView()],
    ['a revoked proxy', revoked.proxy],
  ])('[S6] %s is refused, and the queue keeps count', async ([, message]) => {
    const { socket, Fake } = await at('waiting')
    expect(() => socket.send(message as never)).toThrow(/^Expected `message` to /)
    expect(socket.queue).toMatchObject({ length: 0, bytes: 0 })
    expect(socket.send('x')).toBe('queued')
    expect(socket.queue.bytes).toBe(1)
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['x'])
  })

  const throwing = { aborted: false, addEventListener: fail, removeEventListener: fail } as never

  test('[S7] a signal that throws does not leave half a message in the queue', async ({ reported }) => {
    const { socket, Fake } = await at('waiting')
    expect(socket.send('x', { signal: throwing })).toBe('queued')
    expect(socket.send('y')).toBe('queued')
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['x', 'y'])
    expect(socket.queue.length).toBe(0)
    expect(reported).toEqual([boom, boom])
  })

  test('[L9] nobody waits with a signal that throws', async () => {
    const looks = createLooks()
    const wait = looks.until(
      'open',
      () => false,
      () => ({ signal: throwing }),
    )
    await expect(wait).rejects.toBe(boom)
    expect(looks.waiting).toBe(0)
  })

  test('[M7] a promise without a codec: the message is to blame, and no codec', async () => {
    const { socket } = await at('open')
    expect(() => socket.send(Promise.resolve('x') as never)).toThrow(/^Expected `message` to /)
  })

  test('[M7] a `then` that throws is no answer either', async () => {
    const promise = Object.defineProperty({}, 'then', { value: fail })
    const { socket } = await at<string, string>('open', {
      codec: { encode: () => promise as never, decode: String },
    })
    expect(() => socket.send('x')).toThrow('Expected `codec.encode` to answer at once, got a promise')
  })
})

test('[L7] a code is converted once, also for the message', async () => {
  const { socket } = await at('open')
  const code = { valueOf: () => 5, toString: fail }
  expect(() => socket.close(code as never)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }))
})

test('[L7] a reason is measured in UTF-8, a lone surrogate as three bytes', async () => {
  const { socket, Fake } = await at('open')
  for (const unit of ['€', '\ud800', '\udc00', '\uffff']) {
    expect(() => socket.close(1000, `${unit.repeat(41)}x`)).toThrow(/^Expected `reason`.*got 124$/)
    expect(() => socket.close(1000, `${'😀'.repeat(31)}`)).toThrow(/^Expected `reason`.*got 124$/)
  }
  expect(socket.state.name).toBe('open')
  socket.close(1000, '€'.repeat(41))
  expect(Fake.last.closeCalls).toHaveLength(1)
})

test.for([undefined, null, 5, {}])('[L12] subscribe(%o) throws and subscribes nobody', async (listener) => {
  const { socket } = await at('idle')
  expect(() => socket.subscribe(listener as never)).toThrow(/^Expected `listener` to be a function, got /)
})

test('[L12] a misspelt schema of json() is not taken for none', () => {
  expect(() => json({ recieve: {} } as object)).toThrow(
    new TypeError('Unknown option `recieve`; did you mean `receive`?'),
  )
  expect(() => json(null as never)).toThrow(/^Expected `schemas` to be an object, got null$/)
})

test.for<[string, unknown[], string]>([
  ['attempt', ['5'], 'attempt'],
  ['attempt', [Symbol('1')], 'attempt'],
  ['options', [1, null], 'options'],
  ['baseDelay', [1, { baseDelay: -5 }], 'baseDelay'],
  ['jitter', [1, { jitter: 'none ' }], 'jitter'],
  ['random', [1, {}, 0.5], 'random'],
])('[R2] backoff() refuses a bad %s', ([, args, name]) => {
  const call = backoff as (...args: unknown[]) => number
  expect(() => call(...args)).toThrow(`Expected \`${name}\` to be `)
})

test('[R2] backoff() takes the whole `reconnect` group', () => {
  expect(backoff(1, { jitter: 'none', baseDelay: 7, ...{ maxAttempts: 3 } })).toBe(7)
})

describe('streams', () => {
  test('[L9] a signal that is none leaves no listener behind', async () => {
    const { socket } = scripted({ autoConnect: false })
    const listeners = (): number[] => socket.eventNames().map((name) => socket.listenerCount(name))
    const before = listeners()
    for (const make of [readable, writable, messages])
      expect(() => make(socket, { signal: {} as never })).toThrow(
        'Expected `signal` to be an AbortSignal, got {}',
      )
    expect(listeners()).toEqual(before)
  })

  test.for(['4', 0.5, NaN])('[L12] `chunkSize` is not %o: chunks would be cut into nonsense', (chunkSize) => {
    const { socket } = scripted({ autoConnect: false })
    expect(() => writable(socket, { chunkSize: chunkSize as number })).toThrow(/^Expected `chunkSize` to be /)
  })

  test('[L12] a misspelt option is not taken for none', () => {
    const { socket } = scripted({ autoConnect: false })
    expect(() => messages(socket, { limits: 5 } as object)).toThrow('did you mean `limit`?')
  })
})

test('[R8] a server that talks through a handshake nobody listens in fails the attempt', async () => {
  const { socket, Fake, record } = scripted({ handshake: () => new Promise(() => {}) })
  await settle()
  Fake.last.accept()
  const native = Fake.last
  for (let count = 0; count < 10_000; count++) native.receive('x')
  expect(socket.state.name).toBe('connecting')
  native.receive('x')
  expect(record.of('error')).toMatchObject([{ code: 'HANDSHAKE_FAILED' }])
  expect(record.of('close')).toMatchObject([{ phase: 'handshake', willRetry: true }])
  expect(native.closeCalls).toHaveLength(1)
})

function detachedView(): Uint8Array {
  const view = new Uint8Array(8)
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}
