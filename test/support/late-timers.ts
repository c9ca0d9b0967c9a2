/** Timers that come late, as in a hidden tab or on a machine that slept, on top of fake ones, which come in time. */
import { vi } from 'vitest'

/** @param comesAt when a timer comes that is due at that time; both in ms as `performance.now()` counts */
export function delayTimers(comesAt: (due: number) => number): void {
  const inTime = globalThis.setTimeout
  vi.stubGlobal('setTimeout', (run: () => void, delay = 0) => {
    const now = performance.now()
    return inTime(run, comesAt(now + delay) - now)
  })
}

/** A hidden tab: timers come once in so many ms, all together. */
export function onceEvery(period: number): (due: number) => number {
  return (due) => Math.ceil(due / period) * period
}

/** A tab hidden for five minutes in Chromium: once a second, but once a minute what timers have started five deep. */
export function throttleChains(): void {
  const inTime = globalThis.setTimeout
  let depth = 0
  vi.stubGlobal('setTimeout', (run: () => void, delay = 0) => {
    const now = performance.now()
    const level = depth + 1
    const comesAt = onceEvery(level < 5 ? 1_000 : 60_000)
    const runNested = (): void => {
      depth = level
      run()
      depth = 0
    }
    return inTime(runNested, comesAt(now + delay) - now)
  })
}

/** A sleeping machine, or a page whose main thread is busy: what falls due meanwhile comes at its end. */
export function notBetween(...gaps: Array<[from: number, to: number]>): (due: number) => number {
  return (due) => gaps.find(([from, to]) => due >= from && due < to)?.[1] ?? due
}
