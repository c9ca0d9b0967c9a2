/** What a socket has done since construction, in numbers. */

/**
 * Bytes are those of payloads. What comes in counts from the handshake on, pongs too; what goes out from `open` on,
 * pings too.
 */
export interface Stats {
  /** Times it was open. */
  readonly connections: number
  /** Attempts begun, with those that failed. */
  readonly attempts: number
  /** Messages that came, and those handed to the browser; one that was sent again counts again. */
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Messages that were given up; each was a `drop` event. */
  readonly dropped: number
  /** Messages that went back to the queue when a connection was lost. */
  readonly requeued: number
  /** Ms from the last answered ping of the heartbeat to its pong, or without `isPong` to the next frame. */
  readonly roundTrip: number | undefined
}

export type Counters = { -readonly [Key in keyof Stats]: Stats[Key] }

export function createCounters(): Counters {
  return {
    connections: 0,
    attempts: 0,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    dropped: 0,
    requeued: 0,
    roundTrip: undefined,
  }
}
