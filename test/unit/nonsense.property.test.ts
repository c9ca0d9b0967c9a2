/** Nonsense of every kind, wherever a value is taken: the documented error or none, and nothing has changed. */
import { readFileSync } from 'node:fs'
import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, vi } from 'vitest'
import { backoff, json, SteadySocket } from '../../src/index.ts'
import { messages, readable, writable } from '../../src/streams.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at, stages } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { test } from './fixture.ts'

const runs = { numRuns: Number(process.env['RUNS'] ?? 300) }

const angry = new Error('a trap of the application’s')
const rage = (): never => {
  throw angry
}
const traps = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect)
    .filter((name) => name !== 'constructor')
    .map((name) => [name, rage]),
)
function revoked(target: object): object {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}
const cyclic: { self?: unknown } = {}
cyclic.self = cyclic
const realm = createContext({})
const detached = new ArrayBuffer(8)
const detachedView = new Uint8Array(detached)
structuredClone(detached, { transfer: [detached] })

/** Made anew for each run, as far as it matters. */
const special: Record<string, unknown> = {
  undefined,
  null: null,
  NaN: Number.NaN,
  '-0': -0,
  '-1': -1,
  '0.5': 0.5,
  '2 ** 31': 2 ** 31,
  Infinity,
  '-Infinity': -Infinity,
  '1e308': 1e308,
  'a bigint': 1n,
  'a symbol': Symbol('nonsense'),
  'an arrow function': () => 7,
  'a class': class Nonsense {},
  'an empty array': [],
  'an array in an array': [[['x']]],
  'a cyclic object': cyclic,
  'an object without a prototype': Object.create(null),
  'a date': new Date(Number.NaN),
  'an object of another realm': runInContext('({ valueOf: () => "x" })', realm),
  'an array of another realm': runInContext('["a", "a"]', realm),
  'a buffer of another realm': runInContext('new ArrayBuffer(3)', realm),
  'a detached buffer': detached,
  'a view of a detached buffer': detachedView,
  'shared memory': new SharedArrayBuffer(4),
  'a revoked proxy': revoked({}),
  'a revoked proxy of a function': revoked(() => {}),
  'a proxy that throws': new Proxy({}, traps),
  'a proxy of a function that throws': new Proxy(() => {}, traps),
  'an object that throws at conversion': {
    toString: rage,
    valueOf: rage,
    toJSON: rage,
    [Symbol.toPrimitive]: rage,
  },
  'an object with a getter that throws': Object.defineProperty({}, 'x', { get: rage, enumerable: true }),
  'an object with __proto__': JSON.parse('{ "__proto__": { "polluted": true } }'),
  'an object that pretends to be a signal': { aborted: 'no', addEventListener: 1 },
  'a promise': Promise.resolve(1),
  'a thenable': Object.fromEntries([['then', rage]]),
}

/** In a box with its name, since fast-check would look into it. */
interface Thing {
  readonly value: () => unknown
  readonly [fc.toStringMethod]: () => string
}
const box = (name: string, value: unknown): Thing => ({
  value: () => value,
  [fc.toStringMethod]: () => name,
})
const plain = fc.oneof(
  fc.anything({ withBigInt: true, withNullPrototype: true, withSparseArray: true }),
  fc.double(),
  fc.string({ unit: 'binary' }),
)
const anything: fc.Arbitrary<Thing> = fc.oneof(
  fc.constantFrom(...Object.keys(special)).map((name) => box(name, special[name])),
  plain.map((value) => box(fc.stringify(value), value)),
)

const isNumber = (fits: (value: number) => boolean) => (value: unknown) =>
  typeof value === 'number' && fits(value)
const isOneOf =
  (...values: unknown[]) =>
  (value: unknown) =>
    values.includes(value)
const isFunction = (value: unknown): boolean => typeof value === 'function'
const isDelay = isNumber((value) => value >= 0 && value < 2 ** 31)

/** What each option takes, by the words of its manual; `undefined` always. */
const options: Record<string, (value: unknown) => boolean> = {
  binaryType: isOneOf('blob', 'arraybuffer'),
  autoConnect: isOneOf(true, false),
  connectTimeout: isNumber((value) => value > 0),
  closeTimeout: isNumber((value) => value >= 0),
  handshake: isFunction,
  WebSocket: isFunction,
  wake: isOneOf(true, false),
  hiddenTimeout: isNumber((value) => value >= 0),
  'reconnect.baseDelay': isDelay,
  'reconnect.maxDelay': isDelay,
  'reconnect.factor': isNumber((value) => value >= 1 && value < Infinity),
  'reconnect.jitter': isOneOf('spread', 'full', 'equal', 'none'),
  'reconnect.maxAttempts': isNumber((value) => value === Infinity || (value >= 0 && Number.isInteger(value))),
  'reconnect.stableAfter': isNumber((value) => value >= 0),
  'reconnect.delay': isFunction,
  'reconnect.shouldReconnect': isFunction,
  'queue.maxBytes': isNumber((value) => value > 0),
  'queue.maxMessages': isNumber((value) => value === Infinity || (value >= 1 && Number.isInteger(value))),
  'queue.overflow': isOneOf('reject', 'drop-oldest'),
  'queue.resendUnsent': (value) =>
    typeof value === 'boolean' ||
    isNumber((value) => value === Infinity || (value >= 0 && Number.isInteger(value)))(value),
  'heartbeat.timeout': isNumber((value) => value > 0),
}

/** What was thrown; it says so if nothing was. */
function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return 'nothing was thrown'
}

const withOption = (path: string, value: unknown): object => {
  const [name = '', inner] = path.split('.')
  return { [name]: inner === undefined ? value : { [inner]: value } }
}

test.for(Object.keys(options))('[L12] the documentation says what `%s` takes', (path) => {
  expect(readFileSync('docs/bad-input.md', 'utf8')).toContain(`| \`${path}\` |`)
})

describe('the constructor', () => {
  test.for(Object.entries(options))(
    '[L12] `%s` takes what its manual says, and names itself',
    ([path, fits]) => {
      fc.assert(
        fc.property(anything, (thing) => {
          const value = thing.value()
          const Fake = createFakeWebSocket()
          const build = (): unknown =>
            new SteadySocket('ws://test/', {
              WebSocket: Fake,
              autoConnect: false,
              ...withOption(path, value),
            } as never)
          const isNeeded = path === 'heartbeat.timeout' && value === undefined
          if (!isNeeded && (value === undefined || fits(value))) build()
          else {
            const error = thrownBy(build)
            expect(error).toBeInstanceOf(TypeError)
            expect((error as Error).message).toMatch(new RegExp(`^Expected \`${path}\` to be .*, got `, 's'))
            expect((error as Error).message.length).toBeLessThan(260)
          }
          expect(Fake.instances).toHaveLength(0)
          if (path !== 'autoConnect') expect(vi.getTimerCount()).toBe(0)
        }),
        runs,
      )
    },
  )

  test.for(['reconnect', 'queue', 'heartbeat', 'signal', 'codec', 'protocols', 'options'])(
    '[L12] nonsense as `%s` throws what is documented or nothing',
    (name) => {
      fc.assert(
        fc.property(anything, (thing) => {
          const value = thing.value()
          const Fake = createFakeWebSocket()
          const given = name === 'options' ? value : { WebSocket: Fake, autoConnect: false, [name]: value }
          let socket: SteadySocket | undefined
          const error = thrownBy(() => {
            socket = new SteadySocket('ws://test/', given as never)
          })
          if (error !== 'nothing was thrown' && error !== angry) expect(error).toBeInstanceOf(TypeError)
          socket?.close()
          expect(Fake.instances).toHaveLength(0)
        }),
        runs,
      )
      expect(({} as { polluted?: true }).polluted).toBeUndefined()
    },
  )

  test('[L12] nonsense as the URL throws a `SyntaxError` as natively, or is one', () => {
    fc.assert(
      fc.property(anything, (thing) => {
        const value = thing.value()
        const Fake = createFakeWebSocket()
        let socket: SteadySocket | undefined
        const error = thrownBy(() => {
          socket = new SteadySocket(value as never, { WebSocket: Fake, autoConnect: false })
        })
        if (!socket) expect(error).toMatchObject({ name: 'SyntaxError' })
        expect(Fake.instances).toHaveLength(0)
      }),
      runs,
    )
  })
})

/** All of a socket that a call might change. */
function portrait(
  socket: SteadySocket,
  natives: readonly { closeCalls: unknown[]; sent: unknown[] }[],
): unknown {
  return {
    state: socket.state,
    queue: [socket.queue.length, socket.queue.bytes],
    stats: { ...socket.stats, dropped: 0 },
    binaryType: socket.binaryType,
    timers: vi.getTimerCount(),
    natives: natives.map(({ closeCalls, sent }) => [closeCalls.length, sent.length]),
  }
}

const calls: Record<string, (socket: SteadySocket, value: unknown, other: unknown) => unknown> = {
  'send(message)': (socket, value) => socket.send(value as never),
  'send(…, options)': (socket, value) => socket.send('x', value as never),
  'send(…, { ttl })': (socket, value) => socket.send('x', { ttl: value as never }),
  'send(…, { queue })': (socket, value) => socket.send('x', { queue: value as never }),
  'send(…, { signal })': (socket, value) => socket.send('x', { signal: value as never }),
  'close(code, reason)': (socket, value, other) => socket.close(value as never, other as never),
  'reconnect(code, reason)': (socket, value, other) => socket.reconnect(value as never, other as never),
  'binaryType=': (socket, value) => {
    socket.binaryType = value as never
  },
  'readable()': (socket, value) => readable(socket, { limit: value as never }),
  'writable()': (socket, value, other) =>
    writable(socket, { highWaterMark: value as never, chunkSize: other as never }),
  'messages()': (socket, value) => messages(socket, { limit: value as never }),
}

describe.each(stages.filter((stage) => stage !== 'provider' && stage !== 'handshake'))(
  'at the stage %s',
  (stage) => {
    test.for(Object.entries(calls))(
      '[L12] %s: what throws has changed nothing',
      async ([, call], { reported }) => {
        const rejections = unhandledRejections()
        await fc.assert(
          fc.asyncProperty(anything, anything, async (one, another) => {
            const [value, other] = [one.value(), another.value()]
            const { socket, Fake } = await at(stage)
            const before = portrait(socket, Fake.instances)
            const error = thrownBy(() => call(socket, value, other))
            if (error === 'nothing was thrown') return
            expect(portrait(socket, Fake.instances)).toEqual(before)
            const isDocumented =
              error === angry || error instanceof TypeError || error instanceof DOMException
            expect(isDocumented, String(error)).toBe(true)
          }),
          { numRuns: runs.numRuns / 5 },
        )
        expect(reported).toEqual([])
        expect(await rejections()).toEqual([])
      },
    )
  },
)

test.for(['opened', 'drained'] as const)(
  '[L12] %s() with nonsense rejects, and never throws',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(anything, anything, async (one, another) => {
        const [value, other] = [one.value(), another.value()]
        const { socket } = await at('open')
        for (const options of [value, { timeout: value, signal: other }])
          await socket[name](options as never).catch((error: unknown) =>
            expect(error === angry || error instanceof TypeError || error instanceof Error).toBe(true),
          )
      }),
      { numRuns: runs.numRuns / 5 },
    )
  },
)

test('[M2] nonsense as a schema throws a TypeError that names it', () => {
  fc.assert(
    fc.property(anything, (thing) => {
      const value = thing.value()
      const error = thrownBy(() => json({ receive: value as never }))
      if (value !== undefined && error !== angry)
        expect(error).toMatchObject({ name: 'TypeError', message: expect.stringMatching(/receive|revoked/) })
    }),
    runs,
  )
})

test('[M1] JSON with nonsense throws from send(), and queues nothing', () => {
  fc.assert(
    fc.property(anything, (thing) => {
      const value = thing.value()
      const socket = new SteadySocket('ws://test/', { codec: json<unknown, unknown>(), autoConnect: false })
      const error = thrownBy(() => socket.send(value as never))
      expect(socket.queue.length).toBe(error === 'nothing was thrown' ? 1 : 0)
    }),
    runs,
  )
})

test('[R2] backoff() with nonsense as the attempt throws a TypeError, or answers a delay', () => {
  fc.assert(
    fc.property(anything, (thing) => {
      const value = thing.value()
      const error = thrownBy(() => expect(backoff(value as never)).toBeGreaterThanOrEqual(0))
      const isAttempt = typeof value === 'number' && value >= 1
      if (isAttempt) expect(error).toBe('nothing was thrown')
    }),
    runs,
  )
})
