/** The one error type of this library: a sentence for people, a code for programs, a cause for debuggers. */

/**
 * - `CONNECT_FAILED` the native socket did not open
 * - `CONNECT_TIMEOUT` the attempt made no step forward in its time (`connectTimeout`)
 * - `PROVIDER_FAILED` the `url` or `protocols` function threw, rejected, or gave something unusable
 * - `HANDSHAKE_FAILED` the `handshake` function threw or rejected, or the connection was lost during it
 * - `HEARTBEAT_TIMEOUT` nothing was heard for `heartbeat.timeout`, after a ping if there are any
 * - `DECODE_FAILED` a frame could not be decoded or did not validate; `data` is the raw frame
 * - `ENCODE_FAILED` a message did not validate against the codec's `send` schema; `data` is the message
 * - `SEND_FAILED` the native `send` refused a frame; `data` is the frame
 * - `UNDELIVERABLE` a message was stuck whenever the connection was lost, or the server closed over it; `cause` is the last
 *   close, `data` the frame
 * - `NO_WEBSOCKET` there is no `WebSocket` class here and none was given
 * - `CLOSED` what was waited for cannot come: the socket is closed
 * - `TIMEOUT` what was waited for did not come in the time given
 * - `DROPPED` a message was dropped while chunks of a stream were on their way; `data` is the message
 * - `OVERFLOW` the reader of a stream was too far behind
 */
export type SteadySocketErrorCode =
  | 'CONNECT_FAILED'
  | 'CONNECT_TIMEOUT'
  | 'PROVIDER_FAILED'
  | 'HANDSHAKE_FAILED'
  | 'HEARTBEAT_TIMEOUT'
  | 'DECODE_FAILED'
  | 'ENCODE_FAILED'
  | 'SEND_FAILED'
  | 'UNDELIVERABLE'
  | 'NO_WEBSOCKET'
  | 'CLOSED'
  | 'TIMEOUT'
  | 'DROPPED'
  | 'OVERFLOW'

export class SteadySocketError extends Error {
  override readonly name = 'SteadySocketError'
  /** What went wrong, for programs. */
  readonly code: SteadySocketErrorCode
  /** The raw frame or message the error is about, where it is about one. */
  readonly data: unknown

  constructor(
    code: SteadySocketErrorCode,
    message: string,
    details: { cause?: unknown; data?: unknown } = {},
  ) {
    super(message)
    this.code = code
    this.data = details.data
    // An accessor: `structuredClone` leaves it out, where a cause that cannot be cloned would make it throw.
    if ('cause' in details)
      Object.defineProperty(this, 'cause', { get: () => details.cause, configurable: true })
  }
}

/** A `DOMException`, or where there are none (React Native), an error of the same name. */
export function domException(name: string, message: string): Error {
  return typeof DOMException === 'function'
    ? new DOMException(message, name)
    : Object.assign(new Error(message), { name })
}

/** Hands an error that is the application's own to the page's error reporting, without unwinding us. */
export function report(error: unknown): void {
  try {
    globalThis.reportError(error)
  } catch (thrown) {
    // Where there is none, and where it throws, it becomes an uncaught error.
    setTimeout(() => {
      throw typeof globalThis.reportError === 'function' ? thrown : error
    })
  }
}

/** Runs something of the application's; what it throws is reported. */
export function attempt(run: () => void): void {
  try {
    run()
  } catch (error) {
    report(error)
  }
}

/** A value as an error message shows it, in some 100 characters. */
export function show(value: unknown): string {
  const text = spell(value)
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}

function spell(value: unknown): string {
  try {
    if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value !== 'string' && typeof value !== 'object') return String(value)
    if (value instanceof Error) return String(value)
    return JSON.stringify(value) ?? String(value)
  } catch {
    return tagOf(value)
  }
}

/** What kind of object it is, whatever its realm and however it misbehaves: `[object Blob]`. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value)
  } catch {
    return typeof value
  }
}

/** What somebody else's error says; anything can be thrown, also by another realm. */
export function messageOf(error: unknown): string {
  return textOf(error, 'message') ?? show(error)
}

/** A property of something that was thrown, if it is text. */
export function textOf(error: unknown, property: 'name' | 'message'): string | undefined {
  try {
    const text = (error as Partial<Error> | null | undefined)?.[property]
    return typeof text === 'string' ? text : undefined
  } catch {
    return undefined
  }
}

/** The sentence for a value that will not do. */
export function expected(name: string, wanted: string, value: unknown): string {
  return `Expected \`${name}\` ${wanted}, got ${show(value)}`
}
