/** Whether and when to try again after a connection has ended: the application's functions, else the defaults. */

import type { CloseDescription } from '../core/state.ts'
import { expected, report } from '../errors.ts'
import { delay, either, oneOf, type Rule, type Settings } from '../settings.ts'
import { advisedBackoff } from './backoff.ts'
import { isRefusal } from './close-codes.ts'

type Reconnect = Settings<never, never>['reconnect']

/** What follows the end of a connection that nobody asked for: retry `attempt` after so many ms, or nothing, and why. */
export function whatFollows(
  reconnect: Reconnect,
  close: CloseDescription,
  attempt: number,
): number | 'unsupported' | 'refused' | 'exhausted' {
  if (close.error?.code === 'NO_WEBSOCKET') return 'unsupported'
  const delay = reconnect ? retryDelay(reconnect, close, attempt) : undefined
  if (!reconnect || delay === undefined) return 'refused'
  return attempt > reconnect.maxAttempts ? 'exhausted' : delay
}

/** Undefined where the policy wants no retry. */
function retryDelay(
  options: Exclude<Reconnect, false>,
  close: CloseDescription,
  attempt: number,
): number | undefined {
  const { shouldReconnect, delay: ownDelay } = options
  const verdict =
    shouldReconnect && ask('reconnect.shouldReconnect', verdictRule, () => shouldReconnect(close, attempt))
  if (typeof verdict === 'number') return verdict
  if (!(verdict ?? !isRefusal(close.code))) return undefined
  const own = ownDelay && ask('reconnect.delay', delayRule, () => ownDelay(attempt, close))
  return own ?? advisedBackoff(attempt, close.code, options)
}

const delayRule = delay()
const verdictRule = either(oneOf(true, false), delayRule)

/**
 * Asks a function of the application's. What it throws is reported, and so is an answer that does not fit;
 * the answer is undefined then, and the default counts.
 */
export function ask<T>(name: string, rule: Rule, question: () => T): T | undefined {
  try {
    const answer = question()
    if (rule[1](answer)) return answer
    throw new TypeError(expected(name, `to answer ${rule[0]}`, answer))
  } catch (error) {
    report(error)
    return undefined
  }
}
