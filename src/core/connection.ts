/** One attempt and the native socket that comes of it, from the `url` function to its one and only end. */
import { messageOf, SteadySocketError, type SteadySocketErrorCode, textOf } from '../errors.ts'
import { createFrame } from '../frame.ts'
import { CLOSED, discard, listen, OPEN, type WebSocketClass, type WebSocketLike } from '../native.ts'
import type { AttemptInfo, Provider } from '../options.ts'
import { resolveUrl } from '../page/url.ts'
import { CloseCode } from '../rules/close-codes.ts'
import { checkProtocols } from '../settings.ts'
import { isPromise } from '../sync.ts'
import { soon, startFairLimit, startTimer } from '../timer.ts'
import type { Context } from './context.ts'
import { createInbox } from './inbox.ts'
import type { Outbox } from './outbox.ts'
import type { Link } from './part.ts'
import type { CloseDescription, Phase } from './state.ts'

/** What becomes of an attempt; told in the turn of what brought it about, such as a native event. */
export interface AttemptHost {
  /** A part is about to send something. */
  sending(): void
  /** The handshake is over. */
  opened(native: WebSocketLike): void
  /**
   * It has ended, and not by `end()`: the browser has closed it, or it was given up from within. Called at most once,
   * whatever the engine fires and in whatever order; never after `end()`.
   * @param isUndelivered whether what is stuck in the browser is known never to have arrived
   * @param isHopeless whether no further attempt can fare better
   */
  ended(close: CloseDescription, isUndelivered: boolean, isHopeless: boolean): void
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
  /** Ms since the attempt began, and since the native socket was built. */
  readonly age: number
  readonly nativeAge: number
  /** Something suggests that it may have died. */
  wake(): void
  /** A good moment to see whether the native socket is dead, and has never told so. */
  noticeClosed(): void
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

/** @param limit ms that it may go without a step forward, until it is open */
export function dial<In, Out>(
  context: Context<In, Out>,
  outbox: Outbox,
  attempt: Omit<AttemptInfo, 'signal'>,
  limit: number,
  host: AttemptHost,
): Connection {
  const { settings, steps, inOwnContext } = context
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
      noticeClosed()
      host.sending()
      const frame = createFrame(data, { delivery: 'internal' })
      if (native?.readyState !== OPEN) return false
      if (hasOpened) return outbox.sendFirst(frame)
      native.send(frame.data)
      return true
    },
    progress: outbox.progress,
    end: (phase, error) => fail(error, CloseCode.Timeout, phase),
  }
  const parts = context.parts.map((make) => make(link))
  const inbox = createInbox(context, parts, () => !isOver && phase !== 'closing')

  const isStatic = typeof context.url !== 'function' && typeof settings.protocols !== 'function'
  const startedAt = performance.now()
  let builtAt = Infinity

  const timer = (delay: number, run: () => void): void => {
    const started = startTimer(delay, run)
    undo.push(() => clearTimeout(started))
  }

  let stopLimit = (): void => {}
  undo.push(() => stopLimit())

  /** A step forward: from now on there is time again. */
  const stepForward = (): void => {
    stopLimit()
    const message = `No step forward within ${limit} ms (${phase})`
    stopLimit = startFairLimit(limit, () =>
      fail(new SteadySocketError('CONNECT_TIMEOUT', message), CloseCode.Timeout),
    )
  }

  // The way to the end

  const finish = (
    { code, reason = '', wasClean = false }: Partial<CloseDescription>,
    error: SteadySocketError | undefined,
  ): CloseDescription => {
    const close: CloseDescription = {
      // Deno and test tools say 0.
      code: code || CloseCode.AbnormalClosure,
      reason,
      wasClean,
      opened: hasOpened,
      phase,
      // A clean answer to our close frame comes after everything that went before it has arrived.
      unsentBytes: toldToClose && wasClean ? 0 : (native?.bufferedAmount ?? 0),
      ...(error && { error }),
    }
    // First, since nothing is told of a connection that is over.
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
    // A step, since a class of the application's own may call back from it.
    if (given) steps.run(() => discard(given, code ?? CloseCode.NormalClosure, reason))
    return close
  }

  /** It ends, and nobody asked for it now; whoever listens is told when all is done. */
  const endFromWithin = (
    perform: () => CloseDescription,
    isUndelivered: boolean,
    isHopeless = false,
  ): void => {
    if (isOver) return
    // Only if it was not told to close does its amount tell what is lost.
    steps.together(() => host.ended(perform(), isUndelivered && !toldToClose, isHopeless))
  }

  // Who ends it for a reason of its own tells that to the peer, too.
  const fail = (error: SteadySocketError, code?: number, phase?: Phase, isHopeless?: boolean): void =>
    endFromWithin(() => end({ code, error, ...(phase && { phase, reason: phase }) }), false, isHopeless)

  /** @param isFinal whether what was refused is the same at every attempt */
  const refuse = (code: SteadySocketErrorCode, what: string, cause: unknown, isFinal = false): void => {
    const error = new SteadySocketError(code, `${what}: ${messageOf(cause)}`, { cause })
    fail(error, undefined, undefined, isFinal)
  }

  /** The native socket has closed. */
  const lose = (event: Partial<CloseDescription>): void =>
    endFromWithin(() => {
      const lost = native as WebSocketLike
      steps.run(() => discard(lost, CloseCode.NormalClosure, ''))
      return finish(event, lossOf(phase))
    }, true)

  /**
   * A URL blocked by a CSP gives `error` and never `close` in Chromium, as does a blocked port in WebKit, where the
   * socket says CLOSED only a task later; and the socket of a frame that was removed tells nothing at all. Elsewhere
   * `close` has come by then, or comes to say the same: in WebKit a task later still.
   */
  const loseIfClosed = (): void =>
    timer(0, () => {
      if (native?.readyState === CLOSED) lose({})
    })

  const noticeClosed = (): void => {
    if (native?.readyState === CLOSED) loseIfClosed()
  }

  // The way to `open`

  // By `then`, and not by `await`, after which zone.js has forgotten the zone; and without promises in the same turn, so
  // that the native socket is there when the caller looks.
  const begin = (): void => {
    if (isOver) return
    const WebSocket = settings.WebSocket ?? globalThis.WebSocket
    if (typeof WebSocket !== 'function') {
      const message = 'There is no `WebSocket` here: give one by the `WebSocket` option'
      fail(new SteadySocketError('NO_WEBSOCKET', message), undefined, undefined, true)
      return
    }
    const info: AttemptInfo = { ...attempt, signal: lifetime.signal }
    const { protocols } = settings
    const wanted = [evaluate(context.url, info), evaluate(protocols, info)] as const
    const build = ([url, offered = []]: readonly [unknown, unknown?]): void => {
      if (isOver) return
      let isFinal = typeof context.url !== 'function'
      try {
        const href = resolveUrl(url)
        // From here on the next attempt may fare better: static protocols were checked at construction.
        isFinal = false
        checkProtocols(offered)
        connect(WebSocket, href, offered as string | string[])
      } catch (cause) {
        refuse('PROVIDER_FAILED', 'No usable URL or subprotocol', cause, isFinal)
      }
    }
    if (wanted.some(isPromise))
      Promise.all(wanted).then(build, (cause) => refuse('PROVIDER_FAILED', 'No URL or subprotocol', cause))
    else build(wanted as never)
  }

  const connect = (WebSocket: WebSocketClass, url: string, protocols: string | string[]): void => {
    phase = 'connecting'
    stepForward()
    builtAt = performance.now()
    try {
      const made = new WebSocket(url, protocols)
      if (isOver) {
        // A class of the application's own has closed or restarted the socket from its constructor.
        discard(made, CloseCode.NormalClosure, '')
        return
      }
      native = made
      made.binaryType = context.nativeBinaryType()
      if (isOver) return
      undo.push(
        listen(made, 'open', shake),
        listen(made, 'message', (event) => {
          if (phase === 'handshake') stepForward()
          inbox.receive(event.data)
          outbox.nudge()
        }),
        // A step: where the native `send` fires it from within, the frame has its place first.
        listen(made, 'close', (event) => steps.run(() => lose(event ?? {}))),
        listen(made, 'error', loseIfClosed),
      )
      if (made.readyState === OPEN) shake()
      noticeClosed()
    } catch (cause) {
      // Its arguments; all else may be allowed the next time.
      const isFinal = isStatic && textOf(cause, 'name') === 'SyntaxError'
      refuse('CONNECT_FAILED', 'The browser refused to connect', cause, isFinal)
    }
  }

  const shake = (): void => {
    // Some fakes say it twice, or are open from the start.
    if (phase !== 'connecting') return
    phase = 'handshake'
    stepForward()
    const failed = (cause: unknown): void => refuse('HANDSHAKE_FAILED', 'The handshake failed', cause)
    try {
      const pending = parts.map((part) => part.shake?.()).filter(isPromise)
      if (pending.length > 0) Promise.all(pending).then(open, failed)
      else open()
    } catch (cause) {
      failed(cause)
    }
  }

  const open = (): void => {
    // Perhaps its close event is under way.
    if (native?.readyState !== OPEN) return
    stopLimit()
    phase = 'open'
    hasOpened = true
    // What listeners of `open` send leaves before what waits.
    outbox.attach(native)
    inbox.keep(parts.flatMap((part) => part.opened?.() ?? []))
    host.opened(native)
  }

  stepForward()
  inOwnContext(begin)

  return {
    get native() {
      return native
    },
    get age() {
      return performance.now() - startedAt
    },
    get nativeAge() {
      return performance.now() - builtAt
    },
    end,
    noticeClosed,
    wake() {
      noticeClosed()
      for (const part of parts) part.woken?.()
    },
    hangUp(code, reason, timeout) {
      phase = 'closing'
      endParts()
      // As natively, the end comes after the call.
      const giveUp = (): void => soon(() => endFromWithin(() => end({ code, reason }), false))
      let least = Infinity
      let stop = (): void => {}
      undo.push(() => stop())
      const poll = (): void => {
        const buffered = native?.bufferedAmount ?? 0
        if (buffered < least) {
          stop()
          stop = startFairLimit(timeout, giveUp)
        }
        least = Math.min(least, buffered)
        // Closed at once, a slow link could not be told from a dead one, since the amount would not fall any more.
        // Closed when all has left, a page that goes away meanwhile would close without a code.
        if (buffered <= nearlySent && !toldToClose) {
          toldToClose = true
          try {
            // Without a code there is no reason either.
            if (code === undefined) native?.close()
            else native?.close(code, reason)
          } catch {
            giveUp()
          }
        }
        if (!isOver) timer(closingTick, poll)
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

function lossOf(phase: Phase): SteadySocketError | undefined {
  if (phase === 'connecting')
    return new SteadySocketError('CONNECT_FAILED', 'The connection could not be opened')
  if (phase === 'handshake')
    return new SteadySocketError('HANDSHAKE_FAILED', 'The connection was lost during the handshake')
  return undefined
}
