/** What has been seen of the sockets in the last minute. */

import type { State } from 'steadysocket'

/** Ms that are shown. */
export const SHOWN = 60_000

export interface Span {
  name: State['name']
  /** What the picture says beside it, if there is room. */
  label: string
  from: number
  /** Nothing while it lasts. */
  to: number | undefined
}

export class Timeline {
  readonly spans: Span[] = []

  moveTo(state: State, now: number): void {
    const last = this.spans.at(-1)
    if (last) last.to = now
    this.spans.push({ name: state.name, label: labelOf(state), from: now, to: undefined })
    while (this.spans[0]?.to !== undefined && this.spans[0].to < now - SHOWN) this.spans.shift()
  }
}

function labelOf(state: State): string {
  switch (state.name) {
    case 'connecting':
      return state.attempt === 0 ? '' : `try ${state.attempt}`
    case 'waiting':
      return Number.isFinite(state.delay) ? `${(state.delay / 1000).toFixed(1)} s` : 'away'
    case 'closed':
      return state.cause
    default:
      return state.name
  }
}

/** Numbers over time, oldest first, as uPlot takes them: the times, and a list for each line; null leaves a gap. */
export class Samples {
  readonly columns: (number | null)[][]

  constructor(lines: number) {
    this.columns = Array.from({ length: lines + 1 }, () => [])
  }

  add(now: number, ...values: (number | null)[]): void {
    for (const [index, value] of [now / 1000, ...values].entries()) this.columns[index]?.push(value)
    const [times = []] = this.columns
    const old = times.findIndex((time) => Number(time) * 1000 >= now - SHOWN - 1000)
    // Not one by one: taking the first off a long list is slow.
    if (old > 100) for (const column of this.columns) column.splice(0, old)
  }
}
