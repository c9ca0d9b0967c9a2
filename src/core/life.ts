/** From attempt to attempt, until the end: the only file that moves the state. */
import type { WebSocketLike } from '../native.ts'
import { isPageAway, unwatch, type WakeSignal, watch } from '../page/wake.ts'
import { CloseCode } from '../rules/close-codes.ts'
import { whatFollows } from '../rules/policy.ts'
import { soon, startTimer, type Timer } from '../timer.ts'
import { type Connection, dial, type Ending } from './connection.ts'
import type { Context } from './context.ts'
import type { RetryInfo } from './events.ts'
import type { Outbox } from './outbox.ts'
import type {
  CloseDescription,
  ClosedState,
  CloseInfo,
  ClosingState,
  ConnectingState,
  State,
} from './state.ts'

export interface Life {
  readonly state: State
  /** That of the present connection. */
  readonly native: WebSocketLike | undefined
  /** How the last connection ended, once `close()` or the policy has made it the last. */
  readonly lastEnd: CloseDescription | undefined
  connect(): void
  reconnect(code: number | undefined, reason: string): void
  close(code?: number, reason?: string): void
}

/** What timed-out attempts grow `connectTimeout` to, in ms: just above the 60 s for which Firefox holds sockets back. */
const longestAttempt = 65_000

/** How a socket ends that has no connection to end. */
const noConnection: CloseDescription = {
  code: CloseCode.AbnormalClosure,
  reason: '',
  wasClean: false,
  opened: false,
  phase: 'none',
  unsentBytes: 0,
}

export function createLife<In, Out>(context: Context<In, Out>, outbox: Outbox): Life {
  const { settings, counters, steps, tell, looks } = context
  const { signal, wake, reconnect, connectTimeout } = settings
  let state: State = Object.freeze({ name: 'idle' })
  /** The one timer of the present state. */
  let timer: Timer
  let connection: Connection | undefined
  /** Retries since a connection was last stable. */
  let retries = 0
  /** `connectTimeout`, or what it has grown to. */
  let attemptLimit = connectTimeout
  let lostAt = 0
  /** How the last connection or attempt ended, until the next step is known. */
  let untold: CloseDescription | undefined
  /** The same as it is told, with the next move. */
  let news: CloseInfo | undefined
  let lastClose: CloseInfo | undefined

  /** The one place where the state changes: first the state, then what it starts and stops, then the events. */
  const moveTo = (next: State): void => {
    const previous = state
    state = Object.freeze(next)
    steps.hold()
    steps.run(follow)
    tell('state', next, previous)
    steps.run(...looks.all())
    if (news?.error) tell('error', news.error)
    if (news) tell('close', news)
    news = undefined
    clearTimeout(timer)
    timer = undefined
    switch (next.name) {
      case 'connecting':
        connection = newConnection(next)
        break
      case 'waiting':
        timer = startTimer(next.delay, () => attempt(next.attempt))
        break
      case 'closing':
        startClosing(next)
        break
      case 'idle':
      case 'open':
      case 'closed':
        break
      default:
        next satisfies never
    }
    steps.release()
  }

  /** Listens to what matters in the present state: the page while something is to be kept up, the signal until the end. */
  const follow = (): void => {
    const { name } = state
    if (wake && (name === 'connecting' || name === 'open' || name === 'waiting')) watch(onWake)
    else unwatch(onWake)
    if (name === 'closed') signal?.removeEventListener('abort', onAbort)
    else if (signal?.aborted) close()
    else signal?.addEventListener('abort', onAbort)
  }

  const onAbort = (): void => close()

  // From the beginning to `open`

  /** Starts afresh: no delay, a full budget. First a closing is finished, and an end that was not told yet is told. */
  const start = (): void => {
    if (signal?.aborted) return
    // A listener told of the end shall find the beginning made.
    steps.hold()
    if (state.name === 'closing') leave(state, () => giveUp('requested'))
    retries = 0
    attempt(0)
    steps.release()
  }

  const attempt = (number: number): void => {
    const close = conclude(true) ?? { ...noConnection, willRetry: true }
    if (wake && isPageAway())
      moveTo({ name: 'waiting', attempt: number, delay: Infinity, at: Infinity, close })
    else moveTo({ name: 'connecting', attempt: number, reconnected: counters.connections > 0 })
  }

  const newConnection = ({ attempt, reconnected }: ConnectingState): Connection => {
    counters.attempts += 1
    return dial(context, outbox, { attempt, reconnected, lastClose }, attemptLimit, {
      opened: (native) => opened(native, attempt),
      ended: (close, isKnown) => ended(close, isKnown, decide),
    })
  }

  const opened = (native: WebSocketLike, attempt: number): void => {
    const { protocol = '', extensions = '', url = '' } = native
    const reconnected = counters.connections > 0
    const downtime = reconnected ? Date.now() - lostAt : 0
    attemptLimit = connectTimeout
    counters.connections += 1
    // What listeners of `open` send leaves before what waits.
    outbox.attach(native)
    steps.hold()
    moveTo({ name: 'open', attempt, reconnected, since: Date.now() })
    tell('open', { attempt, reconnected, downtime, protocol, extensions, url })
    steps.run(outbox.release)
    steps.release()
  }

  // From the end of a connection to what follows

  /** Ends the present connection, if there is one; then the next step is taken. */
  const leave = (how: Ending, next: () => void): void => {
    steps.hold()
    if (connection) ended(connection.end(how), false, next)
    else next()
    steps.release()
  }

  /**
   * A connection is over: by itself, or because it was left. Its end stays untold until the next step, which moves the
   * state and tells it.
   *
   * @param isKnown whether what is stuck in the browser is known never to have arrived
   */
  const ended = (close: CloseDescription, isKnown: boolean, next: () => void): void => {
    const { name } = state
    connection = undefined
    untold = close
    if (close.opened) lostAt = Date.now()
    if (state.name === 'open' && reconnect && lostAt - state.since >= reconnect.stableAfter) retries = 0
    if (close.error?.code === 'CONNECT_TIMEOUT')
      attemptLimit = Math.min(attemptLimit * 2, Math.max(longestAttempt, connectTimeout))
    steps.hold()
    const leavesRest = name === 'closing' && close.unsentBytes > 0
    const tellLosses = outbox.detach(isKnown ? close.code : undefined, leavesRest)
    next()
    tellLosses()
    steps.release()
  }

  /** After an end that came by itself: the second half of `close()`, or a retry, or the end of it all. */
  const decide = (): void => {
    if (isClosing()) {
      giveUp('requested')
      return
    }
    const close = untold as CloseDescription
    const attempt = retries + 1
    const next = whatFollows(reconnect, close, attempt)
    // The application's own function may have closed or restarted the socket; then the end is told with that.
    if (untold !== close || isClosing()) return
    if (typeof next === 'number') wait(attempt, next)
    else giveUp(next)
  }

  const isClosing = (): boolean => state.name === 'closing'

  const wait = (attempt: number, exactDelay: number): void => {
    retries = attempt
    const delay = Math.floor(exactDelay)
    const retry: RetryInfo = { attempt, delay, at: Date.now() + delay, close: conclude(true) as CloseInfo }
    moveTo({ name: 'waiting', ...retry })
    tell('retry', retry)
  }

  const giveUp = (cause: ClosedState['cause']): void =>
    moveTo({ name: 'closed', cause, close: conclude(false) as CloseInfo })

  /** What comes next is known: makes of the end that was not told yet what is told with it. Answers the last close. */
  const conclude = (willRetry: boolean): CloseInfo | undefined => {
    if (untold) lastClose = news = Object.freeze({ ...untold, willRetry })
    untold = undefined
    return lastClose
  }

  /** Hands what waits to the browser, and then ends the connection, if there is one. */
  const startClosing = (closing: ClosingState): void => {
    if (connection && outbox.isAttached) {
      outbox.flush()
      connection.hangUp(closing.code, closing.reason, settings.closeTimeout)
      return
    }
    leave(closing, () => {
      untold ??= noConnection
    })
    soon(() => {
      if (state === closing) giveUp('requested')
    })
  }

  const close = (code?: number, reason = ''): void => {
    const { name } = state
    if (name !== 'closing' && name !== 'closed') moveTo({ name: 'closing', code, reason })
  }

  // The page

  const onWake = (signal: WakeSignal): void => {
    if (signal === 'leave') suspend()
    else if (state.name === 'waiting') start()
    else {
      connection?.wake()
      outbox.nudge()
    }
  }

  /** The page goes away: a socket kept in the back/forward cache would come back dead, saying it is open. */
  const suspend = (): void => {
    if (state.name === 'waiting') moveTo({ ...state, delay: Infinity, at: Infinity })
    else if (state.name !== 'closing' && connection) {
      const how: Ending = { code: CloseCode.NormalClosure, reason: 'page hidden', phase: 'pagehide' }
      leave(how, () => (reconnect ? wait(retries + 1, Infinity) : giveUp('refused')))
    }
  }

  // Listeners added right after construction shall miss nothing; and the page is not touched before.
  steps.hold()
  steps.run(follow)
  soon(steps.release)
  if (signal?.aborted) close()
  else if (settings.autoConnect) start()

  return {
    get state() {
      return state
    },
    get native() {
      return connection?.native
    },
    get lastEnd() {
      if (state.name === 'closed') return state.close
      return state.name === 'closing' ? untold : undefined
    },
    connect() {
      if (!connection || state.name === 'closing') start()
    },
    reconnect(code, reason) {
      if (signal?.aborted) close()
      else if (state.name === 'closing') start()
      else leave({ code, reason }, start)
    },
    close,
  }
}
