/** How long the next attempt may go without a step forward, by what became of those before it: pure arithmetic. */

export interface Patience {
  /** How many attempts in a row have timed out. */
  readonly timeouts: number
  /** What the last failure that the browser reported had taken, in ms. */
  readonly lastFailure: number
  /** What the next attempt has on top, in ms. */
  readonly extra: number
}

/** Before anything has happened, and again whenever a connection has opened. */
export const freshPatience: Patience = { timeouts: 0, lastFailure: Infinity, extra: 0 }

/** Just above the 60 s for which Firefox holds a socket back at the most. */
const longest = 65_000

/**
 * @param event how the attempt ended: given up at its limit (`timeout`), or reported by the browser as failed so many
 *   ms after its native constructor was called; `other` for every other end, and for what begins an attempt out of turn:
 *   a wake signal, `connect()`, `reconnect()`
 */
export function learn(patience: Patience, event: 'timeout' | 'other' | number): Patience {
  if (typeof event === 'string')
    return { ...patience, timeouts: event === 'timeout' ? patience.timeouts + 1 : 0 }
  // Firefox holds new sockets to a failing host back, in CONNECTING and without a word, half as long again with each
  // failure. A gateway's failures are slow and, but for some noise, alike.
  return { timeouts: 0, lastFailure: event, extra: event > patience.lastFailure * 1.1 ? event * 2 : 0 }
}

/** The limit of the next attempt, in ms. */
export function limitOf({ timeouts, extra }: Patience, connectTimeout: number): number {
  // Every second in a row is for a path on which connecting takes long; the others, for a server that hangs.
  const own = timeouts % 2 ? connectTimeout * 2.5 : connectTimeout
  return Math.max(own, Math.min(own + extra, longest))
}
