/** From the number of a retry to the delay before it: pure arithmetic, chance is an argument. */
import type { Complete } from '../validation.ts'
import { CloseCode } from './close-codes.ts'

export interface BackoffOptions {
  /** Upper bound of the first retry's delay, in ms. @default 3000 */
  baseDelay?: number | undefined
  /**
   * Upper bound of every delay, in ms. Only a server that asks for more by its close code gets more: up to 5 s on top
   * with 1012, 10 to 20 s with 1013. @default 9000
   */
  maxDelay?: number | undefined
  /** What the bound grows by with each retry, at least 1. @default 2 */
  factor?: number | undefined
  /**
   * Where below the bound the delay falls, drawn afresh for every retry: `full` anywhere from 0 to the bound, `equal`
   * in its upper half, `spread` the first anywhere and every later one in the upper half, `none` at the bound itself.
   *
   * A crowd of clients that is dropped at once is spread by its first delay and stays spread; from then on the narrower
   * draw has it back sooner for the same load. `none` makes them all return in the same instant.
   * @default 'spread'
   */
  jitter?: 'spread' | 'full' | 'equal' | 'none' | undefined
}

export const backoffDefaults: Complete<BackoffOptions> = {
  baseDelay: 3_000,
  maxDelay: 9_000,
  factor: 2,
  jitter: 'spread',
}

/**
 * The delay in ms before retry `attempt`, which counts from 1: `baseDelay · factor^(attempt − 1)`, at most `maxDelay`, with
 * jitter (Brooker, “Exponential Backoff And Jitter”, AWS Architecture Blog, 2015), heeding what the server said by its close
 * code.
 */
export function advisedBackoff(
  attempt: number,
  code: number,
  { baseDelay, maxDelay, factor, jitter }: Complete<BackoffOptions>,
  random: () => number = Math.random,
): number {
  // `|| 0`: a base of 0 times a power that has grown to Infinity is NaN.
  let most = Math.min(maxDelay, baseDelay * factor ** (attempt - 1) || 0)
  let least = 0
  if (jitter === 'none') least = most
  else if (jitter === 'equal' || (jitter === 'spread' && attempt > 1)) least = most / 2
  // Everybody was disconnected at the same moment. IANA's registry asks clients to spread over 5 to 30 s; it is the
  // least of that, since the backoff of further retries spreads them more.
  if (code === CloseCode.ServiceRestart) most = Math.max(most, least + 5_000)
  if (code === CloseCode.TryAgainLater) {
    least = Math.max(least, 10_000)
    most = Math.max(most, 20_000)
  }
  return least === most ? most : least + random() * (most - least)
}

/**
 * What is left to wait of a delay that counts from the start of the attempt before, `elapsed` ms after that: one that
 * hung has used up its wait. But who was kept waiting together does not knock together: what is left is no less than a
 * random moment of the next second (or of the delay, if that is shorter). After the loss of a connection nothing has
 * elapsed, and a delay that the application or the server asked for counts from the close, too.
 */
export function remainder(delay: number, elapsed: number, random: () => number = Math.random): number {
  return Math.max(delay - elapsed, random() * Math.min(delay, 1_000))
}
