/** A server loses all its clients in the same instant: when do they knock, and when are they back? */
import type { Policy } from './policies.ts'

export interface Scenario {
  readonly title: string
  /** Ms until the server is back. */
  readonly outage: number
  /** Until then no attempt is answered; otherwise every one fails at once. */
  readonly hangs?: boolean
  /** Whether the other libraries are told of, too. */
  readonly inFull?: boolean
  /** How many clients a second it takes then; the others are refused at once. */
  readonly capacity: number
}

export interface Crowd {
  readonly clients: number
  readonly seed: number
}

/** What happened, counted in bins of `binWidth` ms from the moment of the loss. */
export interface Course {
  readonly attempts: Uint32Array
  readonly returned: Uint32Array
  /** How many clients have used up their retries. */
  lost: number
}

export interface Summary {
  /** The largest share of the clients that knocked within any 100 ms while the server was down; 0 if it never was. */
  readonly peakDown: number
  /** The same from the moment the server is back. */
  readonly peakUp: number
  /** Attempts, per client. */
  readonly attempts: number
  /** Ms from the server's return until half of the clients are back; null if they are not when the simulation ends. */
  readonly half: number | null
  /** The same for 99 of 100. */
  readonly nearlyAll: number | null
  /** The share of those who have given up. */
  readonly lost: number
}

export const binWidth = 10
const window = 100

/** Longer than any library waits between two attempts. */
const longestDelay = 40_000
/** Ms after which the simulation of a limited server ends. */
export const patience = 300_000

/** Numbers from 0 up to 1, the same ones for the same seed (mulberry32, by Tommy Ettinger, public domain). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Times are whole ms, as those of `setTimeout` are. */
export function simulate(policy: Policy, scenario: Scenario, crowd: Crowd): Course {
  return scenario.capacity === Infinity
    ? eachByItself(policy, scenario, crowd)
    : inTurn(policy, scenario, crowd)
}

/** A server that takes everybody: no client's fate depends on another's, so one after the other lives it through. */
function eachByItself(policy: Policy, { outage, hangs = false }: Scenario, { clients, seed }: Crowd): Course {
  const random = seeded(seed)
  const course = empty(outage + longestDelay)
  const { retries, limit, remainder = (delay) => delay } = policy
  if (hangs && !limit) throw new TypeError(`Nobody knows when ${policy.name} gives an attempt up`)
  // Where chance has no part, one client stands for all.
  const lives = policy.random ? clients : 1
  for (let client = 0; client < lives; client++) {
    const page = random()
    let now = 0
    let attempt = 0
    let took = 0
    do {
      now += took
      attempt += 1
      const delay = policy.delay(attempt, random, page)
      now += Math.trunc(took > 0 ? remainder(delay, took, random) : delay)
      count(course.attempts, now, clients / lives)
      if (hangs && limit) took = limit(attempt - 1)
    } while (now < outage && attempt < retries)
    if (now < outage) course.lost += clients / lives
    else count(course.returned, now, clients / lives)
  }
  return course
}

/** A server that takes so many a second: all attempts in the order of time, from a wheel of bins. */
function inTurn(policy: Policy, { outage, capacity }: Scenario, { clients, seed }: Crowd): Course {
  const random = seeded(seed)
  const course = empty(patience)
  const page = Float64Array.from({ length: clients }, random)
  const due = new Int32Array(clients)
  const tries = new Uint16Array(clients)
  const spokes = longestDelay / binWidth
  const first = new Int32Array(spokes).fill(-1)
  const next = new Int32Array(clients)
  let waiting = clients

  const schedule = (client: number): void => {
    const attempt = (tries[client] as number) + 1
    if (attempt > policy.retries) {
      waiting -= 1
      course.lost += 1
      return
    }
    tries[client] = attempt
    due[client] = (due[client] as number) + Math.trunc(policy.delay(attempt, random, page[client] as number))
    const spoke = Math.floor((due[client] as number) / binWidth) % spokes
    next[client] = first[spoke] as number
    first[spoke] = client
  }

  for (let client = 0; client < clients; client++) schedule(client)
  // What the server could have taken within the last second and did not, it takes now.
  let places = capacity
  for (let bin = 0; bin < course.attempts.length && waiting > 0; bin++) {
    const spoke = bin % spokes
    places = Math.min(capacity, places + (capacity * binWidth) / 1_000)
    for (let client = first[spoke] as number; client !== -1; client = first[spoke] as number) {
      first[spoke] = next[client] as number
      const now = bin * binWidth
      count(course.attempts, now, 1)
      if (now >= outage && places >= 1) {
        places -= 1
        waiting -= 1
        count(course.returned, now, 1)
      } else {
        schedule(client)
      }
    }
  }
  return course
}

export function summarize(
  { attempts, returned, lost }: Course,
  { outage }: Scenario,
  { clients }: Crowd,
): Summary {
  const back = outage / binWidth
  return {
    peakDown: peak(attempts.subarray(0, back)) / clients,
    peakUp: peak(attempts.subarray(back)) / clients,
    attempts: attempts.reduce((sum, each) => sum + each, 0) / clients,
    half: whenReached(returned.subarray(back), clients * 0.5),
    nearlyAll: whenReached(returned.subarray(back), clients * 0.99),
    lost: lost / clients,
  }
}

function empty(duration: number): Course {
  const bins = Math.ceil(duration / binWidth)
  return { attempts: new Uint32Array(bins), returned: new Uint32Array(bins), lost: 0 }
}

function count(bins: Uint32Array, now: number, clients: number): void {
  const bin = Math.floor(now / binWidth)
  if (bin >= bins.length) throw new RangeError(`No bin for what happens after ${now} ms`)
  bins[bin] = (bins[bin] as number) + clients
}

/** The fullest window, wherever it begins. */
function peak(bins: Uint32Array): number {
  const width = window / binWidth
  let sum = 0
  let most = 0
  for (let bin = 0; bin < bins.length; bin++) {
    sum += (bins[bin] as number) - (bins[bin - width] ?? 0)
    if (sum > most) most = sum
  }
  return most
}

function whenReached(bins: Uint32Array, wanted: number): number | null {
  let sum = 0
  for (const [bin, each] of bins.entries()) {
    sum += each
    if (sum >= wanted) return (bin + 1) * binWidth
  }
  return null
}
