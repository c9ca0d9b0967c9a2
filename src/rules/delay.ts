/** The delays of the socket's retries, for whoever retries something else. */

import { reconnectTable } from '../settings.ts'
import { aFunction, check, number, read } from '../validation.ts'
import { advisedBackoff, type BackoffOptions } from './backoff.ts'

const aNumberFrom1 = number('a number from 1', (value) => value >= 1)

/**
 * The delay in ms before retry `attempt`, which counts from 1: `baseDelay · factor^(attempt − 1)`, at most
 * `maxDelay`, with jitter.
 *
 * @param options may be the whole `reconnect` group; only what concerns the delay counts
 * @param random gives numbers from 0 up to 1. @default Math.random
 * @throws TypeError that names what does not fit and shows the value
 */
export function backoff(
  attempt: number,
  options: BackoffOptions = {},
  random: () => number = Math.random,
): number {
  check('attempt', attempt, aNumberFrom1)
  check('random', random, aFunction)
  return advisedBackoff(attempt, 0, read(reconnectTable, options), random)
}
