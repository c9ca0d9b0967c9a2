/** From attempt to attempt, until the end: the only file that moves the state. */
import type { WebSocketLike } from '../native.ts'
import { isServer } from '../page/server.ts'
import { createPage } from '../page/wake.ts'
import { CloseCode } from '../rules/close-codes.ts'
import { freshPatience, learn, limitOf } from '../rules/limit.ts'
import { type Retry, whatFollows } from '../rules/policy.ts'
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
  Phase,
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
  /** Something is to be sent: a good moment to see whether the connection is dead, and has never told so. */
  noticeClosed(): void
}

/** Ms that an attempt may have taken when a sign comes that the network is back; an older one is made anew. */
const STALE = 2_000

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
  const { settings, counters, steps, tell, lookAgain } = context
  const { signal, wake, reconnect, connectTimeout } = settings
  let state: State = Object.freeze({ name: 'idle' })
  /** The one timer of the present state. */
  let timer: Timer
  let connection: Connection | undefined
  /** Retries since a connection was last stable. */
  let retries = 0
  /** Whether the present wait was asked for, so that no wake signal cuts it short. */
  let isWaitAsked = false
  /** Whether a wake signal began the present attempt. */
  let isWoken = false
  /** What is known of how long attempts take. */
  let patience = freshPatience
  /** By the clock that is never set, and by the one that goes on while the machine sleeps. */
  let openedAt = 0
  let lostAt = 0
  /** Ms that the last attempt took to fail. */
  let elapsed = 0
  // One end goes through three hands: it is over and the next step not known; the step is known and the end about to be
  // told; it is the last one, as the next attempt is told.
  let untold: CloseDescription | undefined
  let news: CloseInfo | undefined
  let lastClose: CloseInfo | undefined

  /**
   * The one place where the state changes: first the state, then what it starts and stops, then the events. Those are
   * written down first, since what is started may have something to tell as well, and told when `together` is over.
   */
  const moveTo = (next: State): void => {
    const previous = state
    state = Object.freeze(next)
    steps.together(() => {
      steps.run(follow)
      tell(['state', next, previous])
      lookAgain()
      if (news?.error) tell(['error', news.error])
      if (news) tell(['close', news])
      news = undefined
      clearTimeout(timer)
      timer = undefined
      switch (next.name) {
        case 'connecting':
          connection = newConnection(next)
          break
        case 'waiting':
          timer = startTimer(next.delay, () => beginAttempt(next.attempt))
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
    })
  }

  /** Listens to what matters in the present state: the page while something is to be kept up, the signal until the end. */
  const follow = (): void => {
    const { name } = state
    if (wake && (name === 'connecting' || name === 'open' || name === 'waiting')) page.watch()
    else page.unwatch()
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
    steps.together(() => {
      if (state.name === 'closing')
        leave({ code: state.code, reason: state.reason }, () => giveUp('requested'))
      retries = 0
      isWoken = false
      patience = learn(patience, 'other')
      beginAttempt(0)
    })
  }

  const beginAttempt = (number: number): void => {
    const close = conclude(true) ?? { ...noConnection, willRetry: true }
    if (wake && page.isAway) pause(number, close)
    else moveTo({ name: 'connecting', attempt: number, reconnected: counters.connections > 0 })
  }

  /** Waits for the page to come back. */
  const pause = (attempt: number, close: CloseInfo): void => {
    isWaitAsked = false
    moveTo({ name: 'waiting', attempt, delay: Infinity, at: Infinity, close })
  }

  const newConnection = ({ attempt, reconnected }: ConnectingState): Connection => {
    counters.attempts += 1
    const limit = limitOf(patience, connectTimeout)
    const dialed = dial(context, outbox, { attempt, reconnected, lastClose }, limit, {
      opened: (native) => opened(native, attempt, reconnected),
      // A ping is a moment to listen to the page anew, since `document.open()` may have stripped it.
      sending: follow,
      ended: (close, isUndelivered, isHopeless) =>
        ended(dialed, close, isUndelivered, () => decide(isHopeless)),
    })
    return dialed
  }

  const opened = (native: WebSocketLike, attempt: number, reconnected: boolean): void => {
    const { protocol = '', extensions = '', url = '' } = native
    // By the wall clock, which goes on while the machine sleeps; it may be set back.
    const downtime = reconnected ? Math.max(0, Date.now() - lostAt) : 0
    patience = freshPatience
    openedAt = performance.now()
    counters.connections += 1
    steps.together(() => {
      moveTo({ name: 'open', attempt, reconnected, since: Date.now() })
      tell(['open', { attempt, reconnected, downtime, protocol, extensions, url }])
      steps.run(outbox.release)
    })
  }

  // From the end of a connection to what follows

  /** Ends the present connection, if there is one; then the next step is taken. */
  const leave = (how: Ending, next: () => void): void =>
    steps.together(() => {
      const left = connection
      if (left) ended(left, left.end(how), false, next)
      else next()
    })

  /**
   * A connection is over: by itself, or because it was left. Its end stays untold until a step moves the state, and tells
   * it.
   *
   * @param isUndelivered see `AttemptHost`
   */
  const ended = (
    attempted: Connection,
    close: CloseDescription,
    isUndelivered: boolean,
    next: () => void,
  ): void => {
    const { name } = state
    connection = undefined
    untold = close
    elapsed = close.opened ? 0 : attempted.age
    if (close.opened) lostAt = Date.now()
    if (close.opened && reconnect && performance.now() - openedAt >= reconnect.stableAfter) retries = 0
    const { phase, error } = close
    if (error?.code === 'CONNECT_TIMEOUT') patience = learn(patience, 'timeout')
    // Known not to have arrived: so it was the browser that said it is over.
    else if (isUndelivered && phase === 'connecting') patience = learn(patience, attempted.nativeAge)
    else patience = learn(patience, 'other')
    steps.together(() => {
      const leavesRest = name === 'closing' && close.unsentBytes > 0
      const tellLosses = outbox.detach(close, isUndelivered, leavesRest)
      next()
      tellLosses()
    })
  }

  /** After an end that came by itself: the second half of `close()`, or a retry, or the end of it all. */
  const decide = (isHopeless: boolean): void => {
    if (isClosing()) {
      giveUp('requested')
      return
    }
    if (isHopeless) {
      giveUp('unsupported')
      return
    }
    const close = untold as CloseDescription
    const next = whatFollows(reconnect, close, retries + 1, elapsed)
    // The application's own function may have closed or restarted the socket; then the end is told with that.
    if (untold !== close || isClosing()) return
    if (typeof next === 'string') giveUp(next)
    else wait(next)
  }

  const isClosing = (): boolean => state.name === 'closing'

  const wait = ({ delay: exact, isAsked }: Retry): void => {
    retries += 1
    isWaitAsked = isAsked
    isWoken = false
    const delay = Math.floor(exact)
    const close = conclude(true) as CloseInfo
    if (page.isAway && wake) {
      pause(retries, close)
      return
    }
    const retry: RetryInfo = { attempt: retries, delay, at: Date.now() + delay, close }
    moveTo({ name: 'waiting', ...retry })
    tell(['retry', retry])
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
      // A native class that calls back may have led to connect().
      if (state === closing) connection.hangUp(closing.code, closing.reason, settings.closeTimeout)
      return
    }
    const { code, reason } = closing
    leave({ code, reason }, () => {
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

  const page = createPage(
    {
      wake() {
        outbox.nudge()
        const isStale = reconnect && state.name === 'connecting' && !isWoken && (connection?.age ?? 0) > STALE
        if (state.name === 'waiting' ? !isWaitAsked : isStale) restart()
        else connection?.wake()
      },

      /** The page goes away: a socket kept in the back/forward cache would come back dead, saying it is open. */
      hangUp(phase) {
        if (state.name === 'waiting') {
          if (state.delay < Infinity) pause(state.attempt, state.close)
        } else if (connection) {
          const how = { code: CloseCode.NormalClosure, reason: 'page hidden', phase }
          steps.together(() => {
            // A last word that was answered `sent` shall leave.
            outbox.flush()
            // A native class that calls back may have led to close().
            if (isClosing()) return
            leave(how, () =>
              reconnect ? pause(retries + 1, conclude(true) as CloseInfo) : giveUp('refused'),
            )
          })
        }
      },

      back() {
        if (isWoken && state.name === 'connecting') return
        if (reconnect || !connection) restart('pagehide')
        else leave({ code: CloseCode.Timeout, phase: 'pagehide' }, () => giveUp('refused'))
      },
    },
    settings.hiddenTimeout,
  )

  /** Because of a sign of the page's or the network's. */
  const restart = (phase?: Phase): void => {
    leave({ code: CloseCode.Timeout, ...(phase && { phase }) }, start)
    isWoken = true
  }

  // Listeners added right after construction shall miss nothing; and the page is not touched before.
  steps.hold()
  steps.run(follow)
  soon(steps.release)
  if (signal?.aborted) close()
  else if (settings.autoConnect ?? !isServer()) start()

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
      if (state.name === 'closing') start()
      else leave({ code, reason }, start)
    },
    close,
    noticeClosed: () => connection?.noticeClosed(),
  }
}
