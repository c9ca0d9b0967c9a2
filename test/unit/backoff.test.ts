/** From the number of a retry to its delay: pure arithmetic, chance an argument. */
import { describe, expect, test } from 'vitest'
import { type BackoffOptions, backoff, CloseCode } from '../../src/index.ts'
import { advisedBackoff, backoffDefaults, remainder } from '../../src/rules/backoff.ts'

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
  const delays = (options: BackoffOptions, random: () => number) =>
    retries.map((attempt) => backoff(attempt, options, random))

  test('[R2] spread, the default, is the first anywhere below a bound that doubles up to maxDelay, every later one in its upper half', () => {
    expect(delays({}, least)).toEqual([0, 3_000, 4_500, 4_500, 4_500, 4_500])
    expect(delays({}, half)).toEqual([1_500, 4_500, 6_750, 6_750, 6_750, 6_750])
    const tops = delays({}, most)
    for (const [index, bound] of [3_000, 6_000, 9_000, 9_000, 9_000, 9_000].entries()) {
      expect(tops[index]).toBeLessThanOrEqual(bound)
      expect(tops[index]).toBeCloseTo(bound, 6)
    }
    expect(delays({ jitter: 'spread' }, half)).toEqual(delays({}, half))
  })

  test('[R2] full falls anywhere from 0 to the bound', () => {
    expect(delays({ jitter: 'full' }, least)).toEqual([0, 0, 0, 0, 0, 0])
    expect(delays({ jitter: 'full' }, half)).toEqual([1_500, 3_000, 4_500, 4_500, 4_500, 4_500])
  })

  test('[R2] equal falls anywhere in the upper half', () => {
    expect(delays({ jitter: 'equal' }, least)).toEqual([1_500, 3_000, 4_500, 4_500, 4_500, 4_500])
    expect(delays({ jitter: 'equal' }, half)).toEqual([2_250, 4_500, 6_750, 6_750, 6_750, 6_750])
  })

  test('[R2] none is the bound itself, and asks no chance', () => {
    const noChance = (): number => {
      throw new Error('asked')
    }
    expect(delays({ jitter: 'none' }, noChance)).toEqual([3_000, 6_000, 9_000, 9_000, 9_000, 9_000])
  })

  test.for([
    ['spread', 1, 0, 3_000],
    ['spread', 9, 4_500, 9_000],
    ['full', 9, 0, 9_000],
    ['equal', 9, 4_500, 9_000],
  ] as const)('[R2] %s is uniform: retry %d', ([jitter, attempt, from, to]) => {
    const random = grid(1_000)
    const drawn = Array.from({ length: 1_000 }, () => backoff(attempt, { jitter }, random))
    expect(tenths(drawn, from, to)).toEqual(new Array(10).fill(100))
    expect(Math.min(...drawn)).toBe(from)
  })

  test('[R2] is drawn afresh for every retry', () => {
    const chances = [0, 0.5, 1 / 3]
    const random = () => chances.shift() ?? 0
    expect([8, 8, 8].map((attempt) => backoff(attempt, {}, random))).toEqual([4_500, 6_750, 6_000])
  })

  test('[R2] uses Math.random where no chance is given', () => {
    const drawn = Array.from({ length: 50 }, () => backoff(1))
    expect(new Set(drawn).size).toBeGreaterThan(1)
    expect(drawn.every((delay) => delay >= 0 && delay < 3_000)).toBe(true)
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
    [{ baseDelay: undefined, maxDelay: undefined, factor: undefined }, [3_000, 6_000, 9_000, 9_000, 9_000]],
  ])('[R2] %o', ([options, expected]) => {
    expect(bounds(options)).toEqual(expected)
  })

  test('[R2] an option given as undefined is an option not given', () => {
    expect(backoff(2, { jitter: undefined }, half)).toBe(4_500)
  })

  test('[R2] stays at maxDelay however many retries there were', () => {
    for (const attempt of [100, 1_024, 1_025, 5_000, 1e9]) {
      expect(backoff(attempt, {}, half)).toBe(6_750)
      expect(backoff(attempt, { baseDelay: 0 }, half)).toBe(0)
    }
  })

  test.for([0, -1, 0.5, Number.NaN, undefined])('[R2] there is no retry %s', (attempt) => {
    expect(() => backoff(attempt as number)).toThrow(TypeError)
    expect(() => backoff(attempt as number)).toThrow(`\`attempt\` to be a number from 1, got ${attempt}`)
  })
})

describe('advice by close code', () => {
  const herd = (attempt: number, code: number, options: BackoffOptions = {}) => {
    const random = seeded(20)
    return Array.from({ length: 10_000 }, () =>
      advisedBackoff(attempt, code, { ...backoffDefaults, ...options } as typeof backoffDefaults, random),
    )
  }

  test.for<[number, BackoffOptions, number, number]>([
    [1, {}, 0, 5_000],
    [1, { baseDelay: 100 }, 0, 5_000],
    [1, { maxDelay: 0 }, 0, 5_000],
    [1, { baseDelay: 20_000, maxDelay: 20_000 }, 0, 20_000],
    [1, { jitter: 'equal' }, 1_500, 6_500],
    [1, { jitter: 'none' }, 3_000, 8_000],
    [2, {}, 3_000, 8_000],
    [5, { baseDelay: 20_000, maxDelay: 20_000 }, 10_000, 20_000],
  ])(
    '[R2] 1012 spreads the retry after it over 5 s at least, and makes no bound smaller: retry %d, %o',
    ([attempt, options, from, to]) => {
      const delays = herd(attempt, CloseCode.ServiceRestart, options)
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(from)
      expect(Math.max(...delays)).toBeLessThanOrEqual(to)
      for (const count of tenths(delays, from, to)) expect(count).toBeGreaterThan(850)
    },
  )

  test.for<[number, BackoffOptions, number, number]>([
    [1, {}, 10_000, 20_000],
    [2, {}, 10_000, 20_000],
    [5, { jitter: 'full' }, 10_000, 20_000],
    [5, { jitter: 'none' }, 10_000, 20_000],
    [1, { maxDelay: 0 }, 10_000, 20_000],
    [9, { maxDelay: 60_000 }, 30_000, 60_000],
  ])(
    '[R2] 1013 waits from 10 to 20 s, or longer if the formula says so: retry %d, %o',
    ([attempt, options, from, to]) => {
      const delays = herd(attempt, CloseCode.TryAgainLater, options)
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(from)
      expect(Math.max(...delays)).toBeLessThanOrEqual(to)
      for (const count of tenths(delays, from, to)) expect(count).toBeGreaterThan(850)
    },
  )

  test.for([1000, 1001, 1005, 1006, 1009, 1011, 4000])('[R2] %d advises nothing', (code) => {
    expect(retries.map((attempt) => advisedBackoff(attempt, code, backoffDefaults, half))).toEqual(
      retries.map((attempt) => backoff(attempt, {}, half)),
    )
  })
})

describe('counted from the start of the attempt before', () => {
  test('[R2] after a loss nothing has elapsed, and the delay stays what it is', () => {
    for (const delay of [0, 1, 300, 2_999, 9_000])
      for (const random of [least, half, most]) expect(remainder(delay, 0, random)).toBe(delay)
  })

  test('[R2] what the attempt took is waited for no more', () => {
    expect(remainder(6_000, 2, most)).toBe(5_998)
    expect(remainder(9_000, 5_000, most)).toBe(4_000)
  })

  test('[R2] an attempt that hung has used up its wait, but for a random moment of the next second', () => {
    expect([least, half, most].map((random) => remainder(6_000, 12_500, random))).toEqual([
      0,
      500,
      1_000 * most(),
    ])
    expect(remainder(6_000, 5_300, least)).toBe(700)
    expect(remainder(6_000, 5_300, most)).toBe(1_000 * most())
  })

  test('[R2] no wait is longer than its delay', () => {
    expect([0, 100, 999].map((delay) => remainder(delay, 5_000, most))).toEqual([
      0,
      100 * most(),
      999 * most(),
    ])
  })

  test('[R2] uses Math.random where no chance is given', () => {
    const waits = Array.from({ length: 50 }, () => remainder(6_000, 5_500))
    expect(new Set(waits).size).toBeGreaterThan(1)
    expect(waits.every((wait) => wait >= 500 && wait < 1_000)).toBe(true)
  })
})
