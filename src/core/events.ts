/** What a socket tells: the events and their data. All of it is plain; no DOM `Event` is built. */
import type { SteadySocketError } from '../errors.ts'
import type { FrameData } from '../frame.ts'
import type { CloseInfo, State } from './state.ts'

export interface OpenInfo {
  /** 0 if the first attempt opened, n if retry n did. */
  readonly attempt: number
  /** Whether this socket was open before. */
  readonly reconnected: boolean
  /** Ms since the last open connection ended; 0 if there was none. */
  readonly downtime: number
  /** The subprotocol that the server chose, or `''`. */
  readonly protocol: string
  /** The extensions that were agreed on, or `''`. */
  readonly extensions: string
  /** The URL of this connection, with whatever secret is in it. */
  readonly url: string
}

export interface RetryInfo {
  /** The number of the retry, from 1. */
  readonly attempt: number
  /** Ms until it starts. Always finite: a wait for the page to come back is not told. */
  readonly delay: number
  /** When it starts, in ms since 1970. */
  readonly at: number
  /** What it is a retry after. */
  readonly close: CloseInfo
}

/**
 * - `overflow`: the queue was full, or the message alone larger than `queue.maxBytes`
 * - `expired`: its `ttl` was over when its turn came
 * - `not-open`: the socket was not open, or no more, and the message was not to wait (`queue: false`, of the socket or of
 *   `send()`)
 * - `busy`: `send(…, { queue: false })` while earlier messages wait or the browser's buffer is full
 * - `closed`: sent after `close()`, or after the socket gave up
 * - `too-big`: part of it had left when the server closed with 1009 (message too big)
 * - `undeliverable`: it was the oldest in the browser at more losses in a row than `queue.resendUnsent` allows, or the
 *   server closed over it (1002, 1003, 1007); an `error` event shows the last close
 * - `withdrawn`: its `signal` was aborted while it waited
 * - `unsent`: it was stuck in the browser when the connection was lost, and is not to be sent again
 *   (`queue.resendUnsent` is off, or `queue: false`, of the socket or of `send()`)
 * - `failed`: the native `send` refused it
 */
export type DropReason =
  | 'overflow'
  | 'expired'
  | 'not-open'
  | 'busy'
  | 'closed'
  | 'too-big'
  | 'undeliverable'
  | 'withdrawn'
  | 'unsent'
  | 'failed'

export interface DropInfo {
  /** The message as encoded for the wire: text, a Blob, or a `Uint8Array` for all else that is binary. */
  readonly data: FrameData
  readonly reason: DropReason
}

/** Event name → arguments of its listeners. */
export interface SteadySocketEvents<In = string> {
  /** Messages can flow; what a listener sends now leaves before the backlog. */
  open: [info: OpenInfo]
  /** A message came and was decoded. */
  message: [message: In]
  /** A binary frame came: `ArrayBuffer` or `Blob`, by `binaryType`. Never with `codec.decodeBinary`. */
  binary: [data: ArrayBuffer | Blob]
  /** A connection, or an attempt to get one, ended; exactly once for each. */
  close: [info: CloseInfo]
  /** A wait for a retry begins; not told of one that lasts until the page is back. */
  retry: [info: RetryInfo]
  /**
   * An attempt failed, a dead connection was given up, a frame made no sense or was refused, a message was given up that
   * ended every connection. Nothing is thrown.
   */
  error: [error: SteadySocketError]
  /** Queue and browser have emptied after having held something. */
  drain: []
  /** A message will not be sent. */
  drop: [info: DropInfo]
  /** Every change of `state`. */
  state: [state: State, previous: State]
}

/** An event as the emitter takes it: its name, and the arguments of its listeners. */
export type Emission<In> = {
  [Name in keyof SteadySocketEvents<In>]: [Name, ...SteadySocketEvents<In>[Name]]
}[keyof SteadySocketEvents<In>]

/** Tells an event, as soon as those under way are told. */
export type Tell<In> = (emission: Emission<In>) => void
