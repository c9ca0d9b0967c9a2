/** One attempt and the native socket that comes of it, from the `url` function to its one and only end. */
import { CloseCode } from './close-codes.ts'
import { messageOf, SteadySocketError, type SteadySocketErrorCode } from './errors.ts'
import type { CloseDescription, Phase } from './events.ts'
import {
  type AttemptInfo,
  checkProtocols,
  type Provider,
  type WebSocketClass,
  type WebSocketLike,
} from './options.ts'
import { soon, startTimer } from './timer.ts'
import { isPromise } from './until.ts'
import { resolveUrl } from './url.ts'

export interface ConnectionRequest {
  readonly url: Provider<string | URL>
  readonly protocols: Provider<string | readonly string[]>
  readonly WebSocket: WebSocketClass | undefined
  readonly binaryType: () => BinaryType
  /** Ms for everything up to `opened`. */
  readonly timeout: number
  readonly attempt: Omit<AttemptInfo, 'signal'>
}

/** What becomes of the connection; called in the turn in which the native event fires. */
export interface ConnectionHost {
  /** The native socket is open. A promise delays `opened` until it resolves. */
  handshake(native: WebSocketLike, signal: AbortSignal): unknown
  opened(native: WebSocketLike): void
  received(data: unknown): void
  /**
   * Called exactly once, whatever the engine fires and in whatever order.
   * @param isNativeClose whether this is the native close event; otherwise the browser may still deliver what it has
   */
  ended(close: CloseDescription, isNativeClose: boolean): void
}

/** How often a closing socket is looked at, in ms. */
const closingTick = 50
/** So few bytes in the browser, and it is told to close: some hundred ms at the worst, mostly nothing. */
const nearlySent = 256 * 1024

/** All that a socket given up on keeps: an `error` event nobody listens to is an exception in some implementations. */
const ignore = (): void => {}

/** The native `readyState`s, not read from the class, which may be a polyfill without constants. */
export const OPEN = 1
const CLOSED = 3

export class Connection {
  native: WebSocketLike | undefined
  phase: Phase = 'provider'
  /** Whether the native socket was told to close: its `bufferedAmount` stands still from then on. */
  toldToClose = false
  isOver = false
  private readonly request: ConnectionRequest
  private readonly host: ConnectionHost
  /** Every listener and timer of this connection ends with it. */
  private readonly scope = new AbortController()
  /** The signal given to the application; aborted last, since its listeners may call anything. */
  private readonly lifetime = new AbortController()
  private readonly limitTimer: ReturnType<typeof setTimeout> | undefined
  private error: SteadySocketError | undefined
  private hasOpened = false

  constructor(request: ConnectionRequest, host: ConnectionHost) {
    this.request = request
    this.host = host
    const { timeout } = request
    this.limitTimer = this.timer(timeout, () => {
      const error = new SteadySocketError(
        'CONNECT_TIMEOUT',
        `No connection within ${timeout} ms (${this.phase})`,
      )
      this.abandon(CloseCode.Timeout, '', this.phase, error)
    })
    soon(() => void this.begin())
  }

  /**
   * Closes the native socket when what it was given has been sent, or nearly so; the end comes when it has closed, or
   * when no byte has left for `timeout` ms.
   */
  closeWhenSent(code: number | undefined, reason: string, timeout: number): void {
    this.phase = 'closing'
    let least = Infinity
    let fellAt = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const poll = (): void => {
      const now = performance.now()
      const buffered = this.native?.bufferedAmount ?? 0
      if (buffered < least) {
        least = buffered
        fellAt = now
      }
      // Closed at once, a slow link could not be told from a dead one, since the amount would not fall any more.
      // Closed when all has left, a page that goes away meanwhile would close without a code.
      if (!this.toldToClose && buffered <= nearlySent) this.close(code, reason)
      if (this.isOver) return
      if (now - fellAt >= timeout) this.abandon(code, reason)
      else timer = setTimeout(poll, closingTick)
    }
    this.scope.signal.addEventListener('abort', () => clearTimeout(timer))
    poll()
  }

  private close(code: number | undefined, reason: string): void {
    this.toldToClose = true
    try {
      if (code === undefined && reason === '') this.native?.close()
      else this.native?.close(code, reason)
    } catch {
      this.abandon()
    }
  }

  /** Ends now. The native socket is told to close and no longer listened to. */
  abandon(
    code: number = CloseCode.NormalClosure,
    reason = '',
    phase: Phase = this.phase,
    error?: SteadySocketError,
  ): void {
    if (this.isOver) return
    this.phase = phase
    this.error = error ?? this.error
    const { native } = this
    this.end({}, false)
    if (native) this.discard(native, code, reason)
  }

  private discard(native: WebSocketLike, code: number, reason: string): void {
    try {
      // A hung one would block the next to the same host and port in Chromium and Firefox.
      native.close(code, reason)
    } catch {
      // A polyfill that refuses the code, or a socket that is closed already: either way it is not ours any more.
    }
  }

  private async begin(): Promise<void> {
    if (this.isOver) return
    const { request } = this
    const WebSocket = request.WebSocket ?? globalThis.WebSocket
    if (typeof WebSocket !== 'function') {
      const hint = 'There is no `WebSocket` here: give one by the `WebSocket` option'
      this.fail('NO_WEBSOCKET', hint)
      return
    }
    const info: AttemptInfo = { ...request.attempt, signal: this.lifetime.signal }
    let url: string
    let protocols: string | string[]
    try {
      const wanted = [evaluate(request.url, info), evaluate(request.protocols, info)] as const
      // Without promises no microtask is spent, so that the native socket is there when the caller looks.
      const [givenUrl, givenProtocols] = wanted.some(isPromise) ? await Promise.all(wanted) : wanted
      if (this.isOver) return
      url = resolveUrl(givenUrl)
      protocols = (givenProtocols ?? []) as string | string[]
      checkProtocols(protocols)
    } catch (cause) {
      this.fail('PROVIDER_FAILED', `No usable URL or subprotocol: ${messageOf(cause)}`, { cause })
      return
    }
    this.build(WebSocket, url, protocols)
  }

  private build(WebSocket: WebSocketClass, url: string, protocols: string | string[]): void {
    this.phase = 'connecting'
    try {
      const native = new WebSocket(url, protocols)
      if (this.isOver) {
        // A class of the application's own has closed or restarted the socket from its constructor.
        mute(native)
        this.discard(native, CloseCode.NormalClosure, '')
        return
      }
      this.native = native
      native.binaryType = this.request.binaryType()
      this.listen(native, 'open', () => void this.shake(native))
      this.listen(native, 'message', (event) => this.host.received(event.data))
      this.listen(native, 'close', (event) => this.lost(event ?? {}, true))
      this.listen(native, 'error', () => this.endIfClosed(native))
      if (native.readyState === OPEN) void this.shake(native)
      if (native.readyState === CLOSED) this.endIfClosed(native)
    } catch (cause) {
      this.fail('CONNECT_FAILED', `The browser refused to connect: ${messageOf(cause)}`, { cause })
    }
  }

  private async shake(native: WebSocketLike): Promise<void> {
    // Some fakes say it twice, or are open from the start.
    if (this.phase !== 'connecting') return
    const { host } = this
    const { signal } = this.lifetime
    this.phase = 'handshake'
    try {
      const pending = host.handshake(native, signal)
      // Without a promise, the socket is open in the turn of the native event.
      if (isPromise(pending)) {
        await pending
        // Its close event is under way.
        if (native.readyState !== OPEN) return
      }
    } catch (cause) {
      this.fail('HANDSHAKE_FAILED', `The handshake failed: ${messageOf(cause)}`, { cause })
      return
    }
    if (this.isOver) return
    clearTimeout(this.limitTimer)
    this.phase = 'open'
    this.hasOpened = true
    host.opened(native)
  }

  /**
   * A URL blocked by a CSP gives `error` and never `close` in Chromium, as does a blocked port in WebKit, where the
   * socket says CLOSED only a task later. Elsewhere `close` has come by then.
   */
  private endIfClosed(native: WebSocketLike): void {
    this.timer(0, () => {
      if (native.readyState === CLOSED) this.lost({}, false)
    })
  }

  private fail(code: SteadySocketErrorCode, message: string, details: { cause?: unknown } = {}): void {
    this.abandon(CloseCode.NormalClosure, '', this.phase, new SteadySocketError(code, message, details))
  }

  private lost(event: Partial<CloseDescription>, isNativeClose: boolean): void {
    if (this.phase === 'connecting') {
      this.error = new SteadySocketError('CONNECT_FAILED', 'The connection could not be opened')
    } else if (this.phase === 'handshake') {
      this.error = new SteadySocketError('HANDSHAKE_FAILED', 'The connection was lost during the handshake')
    }
    this.end(event, isNativeClose)
  }

  private end({ code, reason, wasClean }: Partial<CloseDescription>, isNativeClose: boolean): void {
    if (this.isOver) return
    const { native, phase, hasOpened: opened } = this
    const close: CloseDescription = {
      code: code ?? CloseCode.AbnormalClosure,
      reason: reason ?? '',
      wasClean: wasClean ?? false,
      opened,
      phase,
      // A clean answer to our close frame comes after everything that went before it has arrived.
      unsentBytes: this.toldToClose && wasClean ? 0 : (native?.bufferedAmount ?? 0),
      ...(this.error && { error: this.error }),
    }
    if (native) mute(native)
    this.isOver = true
    this.scope.abort()
    this.native = undefined
    this.host.ended(close, isNativeClose)
    this.lifetime.abort()
  }

  private timer(delay: number, run: () => void): ReturnType<typeof setTimeout> | undefined {
    const timer = startTimer(delay, run)
    this.scope.signal.addEventListener('abort', () => clearTimeout(timer))
    return timer
  }

  private listen<Type extends keyof WebSocketEventMap>(
    native: WebSocketLike,
    type: Type,
    listener: (event: WebSocketEventMap[Type]) => void,
  ): void {
    // Polyfills have event types of their own; what is read of an event, they all have.
    const heard = listener as (event: unknown) => void
    // Not the `signal` option: some implementations ignore it.
    this.scope.signal.addEventListener('abort', attach(native, type, heard))
  }
}

/** Answers its undo. Many a fake has nothing but the `on` attributes. */
function attach(
  native: WebSocketLike,
  type: keyof WebSocketEventMap,
  listener: (event: unknown) => void,
): () => void {
  if (typeof native.addEventListener === 'function') {
    native.addEventListener(type, listener)
    return () => native.removeEventListener(type, listener)
  }
  const attributes = native as unknown as Record<string, unknown>
  attributes[`on${type}`] = listener
  return () => {
    attributes[`on${type}`] = ignore
  }
}

function mute(native: WebSocketLike): void {
  attach(native, 'error', ignore)
}

/** A provider that throws is one that rejects; either way nothing goes unhandled. */
function evaluate<T>(provider: Provider<T>, info: AttemptInfo): T | Promise<T> {
  if (typeof provider !== 'function') return provider
  try {
    return (provider as (attempt: AttemptInfo) => T | Promise<T>)(info)
  } catch (error) {
    return Promise.reject(error)
  }
}
