/** Whether and when to try again after a connection has ended: the application's functions, else the defaults. */
import { advisedBackoff } from './backoff.ts'
import { isRefusal } from './close-codes.ts'
import { report, show } from './errors.ts'
import type { CloseDescription } from './events.ts'
import type { Settings } from './options.ts'

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
  { shouldReconnect, delay, ...backoff }: Exclude<Reconnect, false>,
  close: CloseDescription,
  attempt: number,
): number | undefined {
  const verdict =
    shouldReconnect &&
    ask(
      'reconnect.shouldReconnect',
      () => shouldReconnect(close, attempt),
      isVerdict,
      'true, false or a delay in ms',
    )
  if (typeof verdict === 'number') return verdict
  if (!(verdict ?? !isRefusal(close.code))) return undefined
  const own =
    delay &&
    ask('reconnect.delay', () => delay(attempt, close), isDelay, 'a number of ms from 0 to 2147483647')
  return own ?? advisedBackoff(attempt, close.code, backoff)
}

/**
 * Asks a function of the application's. What it throws is reported, and so is an answer that does not fit;
 * the answer is undefined then, and the default counts.
 */
export function ask<T>(
  name: string,
  question: () => T,
  fits: (answer: unknown) => boolean,
  expected: string,
): T | undefined {
  try {
    const answer = question()
    if (fits(answer)) return answer
    throw new TypeError(`Expected \`${name}\` to answer ${expected}, got ${show(answer)}`)
  } catch (error) {
    report(error)
    return undefined
  }
}

function isDelay(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < 2 ** 31
}

function isVerdict(value: unknown): boolean {
  return typeof value === 'boolean' || isDelay(value)
}
