/** The high-water mark that follows the link: arithmetic alone. */
import { expect, test } from 'vitest'
import { autoMark, nextMark } from '../../src/throttle.ts'

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
  // A quarter second is what data may stay.
  [256 * KiB, false, 0, 256 * KiB],
  [256 * KiB, false, 250, 256 * KiB],
  [256 * KiB, false, 250.1, 128 * KiB],
  [256 * KiB, false, 60_000, 128 * KiB],
  [96 * KiB, false, 300, 64 * KiB],
  [64 * KiB, false, 300, 64 * KiB],
] as const)('[S4] mark %i, dry %s, oldest frame %d ms: next %i', ([mark, dry, age, next]) => {
  expect(nextMark(mark, dry, age)).toBe(next)
})

test('[S4] a link that is always dry reaches the top in six looks, one that is stuck the bottom in two', () => {
  const follow = (dry: boolean, age: number): number[] => {
    const marks: number[] = [autoMark.start]
    for (let look = 0; look < 8; look++) marks.push(nextMark(marks.at(-1) as number, dry, age))
    return marks
  }
  expect(follow(true, 0).indexOf(autoMark.max)).toBe(6)
  expect(follow(false, 1_000).indexOf(autoMark.min)).toBe(2)
})
