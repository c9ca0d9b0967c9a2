/** Names that are no options: refused, with the nearest that is; and options where something else belongs. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at, scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

const heartbeat = { interval: 1_000, message: 'ping' }

/** What is given, how the message calls it, and what was meant. */
const misspelt: [given: object, name: string, meant: string][] = [
  [{ hearbeat: {} }, 'hearbeat', 'heartbeat'],
  [{ heartBeat: {} }, 'heartBeat', 'heartbeat'],
  [{ autoconnect: false }, 'autoconnect', 'autoConnect'],
  [{ connectTimeOut: 1 }, 'connectTimeOut', 'connectTimeout'],
  [{ protocol: 'chat' }, 'protocol', 'protocols'],
  [{ websocket: null }, 'websocket', 'WebSocket'],
  [{ binarytype: 'blob' }, 'binarytype', 'binaryType'],
  [{ reconect: false }, 'reconect', 'reconnect'],
  [{ handShake: null }, 'handShake', 'handshake'],
  [{ reconnect: { maxRetries: 3 } }, 'reconnect.maxRetries', 'maxAttempts'],
  [{ reconnect: { maxAttempt: 3 } }, 'reconnect.maxAttempt', 'maxAttempts'],
  [{ reconnect: { basedelay: 3 } }, 'reconnect.basedelay', 'baseDelay'],
  [{ reconnect: { shouldreconnect: true } }, 'reconnect.shouldreconnect', 'shouldReconnect'],
  [{ queue: { maxMessage: 3 } }, 'queue.maxMessage', 'maxMessages'],
  [{ queue: { highWatermark: 3 } }, 'queue.highWatermark', 'highWaterMark'],
  [{ queue: { resendUnsend: 3 } }, 'queue.resendUnsend', 'resendUnsent'],
  [{ heartbeat: { ...heartbeat, timeOut: 3 } }, 'heartbeat.timeOut', 'timeout'],
  [{ heartbeat: { ...heartbeat, messages: 3 } }, 'heartbeat.messages', 'message'],
  [{ heartbeat: { ...heartbeat, ispong: 3 } }, 'heartbeat.ispong', 'isPong'],
]

/** Names that other libraries have, or that belong elsewhere. */
const strange: [given: object, name: string][] = [
  [{ maxRetries: 3 }, 'maxRetries'],
  [{ maxReconnectionDelay: 3 }, 'maxReconnectionDelay'],
  [{ debug: true }, 'debug'],
  [{ maxAttempts: 3 }, 'maxAttempts'],
  [{ url: 'ws://test/' }, 'url'],
  [{ '': 1 }, ''],
  [{ x: null }, 'x'],
  [{ constructor: 1 }, 'constructor'],
  [{ toString: 1 }, 'toString'],
  [{ reconnect: { connectTimeout: 3 } }, 'reconnect.connectTimeout'],
  [{ reconnect: { hasOwnProperty: 3 } }, 'reconnect.hasOwnProperty'],
  [{ queue: { ttl: 3 } }, 'queue.ttl'],
  [{ heartbeat: { ...heartbeat, enabled: true } }, 'heartbeat.enabled'],
]

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe('the constructor', () => {
  test.for(misspelt)('[L12] %o: unknown, and what was meant', async ([given, name, meant]) => {
    const Fake = createFakeWebSocket()
    const url = vi.fn(() => 'ws://test/')
    const error = thrownBy(() => new SteadySocket(url, { WebSocket: Fake, ...given }))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toBe(`Unknown option \`${name}\`; did you mean \`${meant}\`?`)
    await settle()
    expect(url).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for(strange)('[L12] %o: unknown', ([given, name]) => {
    const error = thrownBy(
      () => new SteadySocket('ws://test/', { WebSocket: createFakeWebSocket(), ...given }),
    )
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message.startsWith(`Unknown option \`${name}\``)).toBe(true)
  })

  test('[L12] a `__proto__` of its own is a name too', () => {
    const given = JSON.parse('{"__proto__": {"autoConnect": false}}')
    expect(() => new SteadySocket('ws://test/', given)).toThrow('Unknown option `__proto__`')
  })

  test('[L12] names whose value is undefined, and inherited ones, are fine', async () => {
    const inherited = Object.create({ hearbeat: true, debug: true, toJSON() {} })
    const { socket } = scripted({
      ...({ hearbeat: undefined } as object),
      reconnect: Object.assign(Object.create({ maxRetries: 3 }), { maxAttempts: 0, retries: undefined }),
      queue: inherited,
    })
    await settle()
    expect(socket.state.name).toBe('connecting')
  })

  test('[L12] so are names that are symbols', async () => {
    const { socket } = scripted({ [Symbol('mine')]: true } as object)
    await settle()
    expect(socket.state.name).toBe('connecting')
  })

  test('[L12] an inherited option counts', () => {
    const Fake = createFakeWebSocket()
    class Options {
      get autoConnect(): boolean {
        return false
      }
      get reconnect(): object {
        return Object.create({ maxAttempts: 0 })
      }
    }
    const socket = new SteadySocket('ws://test/', Object.assign(new Options(), { WebSocket: Fake }))
    expect(socket.state.name).toBe('idle')
  })
})

describe('options in the place of another argument', () => {
  const build = SteadySocket as unknown as new (...args: unknown[]) => SteadySocket
  const options = { autoConnect: false }

  test.for([
    ['undefined', undefined],
    ['an empty list', []],
    ['null', null],
    ['a subprotocol', 'chat'],
    ['other options', {}],
  ])('[L12] third, behind %s, as natively they never were: a TypeError', ([, second]) => {
    expect(thrownBy(() => new build('ws://test/', second, options))).toBeInstanceOf(TypeError)
  })

  test('[L12] third, behind nothing: the message names them', () => {
    expect(() => new build('ws://test/', undefined, options)).toThrow(
      new TypeError('Expected `options` to be the second argument, got {"autoConnect":false}'),
    )
  })

  test('[L12] a third argument of undefined is none', () => {
    expect(new build('ws://test/', options, undefined).state.name).toBe('idle')
  })

  test.for([
    ['a list of subprotocols', ['chat']],
    ['a subprotocol', 'chat'],
  ])('[L12] %s in their place: the message names the option', ([, given]) => {
    const error = thrownBy(() => new build('ws://test/', given))
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).message).toMatch(/^Expected `options` to be an object, got /)
  })

  test('[L12] first: it throws, and names the argument', () => {
    expect(() => new build({ url: 'ws://test/', ...options })).toThrow(/`url`/)
    expect(() => new build(options)).toThrow(/`url`/)
  })
})

describe('send()', () => {
  test.for([
    [{ TTL: 1 }, 'TTL', 'ttl'],
    [{ keys: 'x' }, 'keys', 'key'],
    [{ que: false }, 'que', 'queue'],
    [{ signals: null }, 'signals', 'signal'],
  ])('[L12] %o: unknown, and what was meant', async ([given, name, meant]) => {
    const { socket, Fake } = await at('open')
    expect(() => socket.send('x', given as object)).toThrow(
      new TypeError(`Unknown option \`${name}\`; did you mean \`${meant}\`?`),
    )
    expect(Fake.last.sent).toEqual([])
  })

  test('[L12] names whose value is undefined, and inherited ones, are fine', async () => {
    const { socket } = await at('open')
    expect(socket.send('x', { TTL: undefined } as object)).toBe('sent')
    expect(socket.send('x', Object.create({ TTL: 5 }))).toBe('sent')
  })
})

describe.for(['opened', 'drained'] as const)('%s()', (method) => {
  test.for([
    [{ timeOut: 5 }, 'timeOut', 'timeout'],
    [{ signals: null }, 'signals', 'signal'],
  ])(`[L12] ${method}(%o): rejects, and says what was meant`, async ([given, name, meant]) => {
    const { socket } = await at('open')
    await expect(socket[method](given as object)).rejects.toThrow(
      new TypeError(`Unknown option \`${name}\`; did you mean \`${meant}\`?`),
    )
  })

  test(`[L12] ${method}(): names whose value is undefined, and inherited ones, are fine`, async () => {
    const { socket } = await at('open')
    await socket[method]({ timeOut: undefined } as object)
    await socket[method](Object.create({ timeOut: 5 }))
  })
})
