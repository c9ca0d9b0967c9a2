/** The high-water mark that follows the link: how many bytes the browser may hold. */

const KiB = 1024
const MiB = 1024 * KiB

/** Where the mark starts, and its bounds, in bytes. */
export const autoMark: { readonly start: number; readonly min: number; readonly max: number } = {
  start: 256 * KiB,
  min: 64 * KiB,
  max: 16 * MiB,
}

/** Ms that what was handed over may take to leave. */
const SLOW = 250

/** What a look at the native buffer, while frames wait, has found. */
export interface Finding {
  /** Whether the buffer had run empty: the link could have taken more. */
  readonly dry: boolean
  /** Ms since the oldest frame still in the buffer was handed over. */
  readonly age: number
  /** Ms that the last timer took to come: about 4, and a second or more in a hidden tab. */
  readonly lag: number
  /** Bytes that left per ms of late, if that is known yet. */
  readonly rate: number | undefined
}

/**
 * The mark after a look. It doubles when the buffer was dry and halves when data stays too long; and it never exceeds
 * what leaves in a quarter second, since a link that takes data in lumps looks dry in each of them.
 */
export function nextMark(mark: number, { dry, age, lag, rate = Infinity }: Finding): number {
  const slow = SLOW + 2 * lag
  const wanted = dry ? mark * 2 : age > slow ? mark / 2 : mark
  const ceiling = rate * slow
  return Math.max(autoMark.min, Math.min(wanted, ceiling, autoMark.max))
}

/** How fast bytes leave while frames wait. */
export interface Departures {
  /** Notes that so many bytes have left in all. Answers bytes per ms, once half a second has been seen. */
  note(at: number, departed: number): number | undefined
  /** Nothing waits: what leaves now says nothing about the link. */
  forget(): void
}

export function createDepartures(): Departures {
  /** At most one in 100 ms, the oldest about two seconds old. */
  let samples: Array<{ readonly at: number; readonly departed: number }> = []
  return {
    note(at, departed) {
      const last = samples.at(-1)
      if (!last || at - last.at >= 100) samples.push({ at, departed })
      while (samples[1] && at - samples[1].at >= 2_000) samples.shift()
      const first = samples[0]
      return first && at - first.at >= 500 ? (departed - first.departed) / (at - first.at) : undefined
    },
    forget() {
      samples = []
    },
  }
}
