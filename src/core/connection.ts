/** One attempt and the native socket that comes of it, from the `url` function to its one and only end. */
import { messageOf, SteadySocketError, type SteadySocketErrorCode } from '../errors.ts'
import { createFrame } from '../frame.ts'
import { CLOSED, discard, listen, mute, OPEN, type WebSocketClass, type WebSocketLike } from '../native.ts'
import type { AttemptInfo, Provider } from '../options.ts'
import { resolveUrl } from '../page/url.ts'
import { CloseCode } from '../rules/close-codes.ts'
import { checkProtocols } from '../settings.ts'
import { isPromise } from '../sync.ts'
import { soon, startTimer } from '../timer.ts'
import type { Context } from './context.ts'
import { createInbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import type { Link } from './part.ts'
import type { CloseDescription, Phase } from './state.ts'

/** What becomes of an attempt; called in the turn in which the native event fires. */
export interface AttemptHost {
  /** The handshake is over. */
  opened(native: WebSocketLike): void
  /**
   * It has ended by itself. Called at most once, whatever the engine fires and in whatever order; never after `end()`.
   * @param isKnown whether what is stuck in the browser is known never to have arrived
   */
  ended(close: CloseDescription, isKnown: boolean): void
}

export interface Connection {
  /** Until the end. */
  readonly native: WebSocketLike | undefined
  /** Ends it now, and answers how it ended. The native socket is told to close and no longer listened to. */
  end(how: Ending): CloseDescription
  /**
   * Closes the native socket when what it was given has been sent, or nearly so; the end comes when it has closed, or
   * when no byte has left for `timeout` ms.
   */
  hangUp(code: number | undefined, reason: string, timeout: number): void
  /** Something suggests that it may have died. */
  wake(): void
}

/** Why we end a connection, and what the peer is told. */
export interface Ending {
  readonly code?: number | undefined
  readonly reason?: string
  readonly phase?: Phase
  readonly error?: SteadySocketError
}

/** How often a closing socket is looked at, in ms. */
const closingTick = 50
/** So few bytes in the browser, and it is told to close: some hundred ms at the worst, mostly nothing. */
const nearlySent = 256 * 1024

/** @param limit ms for everything up to `opened` */
export function dial<In, Out>(
  context: Context<In, Out>,
  outbox: Outbox,
  attempt: Omit<AttemptInfo, 'signal'>,
  limit: number,
  host: AttemptHost,
): Connection {
  const { settings, steps } = context
  let native: WebSocketLike | undefined
  let phase: Phase = 'provider'
  let isOver = false
  let hasOpened = false
  /** Whether the native socket was told to close: its `bufferedAmount` stands still from then on. */
  let toldToClose = false
  /** The signal given to the application. */
  const lifetime = new AbortController()
  /** Every listener and timer ends with the connection. */
  const undo: Array<() => void> = []

  const link: Link = {
    signal: lifetime.signal,
    send(data) {
      const frame = createFrame(data, { ifLost: 'forget' })
      if (hasOpened) return outbox.sendFirst(frame)
      if (native?.readyState !== OPEN) return false
      native.send(frame.data)
      return true
    },
    progress: outbox.progress,
    end: (phase, error) => fail(error, CloseCode.Timeout, phase),
  }
  const parts = context.parts.map((make) => make(link))
  const inbox = createInbox(context, parts, () => !isOver && phase !== 'closing')

  const timer = (delay: number, run: () => void): (() => void) => {
    const started = startTimer(delay, run)
    const stop = (): void => clearTimeout(started)
    undo.push(stop)
    return stop
  }

  const stopLimit = timer(limit, () => {
    const message = `No connection within ${limit} ms (${phase})`
    fail(new SteadySocketError('CONNECT_TIMEOUT', message), CloseCode.Timeout)
  })

  // The way to the end

  const finish = (
    { code = CloseCode.AbnormalClosure, reason = '', wasClean = false }: Partial<CloseDescription>,
    error: SteadySocketError | undefined,
  ): CloseDescription => {
    const close: CloseDescription = {
      code,
      reason,
      wasClean,
      opened: hasOpened,
      phase,
      // A clean answer to our close frame comes after everything that went before it has arrived.
      unsentBytes: toldToClose && wasClean ? 0 : (native?.bufferedAmount ?? 0),
      ...(error && { error }),
    }
    inbox.end()
    isOver = true
    native = undefined
    for (const each of undo) each()
    endParts()
    // A step of its own, since its listeners may call anything.
    steps.run(() => lifetime.abort())
    return close
  }

  const endParts = (): void => {
    for (const part of parts) part.over?.()
  }

  const end = ({ code, reason = '', phase: found = phase, error }: Ending): CloseDescription => {
    phase = found
    const given = native
    const close = finish({}, error)
    if (given) discard(given, code ?? CloseCode.NormalClosure, reason)
    return close
  }

  /** It ends by itself; whoever listens is told when all is done. */
  const endByItself = (how: () => CloseDescription, isNativeClose: boolean): void => {
    if (isOver) return
    steps.hold()
    // Only if it was not told to close does its amount tell what is lost.
    host.ended(how(), isNativeClose && !toldToClose)
    steps.release()
  }

  const fail = (error: SteadySocketError, code?: number, phase?: Phase): void =>
    endByItself(() => end({ code, error, ...(phase && { phase, reason: phase }) }), false)

  /** The native socket has closed. */
  const lose = (event: Partial<CloseDescription>, isNativeClose: boolean): void =>
    endByItself(() => {
      if (native) mute(native)
      return finish(event, lossOf(phase))
    }, isNativeClose)

  /**
   * A URL blocked by a CSP gives `error` and never `close` in Chromium, as does a blocked port in WebKit, where the
   * socket says CLOSED only a task later. Elsewhere `close` has come by then.
   */
  const loseIfClosed = (given: WebSocketLike): void => {
    timer(0, () => {
      if (given.readyState === CLOSED) lose({}, false)
    })
  }

  // The way to `open`

  const begin = async (): Promise<void> => {
    if (isOver) return
    const WebSocket = settings.WebSocket ?? globalThis.WebSocket
    if (typeof WebSocket !== 'function') {
      fail(
        new SteadySocketError(
          'NO_WEBSOCKET',
          'There is no `WebSocket` here: give one by the `WebSocket` option',
        ),
      )
      return
    }
    const info: AttemptInfo = { ...attempt, signal: lifetime.signal }
    let url: string
    let protocols: string | string[]
    try {
      const wanted = [evaluate(context.url, info), evaluate(settings.protocols, info)] as const
      // Without promises no microtask is spent, so that the native socket is there when the caller looks.
      const [givenUrl, givenProtocols] = wanted.some(isPromise) ? await Promise.all(wanted) : wanted
      if (isOver) return
      url = resolveUrl(givenUrl)
      protocols = (givenProtocols ?? []) as string | string[]
      checkProtocols(protocols)
    } catch (cause) {
      fail(errorOf('PROVIDER_FAILED', 'No usable URL or subprotocol', cause))
      return
    }
    build(WebSocket, url, protocols)
  }

  const build = (WebSocket: WebSocketClass, url: string, protocols: string | string[]): void => {
    phase = 'connecting'
    try {
      const made = new WebSocket(url, protocols)
      if (isOver) {
        // A class of the application's own has closed or restarted the socket from its constructor.
        discard(made, CloseCode.NormalClosure, '')
        return
      }
      native = made
      made.binaryType = context.nativeBinaryType()
      undo.push(
        listen(made, 'open', () => void shake(made)),
        listen(made, 'message', (event) => {
          inbox.receive(event.data)
          outbox.nudge()
        }),
        listen(made, 'close', (event) => lose(event ?? {}, true)),
        listen(made, 'error', () => loseIfClosed(made)),
      )
      if (made.readyState === OPEN) void shake(made)
      if (made.readyState === CLOSED) loseIfClosed(made)
    } catch (cause) {
      fail(errorOf('CONNECT_FAILED', 'The browser refused to connect', cause))
    }
  }

  const shake = async (given: WebSocketLike): Promise<void> => {
    // Some fakes say it twice, or are open from the start.
    if (phase !== 'connecting') return
    phase = 'handshake'
    try {
      for (const part of parts) {
        const pending = part.shake?.()
        // Without a promise, the socket is open in the turn of the native event.
        if (isPromise(pending)) await pending
        // Its close event is under way.
        if (isOver || given.readyState !== OPEN) return
      }
    } catch (cause) {
      fail(errorOf('HANDSHAKE_FAILED', 'The handshake failed', cause))
      return
    }
    stopLimit()
    phase = 'open'
    hasOpened = true
    for (const part of parts) inbox.keep(part.opened?.() ?? [])
    host.opened(given)
  }

  soon(() => void begin())

  return {
    get native() {
      return native
    },
    end,
    wake() {
      for (const part of parts) part.woken?.()
    },
    hangUp(code, reason, timeout) {
      phase = 'closing'
      endParts()
      // As natively, the end comes after the call.
      const giveUp = (): void => soon(() => endByItself(() => end({ code, reason }), false))
      let least = Infinity
      let fellAt = 0
      const poll = (): void => {
        const now = performance.now()
        const buffered = native?.bufferedAmount ?? 0
        if (buffered < least) {
          least = buffered
          fellAt = now
        }
        // Closed at once, a slow link could not be told from a dead one, since the amount would not fall any more.
        // Closed when all has left, a page that goes away meanwhile would close without a code.
        if (!toldToClose && buffered <= nearlySent) {
          toldToClose = true
          try {
            if (code === undefined && reason === '') native?.close()
            else native?.close(code, reason)
          } catch {
            giveUp()
          }
        }
        if (isOver) return
        if (now - fellAt >= timeout) giveUp()
        else timer(closingTick, poll)
      }
      poll()
    },
  }
}

/** A provider that throws is one that rejects; either way nothing goes unhandled. */
function evaluate<T>(provider: Provider<T>, attempt: AttemptInfo): T | Promise<T> {
  if (typeof provider !== 'function') return provider
  try {
    return (provider as (attempt: AttemptInfo) => T | Promise<T>)(attempt)
  } catch (error) {
    return Promise.reject(error)
  }
}

function errorOf(code: SteadySocketErrorCode, what: string, cause: unknown): SteadySocketError {
  return new SteadySocketError(code, `${what}: ${messageOf(cause)}`, { cause })
}

function lossOf(phase: Phase): SteadySocketError | undefined {
  if (phase === 'connecting')
    return new SteadySocketError('CONNECT_FAILED', 'The connection could not be opened')
  if (phase === 'handshake')
    return new SteadySocketError('HANDSHAKE_FAILED', 'The connection was lost during the handshake')
  return undefined
}
