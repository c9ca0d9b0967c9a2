/** The high-water mark that follows the link: arithmetic alone. */
import { expect, test } from 'vitest'
import { autoMark, createDepartures, nextMark } from '../../src/rules/mark.ts'

const KiB = 1024
const MiB = 1024 * KiB

test('[S4] it starts at 256 KiB and stays between 64 KiB and 16 MiB', () => {
  expect(autoMark).toEqual({ start: 256 * KiB, min: 64 * KiB, max: 16 * MiB })
})

test.for([
  // A buffer found dry: the link could have taken more.
  [256 * KiB, true, 0, 512 * KiB],
  [8 * MiB, true, 0, 16 * MiB],
  [16 * MiB, true, 0, 16 * MiB],
  [12 * MiB, true, 0, 16 * MiB],
  [64 * KiB, true, 1_000, 128 * KiB],
  // A quarter second is what data may stay, and what two looks may miss.
  [256 * KiB, false, 0, 256 * KiB],
  [256 * KiB, false, 258, 256 * KiB],
  [256 * KiB, false, 258.1, 128 * KiB],
  [256 * KiB, false, 60_000, 128 * KiB],
  [96 * KiB, false, 300, 64 * KiB],
  [64 * KiB, false, 300, 64 * KiB],
] as const)('[S4] mark %i, dry %s, oldest frame %d ms: next %i', ([mark, dry, age, next]) => {
  expect(nextMark(mark, { dry, age, lag: 4, rate: undefined })).toBe(next)
})

test('[S4] a look that comes once a second says nothing of a quarter second', () => {
  expect(nextMark(4 * MiB, { dry: false, age: 1_000, lag: 1_000, rate: undefined })).toBe(4 * MiB)
  expect(nextMark(4 * MiB, { dry: false, age: 2_300, lag: 1_000, rate: undefined })).toBe(2 * MiB)
})

test('[S4] a link that is always dry reaches the top in six looks, one that is stuck the bottom in two', () => {
  const follow = (dry: boolean, age: number): number[] => {
    const marks: number[] = [autoMark.start]
    for (let look = 0; look < 8; look++)
      marks.push(nextMark(marks.at(-1) as number, { dry, age, lag: 4, rate: undefined }))
    return marks
  }
  expect(follow(true, 0).indexOf(autoMark.max)).toBe(6)
  expect(follow(false, 1_000).indexOf(autoMark.min)).toBe(2)
})

test.for([
  // A megabyte a second: a quarter second of it, and what two looks may miss.
  [1 * MiB, true, 4, 1_000, 258_000],
  [256 * KiB, true, 4, 1_000, 258_000],
  [100_000, true, 4, 1_000, 200_000],
  // A hidden tab, whose timers come once a second, is fed for more than the second.
  [4 * MiB, true, 1_000, 1_000, 2_250_000],
  // Next to nothing leaves: the least there is.
  [256 * KiB, false, 4, 1, 64 * KiB],
  [256 * KiB, false, 4, 0, 64 * KiB],
  // A fast link is not bounded by its rate.
  [16 * MiB, true, 4, 1_000_000, 16 * MiB],
] as const)(
  '[S4] mark %i, dry %s, lag %d ms, %d bytes leave in a ms: next %i',
  ([mark, dry, lag, rate, next]) => {
    expect(nextMark(mark, { dry, age: 0, lag, rate })).toBe(next)
  },
)

test('[S4] the rate is known after half a second, covers two, and is forgotten when nothing waits', () => {
  const departures = createDepartures()
  expect(departures.note(0, 0)).toBe(undefined)
  expect(departures.note(499, 4_990)).toBe(undefined)
  expect(departures.note(500, 5_000)).toBe(10)
  for (let at = 600; at <= 3_000; at += 100) departures.note(at, 5_000)
  expect(departures.note(3_100, 5_000)).toBe(0)
  expect(departures.note(3_200, 7_200)).toBeCloseTo(1, 0)
  departures.forget()
  expect(departures.note(3_300, 7_200)).toBe(undefined)
})

test('[S4] of samples closer than 100 ms only the first counts, and the last tells from when on', () => {
  const departures = createDepartures()
  departures.note(0, 0)
  for (const at of [99, 100, 199, 200]) departures.note(at, 0)
  expect(departures.note(2_000, 2_000)).toBe(1)
  // The first is two seconds old, and so is the second: that one counts from now on.
  expect(departures.note(2_100, 4_000)).toBe(2)
  expect(departures.note(2_199, 4_000)).toBeCloseTo(4_000 / 2_099)
  expect(departures.note(2_200, 4_000)).toBe(2)
})
