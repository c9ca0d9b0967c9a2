/** From the number of a retry to the delay before it: pure arithmetic, chance is an argument. */
import { CloseCode } from './close-codes.ts'

export interface BackoffOptions {
  /** Upper bound of the first retry's delay, in ms. @default 3000 */
  baseDelay?: number
  /** Upper bound of every delay, in ms; after close code 1012 it may be up to 5 s in any case. @default 20000 */
  maxDelay?: number
  /** What the bound grows by with each retry, at least 1. @default 2 */
  factor?: number
  /**
   * Where below the bound the delay falls, drawn afresh for every retry:
   * `full` anywhere from 0 to the bound, `equal` in its upper half, `none` at the bound itself.
   *
   * Full jitter spreads a crowd of clients best; `none` makes them all return in the same instant.
   * @default 'full'
   */
  jitter?: 'full' | 'equal' | 'none'
}

export const backoffDefaults: Required<BackoffOptions> = {
  baseDelay: 3_000,
  maxDelay: 20_000,
  factor: 2,
  jitter: 'full',
}

/**
 * The delay in ms before retry `attempt`, which counts from 1: `baseDelay · factor^(attempt − 1)`, at most
 * `maxDelay`, with jitter (Brooker, “Exponential Backoff And Jitter”, AWS Architecture Blog, 2015).
 *
 * @param random gives numbers from 0 up to 1. @default Math.random
 */
export function backoff(
  attempt: number,
  options: BackoffOptions = {},
  random: () => number = Math.random,
): number {
  const {
    baseDelay = backoffDefaults.baseDelay,
    maxDelay = backoffDefaults.maxDelay,
    factor = backoffDefaults.factor,
    jitter = backoffDefaults.jitter,
  } = options
  // `|| 0`: a base of 0 times a power that has grown to Infinity is NaN.
  const bound = Math.min(maxDelay, baseDelay * factor ** (attempt - 1) || 0)
  if (jitter === 'none') return bound
  return jitter === 'equal' ? bound / 2 + (random() * bound) / 2 : random() * bound
}

/** The same, heeding what the server said by its close code. */
export function advisedBackoff(
  attempt: number,
  code: number,
  options: BackoffOptions = {},
  random: () => number = Math.random,
): number {
  const delay = backoff(attempt, options, random)
  const { maxDelay = backoffDefaults.maxDelay } = options
  // 1012: everybody was disconnected at the same moment. IANA's registry asks clients to spread over 5 to 30 s; it is the
  // least of that, since the backoff of further retries spreads them more.
  if (code === CloseCode.ServiceRestart) return Math.max(delay, random() * 5_000)
  // 1013: the server has too much to do. Uniform in the upper half, so that the herd stays spread.
  if (code === CloseCode.TryAgainLater) return Math.max(delay, (maxDelay * (1 + random())) / 2)
  return delay
}
