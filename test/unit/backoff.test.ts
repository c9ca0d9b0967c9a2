/** From the number of a retry to its delay: pure arithmetic, chance an argument. */
import { describe, expect, test } from 'vitest'
import { advisedBackoff } from '../../src/rules/backoff.ts'
import { type BackoffOptions, backoff, CloseCode } from '../../src/index.ts'

const least = (): number => 0
const half = (): number => 0.5
/** As near to 1 as `Math.random` comes. */
const most = (): number => 1 - 2 ** -53

const retries = [1, 2, 3, 4, 5, 6]

/** Equally spaced chances: what is uniform in them is uniform. */
function grid(draws: number): () => number {
  let drawn = 0
  return () => (drawn++ % draws) / draws
}

/** Chances that are independent from call to call, and the same in each run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How many of the values fall into each tenth of [from, to]. */
function tenths(values: number[], from: number, to: number): number[] {
  const counts = new Array<number>(10).fill(0)
  for (const value of values) {
    const tenth = Math.min(9, Math.floor(((value - from) / (to - from)) * 10))
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  return counts
}

describe('jitter', () => {
  test('[R2] full, the default, falls anywhere from 0 to a bound that doubles up to maxDelay', () => {
    const bounds = [3_000, 6_000, 12_000, 20_000, 20_000, 20_000]
    expect(retries.map((attempt) => backoff(attempt, {}, least))).toEqual([0, 0, 0, 0, 0, 0])
    expect(retries.map((attempt) => backoff(attempt, {}, half))).toEqual(bounds.map((bound) => bound / 2))
    const tops = retries.map((attempt) => backoff(attempt, {}, most))
    for (const [index, bound] of bounds.entries()) {
      expect(tops[index]).toBeLessThanOrEqual(bound)
      expect(tops[index]).toBeCloseTo(bound, 6)
    }
  })

  test('[R2] equal falls anywhere in the upper half', () => {
    const delays = (random: () => number) =>
      retries.map((attempt) => backoff(attempt, { jitter: 'equal' }, random))
    expect(delays(least)).toEqual([1_500, 3_000, 6_000, 10_000, 10_000, 10_000])
    expect(delays(half)).toEqual([2_250, 4_500, 9_000, 15_000, 15_000, 15_000])
  })

  test('[R2] none is the bound itself, and asks no chance', () => {
    const noChance = (): number => {
      throw new Error('asked')
    }
    const delays = retries.map((attempt) => backoff(attempt, { jitter: 'none' }, noChance))
    expect(delays).toEqual([3_000, 6_000, 12_000, 20_000, 20_000, 20_000])
  })

  test.for([
    ['full', 0],
    ['equal', 10_000],
  ] as const)('[R2] %s is uniform', ([jitter, from]) => {
    const random = grid(1_000)
    const delays = Array.from({ length: 1_000 }, () => backoff(9, { jitter }, random))
    expect(tenths(delays, from, 20_000)).toEqual(new Array(10).fill(100))
    expect(Math.min(...delays)).toBe(from)
  })

  test('[R2] is drawn afresh for every retry', () => {
    const chances = [0.1, 0.9, 0.5]
    const random = () => chances.shift() ?? 0
    expect([8, 8, 8].map((attempt) => backoff(attempt, {}, random))).toEqual([2_000, 18_000, 10_000])
  })

  test('[R2] uses Math.random where no chance is given', () => {
    const delays = Array.from({ length: 50 }, () => backoff(1))
    expect(new Set(delays).size).toBeGreaterThan(1)
    expect(delays.every((delay) => delay >= 0 && delay < 3_000)).toBe(true)
  })
})

describe('bounds', () => {
  const bounds = (options: BackoffOptions) =>
    [1, 2, 3, 4, 5].map((attempt) => backoff(attempt, { jitter: 'none', ...options }))

  test.for<[BackoffOptions, number[]]>([
    [{ baseDelay: 100 }, [100, 200, 400, 800, 1_600]],
    [{ factor: 1 }, [3_000, 3_000, 3_000, 3_000, 3_000]],
    [{ factor: 10, maxDelay: 1_000_000 }, [3_000, 30_000, 300_000, 1_000_000, 1_000_000]],
    [{ factor: 1.5, baseDelay: 1_000 }, [1_000, 1_500, 2_250, 3_375, 5_062.5]],
    [{ maxDelay: 2_000 }, [2_000, 2_000, 2_000, 2_000, 2_000]],
    [{ maxDelay: 0 }, [0, 0, 0, 0, 0]],
    [{ baseDelay: 0 }, [0, 0, 0, 0, 0]],
    [
      { baseDelay: undefined, maxDelay: undefined, factor: undefined } as object,
      [3_000, 6_000, 12_000, 20_000, 20_000],
    ],
  ])('[R2] %o', ([options, expected]) => {
    expect(bounds(options)).toEqual(expected)
  })

  test('[R2] an option given as undefined is an option not given', () => {
    expect(backoff(1, { jitter: undefined } as object, half)).toBe(1_500)
  })

  test('[R2] stays at maxDelay however many retries there were', () => {
    for (const attempt of [100, 1_024, 1_025, 5_000, 1e9]) {
      expect(backoff(attempt, {}, half)).toBe(10_000)
      expect(backoff(attempt, { baseDelay: 0 }, half)).toBe(0)
    }
  })
})

describe('advice by close code', () => {
  const herd = (attempt: number, code: number, options: BackoffOptions = {}) => {
    const random = seeded(20)
    return Array.from({ length: 10_000 }, () => advisedBackoff(attempt, code, options, random))
  }

  test('[R2] 1012 spreads the first retry over 5 s, and no tenth of them gets a crowd', () => {
    const delays = herd(1, CloseCode.ServiceRestart)
    expect(Math.max(...delays)).toBeGreaterThan(4_990)
    expect(Math.max(...delays)).toBeLessThanOrEqual(5_000)
    expect(Math.max(...tenths(delays, 0, 5_000))).toBeLessThan(2_500)
  })

  test('[R2] 1012 spreads over 5 s however impatient the options are', () => {
    const delays = herd(1, CloseCode.ServiceRestart, { baseDelay: 100 })
    expect(Math.max(...delays)).toBeGreaterThan(4_990)
    for (const count of tenths(delays, 0, 5_000)) expect(count).toBeGreaterThan(800)
  })

  test('[R2] 1012 shortens no delay', () => {
    expect(advisedBackoff(1, CloseCode.ServiceRestart, { baseDelay: 20_000 }, half)).toBe(10_000)
  })

  test('[R2] 1012 spreads the retry that follows it, whichever that is', () => {
    expect(advisedBackoff(2, CloseCode.ServiceRestart, { baseDelay: 100 }, half)).toBe(2_500)
  })

  test.for([1, 2, 5])('[R2] 1013 starts at half of maxDelay: retry %d', (attempt) => {
    expect(advisedBackoff(attempt, CloseCode.TryAgainLater, {}, least)).toBe(10_000)
    const delays = herd(attempt, CloseCode.TryAgainLater)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(10_000)
    expect(Math.max(...delays)).toBeLessThanOrEqual(20_000)
    expect(Math.max(...tenths(delays, 10_000, 20_000))).toBeLessThan(2_500)
  })

  test('[R2] 1013 goes by the maxDelay that is set', () => {
    expect(advisedBackoff(1, CloseCode.TryAgainLater, { maxDelay: 60_000 }, least)).toBe(30_000)
    expect(advisedBackoff(1, CloseCode.TryAgainLater, { maxDelay: 60_000 }, half)).toBe(45_000)
  })

  test.for([1000, 1001, 1005, 1006, 1009, 1011, 4000])('[R2] %d advises nothing', (code) => {
    expect(retries.map((attempt) => advisedBackoff(attempt, code, {}, half))).toEqual(
      retries.map((attempt) => backoff(attempt, {}, half)),
    )
  })
})
