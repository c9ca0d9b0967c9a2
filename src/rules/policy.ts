/** Whether and when to try again after a connection has ended: the application's functions, else the defaults. */

import type { CloseDescription } from '../core/state.ts'
import type { Settings } from '../settings.ts'
import { ask, either, oneOf, delay as timerDelay } from '../validation.ts'
import { advisedBackoff, remainder } from './backoff.ts'
import { CloseCode, isRefusal } from './close-codes.ts'

type Reconnect = Settings<never, never>['reconnect']

/** A retry after so many ms. */
export interface Retry {
  readonly delay: number
  /** Whether the server or the application wants it so: the delay counts from the close, and no wake signal cuts it short. */
  readonly isAsked: boolean
}

/**
 * What follows the end of a connection that nobody asked for: retry `attempt`, or nothing, and why.
 * @param elapsed ms since the start of an attempt that failed; 0 after the loss of a connection
 */
export function whatFollows(
  reconnect: Reconnect,
  close: CloseDescription,
  attempt: number,
  elapsed: number,
): Retry | 'refused' | 'exhausted' {
  const retry = reconnect && retryOf(reconnect, close, attempt, elapsed)
  if (!retry) return 'refused'
  return attempt > reconnect.maxAttempts ? 'exhausted' : retry
}

/** Undefined where the policy wants no retry. */
function retryOf(
  options: Exclude<Reconnect, false>,
  close: CloseDescription,
  attempt: number,
  elapsed: number,
): Retry | undefined {
  const { shouldReconnect, delay } = options
  const verdict =
    shouldReconnect && ask('reconnect.shouldReconnect', verdictRule, () => shouldReconnect(close, attempt))
  if (typeof verdict === 'number') return { delay: verdict, isAsked: true }
  if (!(verdict ?? !isRefusal(close.code))) return undefined
  const own = delay && ask('reconnect.delay', delayRule, () => delay(attempt, close))
  if (own !== undefined) return { delay: own, isAsked: false }
  const isAsked = close.code === CloseCode.TryAgainLater
  const advised = advisedBackoff(attempt, close.code, options)
  // What the server asks for counts from the close.
  const fromClose = isAsked || close.code === CloseCode.ServiceRestart
  return { delay: fromClose ? advised : remainder(advised, elapsed), isAsked }
}

const delayRule = timerDelay()
const verdictRule = either(oneOf(true, false), delayRule)
