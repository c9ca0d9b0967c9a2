/**
 * What a socket is doing, as one value.
 *
 * ```
 *            connect()               native open
 *   idle ───────────────► connecting ───────────► open
 *                           ▲    │                  │
 *          delay over, wake │    │ attempt failed   │ connection lost
 *                           │    ▼                  │
 *                          waiting ◄────────────────┘
 *
 *   any ── close() ──► closing ──► closed      no more retries: ──► closed
 *   closing, closed, waiting ── connect() ──► connecting
 *   any ── reconnect() ──► connecting
 *   connecting, open ── the page goes away ──► waiting
 * ```
 */
import type { CloseInfo } from './events.ts'

/** Nothing was started yet (`autoConnect: false`). */
export interface IdleState {
  readonly name: 'idle'
}

/** An attempt is under way: the `url` function, the native socket, the `handshake`. */
export interface ConnectingState {
  readonly name: 'connecting'
  /** 0 for a first attempt, n for retry n. */
  readonly attempt: number
  /** Whether this socket was open before. */
  readonly reconnected: boolean
}

/** Messages flow. */
export interface OpenState {
  readonly name: 'open'
  /** The number of the attempt that opened it: 0 for a first attempt, n for retry n. */
  readonly attempt: number
  /** Whether this socket was open before. */
  readonly reconnected: boolean
  /** When it opened, in ms since 1970. */
  readonly since: number
}

/** The next attempt has its time. */
export interface WaitingState {
  readonly name: 'waiting'
  /** The number of the retry waited for, from 1; 0 for a first attempt that waits for the page to come back. */
  readonly attempt: number
  /** The length of the wait in ms; `Infinity` while the page is away (in the back/forward cache, or frozen). */
  readonly delay: number
  /** When the attempt starts, in ms since 1970. */
  readonly at: number
  /** What ended the last attempt or connection; 1006 and phase `none` where there was none. */
  readonly close: CloseInfo
}

/** `close()` was called; what was sent before it is on its way out. */
export interface ClosingState {
  readonly name: 'closing'
  readonly code: number | undefined
  readonly reason: string
}

/** Over, until `connect()` or `reconnect()`. */
export interface ClosedState {
  readonly name: 'closed'
  /**
   * - `requested`: by `close()`, the `signal`, or disposal
   * - `exhausted`: `reconnect.maxAttempts` retries have failed
   * - `refused`: the policy wants no retry after this close (see `reconnect.shouldReconnect`)
   * - `unsupported`: there is no `WebSocket` here
   */
  readonly cause: 'requested' | 'exhausted' | 'refused' | 'unsupported'
  /** The last close. */
  readonly close: CloseInfo
}

export type State = IdleState | ConnectingState | OpenState | WaitingState | ClosingState | ClosedState

/** The native `readyState` that says the same, as nearly as four numbers can. */
export function readyStateOf(state: State): 0 | 1 | 2 | 3 {
  switch (state.name) {
    case 'connecting':
    case 'waiting':
      return 0
    case 'open':
      return 1
    case 'closing':
      return 2
    case 'idle':
    case 'closed':
      return 3
    default:
      return state satisfies never
  }
}
