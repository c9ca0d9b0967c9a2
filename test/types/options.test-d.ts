/** What the compiler takes for options, and what it refuses. */
import { WebSocket as MockWebSocket } from 'mock-socket'
import { describe, expectTypeOf, test } from 'vitest'
import { WebSocket as WsWebSocket } from 'ws'
import {
  type AttemptInfo,
  type BackoffOptions,
  backoff,
  type CloseInfo,
  type HandshakeConnection,
  type HeartbeatOptions,
  type Provider,
  type QueueOptions,
  type ReconnectOptions,
  type SendOptions,
  SteadySocket,
  type SteadySocketOptions,
  type UrlProvider,
} from '../../src/index.ts'
import type { AnyKeys } from '../support/any-keys.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'

const url = 'wss://example.com'

describe('the URL', () => {
  test('[R5] is a value or a function, now or later', () => {
    new SteadySocket(url)
    new SteadySocket(new URL(url))
    new SteadySocket(() => url)
    new SteadySocket(() => new URL(url))
    new SteadySocket(async () => url)
    new SteadySocket(async ({ signal }) => (await fetch('/token', { signal })).text())
    new SteadySocket((info) => {
      expectTypeOf(info).toEqualTypeOf<AttemptInfo>()
      return url
    })
    expectTypeOf<UrlProvider>().toEqualTypeOf<Provider<string | URL>>()
  })

  test('[L12] and nothing else', () => {
    // @ts-expect-error there is no default
    new SteadySocket()
    // @ts-expect-error a number is no URL
    new SteadySocket(8080)
    // @ts-expect-error nor is nothing
    new SteadySocket(undefined)
    // @ts-expect-error nor what this function gives
    new SteadySocket(async () => 5)
    // @ts-expect-error a promise is not asked again
    new SteadySocket(Promise.resolve(url))
    // @ts-expect-error the native class takes protocols here, this one options
    new SteadySocket(url, 'chat')
  })

  test('[R5] a function is told about the attempt', () => {
    expectTypeOf<AttemptInfo>().toEqualTypeOf<{
      readonly attempt: number
      readonly reconnected: boolean
      readonly lastClose: CloseInfo | undefined
      readonly signal: AbortSignal
    }>()
  })
})

describe('options', () => {
  test('[L12] all of them at once', () => {
    const all: SteadySocketOptions = {
      protocols: ['chat.v2', 'chat.v1'],
      binaryType: 'arraybuffer',
      codec: { encode: (message) => message, decode: (frame) => frame },
      autoConnect: false,
      connectTimeout: 5_000,
      closeTimeout: 1_000,
      signal: new AbortController().signal,
      handshake: async ({ send, receive, signal }) => {
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
        send('token')
        if ((await receive()) !== 'welcome') throw new Error('not welcome')
      },
      WebSocket,
      reconnect: {
        baseDelay: 1_000,
        maxDelay: 10_000,
        factor: 1.5,
        jitter: 'equal',
        maxAttempts: 5,
        stableAfter: 1_000,
        delay: (attempt, close) => attempt * close.code,
        shouldReconnect: (close, attempt) => (close.code === 4001 ? false : attempt < 3 || 5_000),
      },
      queue: {
        maxBytes: 1_024,
        maxMessages: 10,
        overflow: 'drop-oldest',
        highWaterMark: 'auto',
        resendUnsent: false,
      },
      heartbeat: {
        interval: 25_000,
        timeout: 5_000,
        message: 'ping',
        isPong: (message) => message === 'pong',
      },
      wake: false,
    }
    new SteadySocket(url, all)
    new SteadySocket(url, { reconnect: false, queue: false })
    new SteadySocket(url, { queue: { highWaterMark: 65_536 } })
    new SteadySocket(url, { protocols: async ({ attempt }) => `chat.v${attempt}` })
    new SteadySocket(url, { heartbeat: { interval: 25_000, message: () => 'ping' } })
  })

  test('[L12] has no `any` and nothing that must be given', () => {
    type Options = Required<SteadySocketOptions>
    expectTypeOf<NonNullable<unknown>>().toExtend<SteadySocketOptions>()
    expectTypeOf<AnyKeys<Options>>().toBeNever()
    expectTypeOf<AnyKeys<Required<ReconnectOptions>>>().toBeNever()
    expectTypeOf<AnyKeys<Required<QueueOptions>>>().toBeNever()
    expectTypeOf<AnyKeys<Required<HeartbeatOptions<string, string>>>>().toBeNever()
    expectTypeOf<AnyKeys<Required<SendOptions>>>().toBeNever()
    expectTypeOf<AnyKeys<HandshakeConnection<string, string>>>().toBeNever()
    expectTypeOf<AnyKeys<Required<BackoffOptions>>>().toBeNever()
  })

  test('[L12] misspelt or of the wrong kind, they are refused', () => {
    // @ts-expect-error misspelt
    new SteadySocket(url, { conectTimeout: 5_000 })
    // @ts-expect-error text is no number
    new SteadySocket(url, { connectTimeout: '5s' })
    // @ts-expect-error only in Node
    new SteadySocket(url, { binaryType: 'nodebuffer' })
    // @ts-expect-error one or several names
    new SteadySocket(url, { protocols: [1] })
    // @ts-expect-error a signal, not its controller
    new SteadySocket(url, { signal: new AbortController() })
    // @ts-expect-error the class, not a URL
    new SteadySocket(url, { WebSocket: 'ws' })
    // @ts-expect-error some other class
    new SteadySocket(url, { WebSocket: Map })
    // @ts-expect-error a number of retries is `{ maxAttempts }`
    new SteadySocket(url, { reconnect: 5 })
    // @ts-expect-error misspelt within a group
    new SteadySocket(url, { reconnect: { maxRetries: 5 } })
    // @ts-expect-error no such jitter
    new SteadySocket(url, { reconnect: { jitter: 'some' } })
    // @ts-expect-error no such overflow
    new SteadySocket(url, { queue: { overflow: 'drop-newest' } })
    // @ts-expect-error no such mark
    new SteadySocket(url, { queue: { highWaterMark: 'high' } })
    // @ts-expect-error a message is needed
    new SteadySocket(url, { heartbeat: { interval: 5_000 } })
    // @ts-expect-error an interval is needed
    new SteadySocket(url, { heartbeat: { message: 'ping' } })
    // @ts-expect-error an answer is needed
    new SteadySocket(url, { reconnect: { shouldReconnect: () => {} } })
    // @ts-expect-error nor can it be later
    new SteadySocket(url, { reconnect: { shouldReconnect: async () => true } })
  })

  test('[L2] any WebSocket class will do, other libraries’ too', () => {
    new SteadySocket(url, { WebSocket })
    new SteadySocket(url, { WebSocket: MockWebSocket })
    new SteadySocket(url, { WebSocket: WsWebSocket })
    new SteadySocket(url, { WebSocket: createFakeWebSocket() })
    new SteadySocket(url, { WebSocket: class extends WebSocket {} })
  })
})

describe('sending', () => {
  const socket = new SteadySocket(url)

  test('[S2] says what became of the message', () => {
    expectTypeOf(socket.send('hi')).toEqualTypeOf<'sent' | 'queued' | 'dropped'>()
  })

  test('[S7] takes options', () => {
    socket.send('hi', { ttl: 1_000, key: 'position', queue: false })
    socket.send('hi', { key: Symbol('position') })
    socket.send('hi', { key: 5 })
    // @ts-expect-error an object is no key
    socket.send('hi', { key: {} })
    // @ts-expect-error a time is a number
    socket.send('hi', { ttl: '1s' })
    // @ts-expect-error misspelt
    socket.send('hi', { timeToLive: 5 })
  })
})

describe('backoff', () => {
  test('[R2] is a pure function of the attempt, options and chance', () => {
    expectTypeOf(backoff).toEqualTypeOf<
      (attempt: number, options?: BackoffOptions, random?: () => number) => number
    >()
    // @ts-expect-error no such jitter
    backoff(1, { jitter: 'half' })
    // @ts-expect-error the attempt is needed
    backoff()
  })

  test('[R2] its options are those of `reconnect`', () => {
    expectTypeOf<ReconnectOptions>().toExtend<BackoffOptions>()
  })
})
