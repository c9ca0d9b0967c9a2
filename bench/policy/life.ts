/** One client through one outage, simulated: when is it open again? */
import type { Policy } from '../storm/policies.ts'

/** Attempts are refused at once, never answered, or lost in the network; or every connect takes 12 s. */
export type Failure = 'refused' | 'unanswered' | 'lost' | 'slow'

export interface Life {
  /** Ms after the loss; Infinity if it is not open within an hour. */
  readonly open: number
  /** Attempts that began before the server was up. */
  readonly attempts: number
}

/** When the system repeats an attempt's first packet, in ms after the first time (Linux; others differ little). */
const repeats = [0, 1_000, 3_000, 7_000, 15_000, 31_000]
const slowConnect = 12_000
const anHour = 3_600_000

/** @param up ms after the loss when the server is back */
export function live(policy: Policy, failure: Failure, up: number, random: () => number): Life {
  const page = random()
  let now = 0
  let attempts = 0
  let took = 0
  for (let attempt = 1; now < anHour; attempt++) {
    const delay = policy.delay(attempt, random, page)
    now += took > 0 && policy.remainder ? policy.remainder(delay, took, random) : delay
    if (now < up) attempts += 1
    const answered = whenAnswered(failure, now, up)
    const limit = policy.limit?.(attempt - 1) ?? Infinity
    if (answered !== undefined && answered < limit) return { open: now + answered, attempts }
    took = failure === 'refused' ? 0 : limit
    now += took
  }
  return { open: Infinity, attempts }
}

/** Ms after which an attempt that begins now succeeds, if ever. */
function whenAnswered(failure: Failure, now: number, up: number): number | undefined {
  if (failure === 'slow') return slowConnect
  if (failure === 'lost') return repeats.find((repeat) => now + repeat >= up)
  return now >= up ? 0 : undefined
}
