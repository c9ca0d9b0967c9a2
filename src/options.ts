/** The options: their manual, their defaults, and the one function that checks and completes them. */
import { type BackoffOptions, backoffDefaults } from './backoff.ts'
import { type Codec, text } from './codec.ts'
import { show } from './errors.ts'
import type { BinaryData, CloseDescription, CloseInfo } from './events.ts'

/** What a `url` or `protocols` function is told about the attempt it is asked for. */
export interface AttemptInfo {
  /** 0 for a first attempt, n for retry n. */
  readonly attempt: number
  /** Whether this socket was open before. */
  readonly reconnected: boolean
  /** How the last connection or attempt ended, if there was one: a refused token shows here. */
  readonly lastClose: CloseInfo | undefined
  /** Aborted when the attempt is given up or its connection ends; pass it on to `fetch`. */
  readonly signal: AbortSignal
}

/** A value, or a function that makes one for every attempt, now or later. */
export type Provider<T> = T | ((attempt: AttemptInfo) => T | Promise<T>)

export type UrlProvider = Provider<string | URL>

/** The connection as a `handshake` sees it. */
export interface HandshakeConnection<In, Out> {
  /** Sends past the queue, encoded by the codec; throws once the handshake is over. */
  send(data: Extract<Out, string> | BinaryData): void
  send(message: Out): void
  /** The next message. Those nobody asked for are emitted after `open`. */
  receive(): Promise<In | ArrayBuffer | Blob>
  /** Aborted when the connection ends or the attempt is given up. */
  readonly signal: AbortSignal
}

export interface ReconnectOptions extends BackoffOptions {
  /** How many retries in a row may fail before the socket gives up. @default Infinity */
  maxAttempts?: number
  /**
   * Ms that a connection must have been open before the count of retries returns to 0, so that a server
   * that accepts and closes is backed off from like one that refuses. @default 5000
   */
  stableAfter?: number
  /**
   * Replaces the formula: the delay in ms before retry `attempt` (from 1). What it throws, and what is no number from 0
   * to 2147483647, is reported (`reportError`), and the formula used.
   */
  delay?: (attempt: number, close: CloseDescription) => number
  /**
   * Replaces the policy, which is to retry after every close but 1008, 1010, 3000 and 3003, by which the server
   * says that this client may not. Asked after every close that the application did not ask for, failed attempts
   * included; `attempt` is the number of the retry in question. A number means yes, after that many ms; no answer goes
   * beyond `maxAttempts`. What it throws, and any other answer, is reported (`reportError`), and the policy holds.
   */
  shouldReconnect?: (close: CloseDescription, attempt: number) => boolean | number
}

export interface QueueOptions {
  /** The most bytes that may wait. @default 67108864 (64 MiB) */
  maxBytes?: number
  /** The most messages that may wait. @default Infinity */
  maxMessages?: number
  /**
   * Which message goes when the queue is full: the new one or the oldest. Either way a `drop` event tells. One that alone
   * is larger than `maxBytes` is refused in any case. @default 'reject'
   */
  overflow?: 'reject' | 'drop-oldest'
  /**
   * The native `bufferedAmount`, in bytes, at which further messages are held back.
   * `'auto'` follows the link: about a quarter second of data, from 64 KiB to 16 MiB. @default 'auto'
   */
  highWaterMark?: 'auto' | number
  /**
   * Whether messages that were stuck in the browser when the connection was lost go out again on the next one.
   * They were never delivered whole; what had left the browser is not sent again.
   *
   * That is known only of a connection that the browser says has closed. One that we give up (`heartbeat.timeout`,
   * `reconnect()`, the page going away) may still deliver what the browser has, so nothing of that is sent again or told
   * as dropped; `close.unsentBytes` says how much it was. @default true
   */
  resendUnsent?: boolean
}

export interface HeartbeatOptions<In, Out> {
  /** Ms without inbound traffic after which a ping goes out. */
  interval: number
  /**
   * Ms of silence after a ping after which the connection is given up. Without it the pings only keep
   * proxies from closing an idle connection. It takes longer where a timer comes late (another ping goes out, twice at
   * most) and while data ahead of the ping is still leaving the browser. WebKit does not tell of the latter: there, let it
   * be longer than the longest upload.
   */
  timeout?: number
  /**
   * The ping, or a function that makes one (`() => ({ type: 'ping' as const })`); encoded by the codec unless binary.
   * Browsers cannot send the protocol's own ping frames.
   */
  message: Out | BinaryData | (() => Out | BinaryData)
  /**
   * Which messages are pongs: they are not delivered, and end the round trip of `stats`. Every inbound frame is a sign of
   * life, a pong or not. Not asked of binary frames, unless the codec has `decodeBinary`.
   */
  isPong?: (message: In) => boolean
}

/** What is used of a `WebSocket`: the native class fits, and so do polyfills and fakes that are typed more loosely. */
export interface WebSocketLike {
  readonly readyState: number
  /** Some fakes and polyfills have none. */
  readonly bufferedAmount?: number
  readonly url: string
  readonly protocol: string
  readonly extensions: string
  binaryType: string
  send(data: string | ArrayBufferLike | ArrayBufferView | Blob): void
  close(code?: number, reason?: string): void
  addEventListener(type: 'open' | 'message' | 'error' | 'close', listener: (event: unknown) => void): void
  removeEventListener(type: 'open' | 'message' | 'error' | 'close', listener: (event: unknown) => void): void
}

export type WebSocketClass = new (url: string, protocols?: string | string[]) => WebSocketLike

export interface SteadySocketOptions<In = string, Out = string> {
  /** Subprotocols to offer, most wanted first. @default [] */
  protocols?: Provider<string | readonly string[]>
  /**
   * How binary frames come out; `socket.binaryType` changes it at any time. Of no effect with `codec.decodeBinary`.
   * @default 'blob', as natively
   */
  binaryType?: BinaryType
  /** How messages are written and read; it decides what the socket takes and gives. @default text */
  codec?: Codec<In, Out>
  /** Whether construction connects; otherwise `connect()` does. @default true */
  autoConnect?: boolean
  /**
   * Ms that an attempt may take, from the `url` function to the end of the `handshake`; `Infinity` for no limit.
   * An attempt that timed out doubles the limit of the next, up to 65 s, until one opens: Firefox keeps new sockets
   * to a failing host waiting for up to 60 s without a word, and an impatient loop never reaches the server.
   * @default 10000
   */
  connectTimeout?: number
  /** Ms that `close()` waits for the server after the last byte was seen leaving. @default 5000 */
  closeTimeout?: number
  /** Closes the socket when aborted, for good: `connect()` does nothing after that. */
  signal?: AbortSignal
  /**
   * Runs on every new connection before `open` and before what waits, and may take its time: the connection opens when
   * its promise resolves, within `connectTimeout`. Throwing fails the attempt, which is retried like any other; where
   * that is no use, let `reconnect.shouldReconnect` see it by `close.error.code` `HANDSHAKE_FAILED`.
   */
  handshake?: (connection: HandshakeConnection<NoInfer<In>, NoInfer<Out>>) => unknown
  /** The `WebSocket` class to use. @default globalThis.WebSocket, looked up at each attempt */
  WebSocket?: WebSocketClass
  /** When and how fast to reconnect; `false` for never. @default true, all defaults */
  reconnect?: ReconnectOptions | boolean
  /** What may wait; `false` for nothing while not open. @default true, all defaults */
  queue?: QueueOptions | boolean
  /** Tests whether the connection is alive. @default false */
  heartbeat?: HeartbeatOptions<NoInfer<In>, NoInfer<Out>> | false
  /**
   * Whether to heed the page's and the network's signs. A wait ends at once, with a new budget of retries, when the network
   * or the page is back; an open connection is tested by the heartbeat. A page that goes away (into the back/forward
   * cache, or frozen) hangs up, and reconnects when it is back; with `reconnect: false` that is the end. @default true
   */
  wake?: boolean
}

export interface SendOptions {
  /** Time to live: a message older than so many ms when its turn comes is dropped. @default Infinity */
  ttl?: number
  /** While it waits, a newer message with the same key takes its place, and its own `ttl` counts. No `drop` event tells. */
  key?: PropertyKey
  /** `false`: now or never, and not again if the connection is lost. @default true */
  queue?: boolean
}

export interface WaitOptions {
  /** Rejects with the signal's reason when aborted. */
  signal?: AbortSignal
  /** Ms after which the promise rejects with code `TIMEOUT`. @default Infinity */
  timeout?: number
}

type Complete<Group, Optional extends keyof Group> = Required<Omit<Group, Optional>> & {
  [Key in Optional]: Exclude<Group[Key], undefined> | undefined
}

/** The options as the code uses them: checked and complete. */
export type Settings<In, Out> = Complete<
  Omit<SteadySocketOptions<In, Out>, 'reconnect' | 'queue' | 'codec' | 'heartbeat'>,
  'signal' | 'handshake' | 'WebSocket'
> & {
  codec: Codec<In, Out>
  reconnect: Complete<ReconnectOptions, 'delay' | 'shouldReconnect'> | false
  queue: Required<QueueOptions> & { whileNotOpen: boolean }
  heartbeat: HeartbeatOptions<In, Out> | undefined
}

interface Kind {
  readonly expected: string
  readonly fits: (value: unknown) => boolean
}

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const number = (expected: string, fits: (value: number) => boolean): Kind => ({
  expected,
  fits: (value) => typeof value === 'number' && fits(value),
})

const atLeast0 = number('a number from 0', (value) => value >= 0)
/** What a timer can wait. */
const timerDelay = number('a number of ms from 0 to 2147483647', (ms) => ms >= 0 && ms < 2 ** 31)
const positive = number('a positive number', (value) => value > 0)
const count = number(
  'a whole number from 0 or Infinity',
  (value) => value >= 0 && (Number.isInteger(value) || value === Infinity),
)
const aFunction: Kind = { expected: 'a function', fits: isFunction }
const aBoolean: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' }
const group: Kind = { expected: 'an object', fits: isObject }
const groupOrFalse: Kind = { expected: 'an object or false', fits: isObject }
const groupOrSwitch: Kind = {
  expected: 'an object or false',
  fits: (value) => isObject(value) || typeof value === 'boolean',
}
const oneOf = (...values: string[]): Kind => ({
  expected: values.map((value) => `'${value}'`).join(' or '),
  fits: (value) => values.includes(value as string),
})

// RFC 6455 4.1: a subprotocol is an HTTP token, and none may be named twice.
const token = /^[!#$%&'*+\-.^_`|~\w]+$/
const protocolList: Kind = {
  expected: 'a subprotocol name, or an array of different ones',
  fits: (value) => {
    const names: unknown[] = Array.isArray(value) ? value : [value]
    return (
      names.every((name) => typeof name === 'string' && token.test(name)) &&
      new Set(names.map((name) => String(name).toLowerCase())).size === names.length
    )
  },
}

const signalKind: Kind = {
  expected: 'an AbortSignal',
  fits: (value) => {
    const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>
    return typeof aborted === 'boolean' && isFunction(addEventListener)
  },
}

function check(name: string, value: unknown, { expected, fits }: Kind): void {
  if (!fits(value)) throw new TypeError(`Expected \`${name}\` to be ${expected}, got ${show(value)}`)
}

/** Throws unless `value` may be given to the native constructor as `protocols`. */
export function checkProtocols(value: unknown): void {
  check('protocols', value, protocolList)
}

/** As natively, later changes of the list change nothing. */
function copy<T>(value: T): T {
  return Array.isArray(value) ? ([...value] as T) : value
}

/** Reads `options[name]`, checked if given, or the fallback. */
function read<T extends object, Name extends keyof T & string, Fallback>(
  options: T,
  prefix: string,
  name: Name,
  kind: Kind,
  fallback: Fallback,
): Exclude<T[Name], undefined> | Fallback {
  const value = options[name]
  if (value === undefined) return fallback
  check(prefix + name, value, kind)
  return value as Exclude<T[Name], undefined>
}

function readReconnect(value: ReconnectOptions | boolean = true): Settings<unknown, unknown>['reconnect'] {
  check('reconnect', value, groupOrSwitch)
  if (value === false) return false
  const given = value === true ? {} : value
  const get = <Name extends keyof ReconnectOptions, Fallback>(name: Name, kind: Kind, fallback: Fallback) =>
    read(given, 'reconnect.', name, kind, fallback)
  return {
    baseDelay: get('baseDelay', timerDelay, backoffDefaults.baseDelay),
    maxDelay: get('maxDelay', timerDelay, backoffDefaults.maxDelay),
    factor: get(
      'factor',
      number('a finite number from 1', (factor) => factor >= 1 && factor < Infinity),
      backoffDefaults.factor,
    ),
    jitter: get('jitter', oneOf('full', 'equal', 'none'), backoffDefaults.jitter),
    maxAttempts: get('maxAttempts', count, Infinity),
    stableAfter: get('stableAfter', atLeast0, 5_000),
    delay: get('delay', aFunction, undefined),
    shouldReconnect: get('shouldReconnect', aFunction, undefined),
  }
}

function readQueue(value: QueueOptions | boolean = true): Settings<unknown, unknown>['queue'] {
  check('queue', value, groupOrSwitch)
  const given = typeof value === 'boolean' ? {} : value
  const get = <Name extends keyof QueueOptions, Fallback>(name: Name, kind: Kind, fallback: Fallback) =>
    read(given, 'queue.', name, kind, fallback)
  const mark: Kind = {
    expected: `'auto' or a positive number`,
    fits: (mark) => mark === 'auto' || positive.fits(mark),
  }
  return {
    whileNotOpen: value !== false,
    maxBytes: get('maxBytes', positive, 64 * 1024 * 1024),
    maxMessages: get('maxMessages', positive, Infinity),
    overflow: get('overflow', oneOf('reject', 'drop-oldest'), 'reject'),
    highWaterMark: get('highWaterMark', mark, 'auto'),
    resendUnsent: get('resendUnsent', aBoolean, true),
  }
}

function readHeartbeat<In, Out>(
  given: HeartbeatOptions<In, Out> | false = false,
): HeartbeatOptions<In, Out> | undefined {
  if (given === false) return undefined
  check('heartbeat', given, groupOrFalse)
  check('heartbeat.interval', given.interval, positive)
  if (given.timeout !== undefined) check('heartbeat.timeout', given.timeout, positive)
  check('heartbeat.message', given.message, {
    expected: 'a message to send',
    fits: (value) => value !== undefined,
  })
  if (given.isPong !== undefined) check('heartbeat.isPong', given.isPong, aFunction)
  const { interval, message, timeout, isPong } = given
  return {
    interval,
    message,
    ...(timeout !== undefined && timeout !== Infinity && { timeout }),
    ...(isPong && { isPong: (received) => isPong.call(given, received) }),
  }
}

/**
 * Checks every option and fills in the defaults.
 *
 * @throws TypeError that names the option and shows the value
 */
export function readOptions<In, Out>(options: SteadySocketOptions<In, Out> = {}): Settings<In, Out> {
  check('options', options, group)
  const get = <Name extends keyof SteadySocketOptions<In, Out>, Fallback>(
    name: Name,
    kind: Kind,
    fallback: Fallback,
  ) => read(options, '', name, kind, fallback)
  const anyFunctionOr = (kind: Kind): Kind => ({
    expected: `${kind.expected}, or a function`,
    fits: (value) => isFunction(value) || kind.fits(value),
  })
  const codecKind: Kind = {
    expected: 'an object with the functions encode and decode',
    fits: (value) => {
      const { encode, decode } = (value ?? {}) as Partial<Codec<In, Out>>
      return isFunction(encode) && isFunction(decode)
    },
  }
  return {
    protocols: copy(get('protocols', anyFunctionOr(protocolList), [])),
    binaryType: get('binaryType', oneOf('blob', 'arraybuffer'), 'blob'),
    // Without a codec, In and Out are string.
    codec: get('codec', codecKind, text as unknown as Codec<In, Out>),
    autoConnect: get('autoConnect', aBoolean, true),
    connectTimeout: get('connectTimeout', positive, 10_000),
    closeTimeout: get('closeTimeout', atLeast0, 5_000),
    signal: get('signal', signalKind, undefined),
    handshake: get('handshake', aFunction, undefined),
    WebSocket: get('WebSocket', aFunction, undefined),
    reconnect: readReconnect(options.reconnect),
    queue: readQueue(options.queue),
    heartbeat: readHeartbeat(options.heartbeat),
    wake: get('wake', aBoolean, true),
  }
}

const keyKind: Kind = {
  expected: 'a string, number or symbol',
  fits: (value) => ['string', 'number', 'symbol'].includes(typeof value),
}

/** @throws TypeError that names the option of `send()` and shows the value */
export function checkSendOptions({ ttl, key, queue }: SendOptions): void {
  if (ttl !== undefined) check('ttl', ttl, atLeast0)
  if (key !== undefined) check('key', key, keyKind)
  if (queue !== undefined) check('queue', queue, aBoolean)
}

/** @throws TypeError that names the option of `opened()` or `drained()` and shows the value */
export function checkWaitOptions({ signal, timeout }: WaitOptions): void {
  if (signal !== undefined) check('signal', signal, signalKind)
  if (timeout !== undefined) check('timeout', timeout, atLeast0)
}
