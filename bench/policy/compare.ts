/** Policies compared: how soon half and 99 % of the clients are back, over many lengths of outage. */
import { quantile } from '../statistics.ts'
import type { Policy } from '../storm/policies.ts'
import { seeded, simulate, summarize } from '../storm/simulation.ts'
import { type Failure, live } from './life.ts'

/** Outages last from so many ms to so many, evenly spread. */
export interface Window {
  readonly from: number
  readonly to: number
}

export interface Return {
  readonly half: number
  readonly nearlyAll: number
  /** While the server was down, per client. */
  readonly attempts: number
}

export interface Crowding {
  /** The largest share of the clients that knocks within 100 ms. */
  readonly most: number
  /** The same once the server is up after 60 s. */
  readonly onceUp: number
  /** The same where it did not answer before. */
  readonly onceUpAfterHanging: number
}

export const failures = ['refused', 'unanswered', 'lost'] as const satisfies Failure[]

const seed = 9001

export function comeBack(policy: Policy, failure: Failure, { from, to }: Window, clients: number): Return {
  const random = seeded(seed)
  const times: number[] = []
  let attempts = 0
  for (let client = 0; client < clients; client++) {
    const up = from + ((to - from) * client) / clients
    const life = live(policy, failure, up, random)
    times.push(life.open - up)
    attempts += life.attempts
  }
  return {
    half: quantile(times, 0.5),
    nearlyAll: quantile(times, 0.99),
    attempts: attempts / clients,
  }
}

/** The longest that any of so many clients takes on a path on which every connect takes 12 s. */
export function onSlowPath(policy: Policy, clients: number): number {
  const random = seeded(seed)
  return Math.max(...Array.from({ length: clients }, () => live(policy, 'slow', 0, random).open))
}

export function crowding(policy: Policy, clients: number): Crowding {
  const crowd = { clients, seed }
  const storm = (outage: number, hangs: boolean) => {
    const scenario = { title: '', outage, hangs, capacity: Infinity }
    return summarize(simulate(policy, scenario, crowd), scenario, crowd)
  }
  const found = [0, 2_000, 5_000, 60_000].map((outage) => storm(outage, false))
  const hung = storm(60_000, true)
  return {
    most: Math.max(...[...found, hung].flatMap(({ peakDown, peakUp }) => [peakDown, peakUp])),
    onceUp: found.at(-1)?.peakUp ?? Number.NaN,
    onceUpAfterHanging: hung.peakUp,
  }
}
