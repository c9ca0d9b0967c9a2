/** What a socket can be told: the manual of every option. */
import type { Codec } from './codec.ts'
import type { CloseDescription, CloseInfo } from './core/state.ts'
import type { BinaryData } from './frame.ts'
import type { WebSocketClass } from './native.ts'
import type { BackoffOptions } from './rules/backoff.ts'

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
  send<Either extends Out | BinaryData>(
    data: Either & ([Extract<Either, BinaryData>] extends [never] ? never : unknown),
  ): void
  send(message: Out): void
  /** The next message. Those nobody asked for are emitted after `open`. */
  receive(): Promise<In | ArrayBuffer | Blob>
  /** Aborted when the connection ends or the attempt is given up. */
  readonly signal: AbortSignal
}

export interface ReconnectOptions extends BackoffOptions {
  /** How many retries in a row may fail before the socket gives up. @default Infinity */
  maxAttempts?: number | undefined
  /**
   * Ms that a connection must have been open before the count of retries returns to 0, so that a server
   * that accepts and closes is backed off from like one that refuses. @default 5000
   */
  stableAfter?: number | undefined
  /**
   * Replaces the formula: the delay in ms before retry `attempt` (from 1). What it throws, and what is no number from 0
   * to 2147483647, is reported (`reportError`), and the formula used.
   */
  delay?: ((attempt: number, close: CloseDescription) => number) | undefined
  /**
   * Replaces the policy, which is to retry after every close but 1008, 1010, 3000 and 3003, by which the server
   * says that this client may not. Asked after every close that the application did not ask for, failed attempts
   * included; `attempt` is the number of the retry in question. A number means yes, after that many ms; no answer goes
   * beyond `maxAttempts`. What it throws, and any other answer, is reported (`reportError`), and the policy holds.
   */
  shouldReconnect?: ((close: CloseDescription, attempt: number) => boolean | number) | undefined
}

export interface QueueOptions {
  /** The most bytes that may wait. @default 67108864 (64 MiB) */
  maxBytes?: number | undefined
  /** The most messages that may wait. @default Infinity */
  maxMessages?: number | undefined
  /**
   * Which message goes when the queue is full: the new one or the oldest. Either way a `drop` event tells. One that alone
   * is larger than `maxBytes` is refused in any case. @default 'reject'
   */
  overflow?: 'reject' | 'drop-oldest' | undefined
  /**
   * The native `bufferedAmount`, in bytes, at which further messages are held back.
   * `'auto'` follows the link: about a quarter second of data, from 64 KiB to 16 MiB. @default 'auto'
   */
  highWaterMark?: 'auto' | number | undefined
  /**
   * How often a message that was stuck in the browser when the connection was lost goes out again; `true` for 3 times,
   * `false` for never. It was never delivered whole; what had left the browser is not sent again.
   *
   * What counts is how often in a row it was the oldest that had not left: then it may be what ends the connections (a file
   * that is gone, something the server will not read), and is dropped as `undeliverable`, so that the rest goes on.
   *
   * That is known only of a connection that the browser says has closed. One that we give up (`heartbeat.timeout`,
   * `reconnect()`, the page going away) may still deliver what the browser has, so nothing of that is sent again or told
   * as dropped; `close.unsentBytes` says how much it was. @default true
   */
  resendUnsent?: boolean | number | undefined
}

interface Listening<In> {
  /**
   * Ms of silence, after a ping if there are any, after which the connection is given up. It takes longer where a timer
   * comes late and while data ahead of the ping is still leaving the browser; WebKit does not tell of the latter: there,
   * let it be longer than the longest upload. A connection that it has ended doubles it for the next, up to 65 s, until
   * one has lived longer: a large message on a slow link is silence, too, until its end. @default Infinity
   */
  timeout?: number | undefined
  /**
   * Which messages are pongs, or the server's pings: they are not delivered, and end the round trip of `stats`. Every
   * inbound frame is a sign of life, a pong or not. Not asked of binary frames, unless the codec has `decodeBinary`.
   */
  isPong?: ((message: In) => boolean) | undefined
}

/** Asks: `interval` and `message` keep proxies from closing an idle connection; `timeout` also finds out that it is dead. */
export interface PingOptions<In, Out> extends Listening<In> {
  /** Ms without inbound traffic after which a ping goes out. */
  interval: number
  /**
   * The ping, or a function that makes one (`() => ({ type: 'ping' as const })`); encoded by the codec unless binary.
   * Browsers cannot send the protocol's own ping frames.
   */
  message: Out | BinaryData | (() => Out | BinaryData)
}

/** Only listens, to servers that ping by themselves: `timeout` is the longest silence allowed. */
export interface SilenceOptions<In> extends Listening<In> {
  timeout: number
  interval?: undefined
  message?: undefined
}

export type HeartbeatOptions<In, Out> = PingOptions<In, Out> | SilenceOptions<In>

export interface SteadySocketOptions<In = string, Out = string> {
  /** Subprotocols to offer, most wanted first. @default [] */
  protocols?: Provider<string | readonly string[]> | undefined
  /**
   * How binary frames come out; `socket.binaryType` changes it at any time. Of no effect with `codec.decodeBinary`.
   * @default 'blob', as natively
   */
  binaryType?: BinaryType | undefined
  /** How messages are written and read; it decides what the socket takes and gives. @default text */
  codec?: Codec<In, Out> | undefined
  /**
   * Whether construction connects; otherwise `connect()` does.
   * @default true in pages and workers; false on servers, where rendering a page shall open no connection
   */
  autoConnect?: boolean | undefined
  /**
   * Ms that an attempt may go without a step forward: the answers of the `url` and `protocols` functions, the native
   * `open`, each message of the handshake; `Infinity` for no limit.
   *
   * Of attempts in a row that time out every second has two and a half times as long, for paths on which connecting is
   * slow; and while failures that the browser reports take longer and longer, up to 65 s: Firefox keeps new sockets to a
   * failing host waiting without a word, and an impatient loop never reaches the server. @default 5000
   */
  connectTimeout?: number | undefined
  /** Ms that `close()` waits for the server after the last byte was seen leaving. @default 5000 */
  closeTimeout?: number | undefined
  /** Closes the socket when aborted, for good: `connect()` does nothing after that. */
  signal?: AbortSignal | undefined
  /**
   * Runs on every new connection before `open` and before what waits, and may take its time: the connection opens when
   * its promise resolves, within `connectTimeout`. Throwing fails the attempt, which is retried like any other; where
   * that is no use, let `reconnect.shouldReconnect` see it by `close.error.code` `HANDSHAKE_FAILED`.
   */
  handshake?: ((connection: HandshakeConnection<NoInfer<In>, NoInfer<Out>>) => unknown) | undefined
  /** The `WebSocket` class to use. @default globalThis.WebSocket, looked up at each attempt */
  WebSocket?: WebSocketClass | undefined
  /** When and how fast to reconnect; `false` for never. @default true, all defaults */
  reconnect?: ReconnectOptions | boolean | undefined
  /** What may wait; `false` for nothing while not open. @default true, all defaults */
  queue?: QueueOptions | boolean | undefined
  /** Tests whether the connection is alive. @default false */
  heartbeat?: HeartbeatOptions<NoInfer<In>, NoInfer<Out>> | false | undefined
  /**
   * Whether to heed the page's and the network's signs. A wait ends at once, with a new budget of retries, when the network
   * or the page is back, unless the server or `shouldReconnect` asked for it; an attempt older than 2 s is made anew; an
   * open connection is tested by the heartbeat. A page that goes away (into the back/forward cache, or frozen) hangs up,
   * and reconnects when it is back; with `reconnect: false` that is the end. @default true
   */
  wake?: boolean | undefined
  /** Ms after which a page that stays hidden hangs up; it reconnects when it is visible. @default Infinity */
  hiddenTimeout?: number | undefined
}

/** The options of a socket whose messages are not text: the codec is not optional. */
export interface CodecOptions<In, Out> extends SteadySocketOptions<In, Out> {
  codec: Codec<In, Out>
}

/** What may follow the URL: without a codec, messages are strings and nothing else. */
export type OptionsArguments<In, Out> = [In, Out, string, string] extends [string, string, In, Out]
  ? [options?: SteadySocketOptions<In, Out>]
  : [options: CodecOptions<In, Out>]

export interface SendOptions {
  /** Time to live: a message older than so many ms when its turn comes is dropped. @default Infinity */
  ttl?: number | undefined
  /** While it waits, a newer message with the same key takes its place, and its own `ttl` counts. No `drop` event tells. */
  key?: PropertyKey | undefined
  /** `false`: now or never, and not again if the connection is lost. @default true */
  queue?: boolean | undefined
  /** Takes the message back while it waits, when aborted (`drop`, reason `withdrawn`). */
  signal?: AbortSignal | undefined
}

export interface WaitOptions {
  /** Rejects with the signal's reason when aborted. */
  signal?: AbortSignal | undefined
  /** Ms after which the promise rejects with code `TIMEOUT`. @default Infinity */
  timeout?: number | undefined
}
