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
import type { SteadySocketError } from '../errors.ts'

/** How far a connection had come when it ended, or what ended it. */
export type Phase =
  /** nothing was under way: `close()` on an idle or waiting socket */
  | 'none'
  /** the `url` and `protocols` functions were running */
  | 'provider'
  /** the native socket was connecting */
  | 'connecting'
  /** the `handshake` was running */
  | 'handshake'
  /** it was open */
  | 'open'
  /** it was open, and the heartbeat found it dead */
  | 'heartbeat'
  /** it was given up because the page was left (`pagehide`) or frozen */
  | 'pagehide'
  /** it was hung up because the page had been hidden for `hiddenTimeout` */
  | 'hidden'
  /** it was open, and `close()` had been called */
  | 'closing'

/** How a connection, or the attempt to get one, ended. */
export interface CloseDescription {
  /** The close code that came; 1006 where none did, as always where we ended the connection without waiting for the peer. */
  readonly code: number
  /** The reason that the peer gave, or `''`. */
  readonly reason: string
  /** As the engine says. Engines differ on the same close; decide by `code`. */
  readonly wasClean: boolean
  /** Whether `open` was emitted for it. */
  readonly opened: boolean
  readonly phase: Phase
  /** Bytes that the browser had taken and not yet sent. */
  readonly unsentBytes: number
  /** Why, where this library knows more than the code says. */
  readonly error?: SteadySocketError
}

export interface CloseInfo extends CloseDescription {
  /** Whether a further attempt follows by itself. */
  readonly willRetry: boolean
}

/** Nothing was started yet (`autoConnect: false`, or a server). */
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
  /** When the attempt starts, in ms since 1970; `Infinity` while the page is away. */
  readonly at: number
  /** What ended the last attempt or connection; 1006 and phase `none` where there was none. */
  readonly close: CloseInfo
}

/** `close()` was called; what was sent before it is on its way out. */
export interface ClosingState {
  readonly name: 'closing'
  /** What `close()` was given; without a code none is sent, and both sides are told 1005. */
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
   * - `unsupported`: no attempt can succeed here: there is no `WebSocket`, or it refuses the URL or the subprotocols
   */
  readonly cause: 'requested' | 'exhausted' | 'refused' | 'unsupported'
  /** The last close. */
  readonly close: CloseInfo
}

export type State = IdleState | ConnectingState | OpenState | WaitingState | ClosingState | ClosedState

/** The native `readyState` that says the same, as nearly as four numbers can. */
export const readyStates: Record<State['name'], 0 | 1 | 2 | 3> = {
  idle: 3,
  connecting: 0,
  open: 1,
  waiting: 0,
  closing: 2,
  closed: 3,
}
