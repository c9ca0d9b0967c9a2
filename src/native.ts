/** The native socket: what is used of it, and how it is listened to. */

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

/** The native `readyState`s, not read from the class, which may be a polyfill without constants. */
export const OPEN = 1
export const CLOSED = 3

/** By `navigator.vendor`, as WHATWG HTML has each engine answer it, which workers lack. */
export const isWebKit = (): boolean => !!globalThis.navigator?.vendor?.startsWith('Apple')

const ignore = (): void => {}

/** Answers its undo. Not by the `signal` option, which some implementations ignore; and many a fake has only `on…`. */
export function listen<Type extends keyof WebSocketEventMap>(
  native: WebSocketLike,
  type: Type,
  // Polyfills have event types of their own; what is read of an event, they all have.
  listener: (event: WebSocketEventMap[Type]) => void,
): () => void {
  const heard = listener as (event: unknown) => void
  if (typeof native.addEventListener === 'function') {
    native.addEventListener(type, heard)
    return () => native.removeEventListener(type, heard)
  }
  const attributes = native as unknown as Record<string, unknown>
  attributes[`on${type}`] = heard
  return () => {
    attributes[`on${type}`] = ignore
  }
}

/** Lets go of a socket. */
export function discard(native: WebSocketLike, code: number, reason: string): void {
  // An `error` event nobody listens to is an exception in some.
  listen(native, 'error', ignore)
  try {
    // A hung one would block the next to the same host and port in Chromium and Firefox; and a class that reconnects by itself
    // is not CLOSED after its `close` event.
    if (native.readyState !== CLOSED) native.close(code, reason)
  } catch {
    // A polyfill that refuses the code.
  }
}
