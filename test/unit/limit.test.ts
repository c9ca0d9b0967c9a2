/** From what became of the attempts before to the limit of the next: pure arithmetic. */
import { describe, expect, test } from 'vitest'
import { freshPatience, learn, limitOf } from '../../src/rules/limit.ts'

/** `timeout`, `anew`, ms after which the browser reported a failure, or `open`. */
type Event = 'timeout' | 'other' | 'open' | number

/** The limit of the first attempt, and after each event that of the next. */
function limits(events: readonly Event[], connectTimeout = 5_000): number[] {
  let patience = freshPatience
  const found = [limitOf(patience, connectTimeout)]
  for (const event of events) {
    patience = event === 'open' ? freshPatience : learn(patience, event)
    found.push(limitOf(patience, connectTimeout))
  }
  return found
}

function limitAfter(events: readonly Event[], connectTimeout?: number): number | undefined {
  return limits(events, connectTimeout).at(-1)
}

const timeouts = (count: number): Event[] => new Array(count).fill('timeout')
/** What Firefox held the attempts of a loop back for, failure by failure. */
const held = [500, 500, 800, 1_250, 1_600, 2_400, 3_500, 5_300]

describe('attempts that time out in a row', () => {
  test('[R6] every second has two and a half times as long', () => {
    expect(limits(timeouts(5))).toEqual([5_000, 12_500, 5_000, 12_500, 5_000, 12_500])
  })

  test.for([
    [250, 625],
    [90_000, 225_000],
    [Infinity, Infinity],
  ])('[R6] as long as the %d ms that are set', ([connectTimeout, second]) => {
    expect(limits(timeouts(2), connectTimeout)).toEqual([connectTimeout, second, connectTimeout])
  })

  test.for<[string, Event]>([
    ['a failure that the browser reports', 3],
    ['a wake signal, connect() or reconnect()', 'other'],
    ['a connection that opens', 'open'],
  ])('[R6] %s begins the row anew', ([, event]) => {
    expect(limits(['timeout', event, 'timeout', 'timeout'])).toEqual([5_000, 12_500, 5_000, 12_500, 5_000])
    expect(limits(['timeout', 'timeout', event, 'timeout'])).toEqual([5_000, 12_500, 5_000, 5_000, 12_500])
  })
})

describe('failures that the browser reports', () => {
  test('[R6] while each takes longer than the one before, the next attempt has twice the last on top', () => {
    expect(limits(held)).toEqual([5_000, 5_000, 5_000, 6_600, 7_500, 8_200, 9_800, 12_000, 15_600])
  })

  test('[R6] the addition comes on top of the long limit as well, and lasts over timeouts', () => {
    expect(limits([...held, ...timeouts(3)]).slice(-4)).toEqual([15_600, 23_100, 15_600, 23_100])
  })

  test('[R6] up to 65 s', () => {
    const growing = [10_000, 15_000, 25_000, 40_000, 59_000]
    expect(limits(growing).slice(1)).toEqual([5_000, 35_000, 55_000, 65_000, 65_000])
    expect(limitAfter([...growing, 'timeout'])).toBe(65_000)
  })

  test('[R6] what is set is never shortened', () => {
    expect(limitAfter([10_000, 50_000], 90_000)).toBe(90_000)
    expect(limitAfter([10_000, 50_000, 'timeout'], 30_000)).toBe(75_000)
    expect(limitAfter([10_000, 50_000], Infinity)).toBe(Infinity)
  })

  test.for<[string, Event]>([
    ['a timeout', 'timeout'],
    ['a wake signal, connect() or reconnect()', 'other'],
  ])('[R6] %s does not end the addition, nor what the next failure is compared with', ([, event]) => {
    expect(limitAfter([...held, event, 'other'])).toBe(15_600)
    expect(limitAfter([...held, event, 8_000])).toBe(21_000)
    expect(limitAfter([...held, event, 5_000])).toBe(5_000)
  })

  test('[R6] a connection that opens ends it, and is forgotten by the next failure', () => {
    expect(limits([...held, 'open', 8_000, 'timeout']).slice(-3)).toEqual([5_000, 5_000, 12_500])
  })

  test.for<[string, Event[]]>([
    ['a single one, however slow', [8_000]],
    ['slow and alike, as of a gateway', [8_000, 8_000, 8_000]],
    ['slow and alike but for some noise', [8_000, 8_012, 8_350, 8_005]],
    ['slow, and a tenth slower', [1_000, 1_100]],
    ['slow, and then quick', [8_000, 2]],
  ])('[R6] add nothing: %s', ([, events]) => {
    expect(new Set(limits(events))).toEqual(new Set([5_000]))
    expect(limitAfter([...events, 'timeout'])).toBe(12_500)
  })

  test('[R6] quick ones add next to nothing', () => {
    expect(Math.max(...limits([1, 2, 3, 1, 4, 0, 5]))).toBeLessThanOrEqual(5_010)
  })
})
