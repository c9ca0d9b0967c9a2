/** What one client went through, and what took how long. */
import type { Entry } from './diary.ts'
import type { Failure, Site } from './site.ts'

interface Attempt {
  readonly start: number
  /** Infinity while it lasts, and if it has succeeded. */
  end: number
  endedBy?: 'failed' | 'givenUp'
}

export interface Outcome {
  /** Attempts that began while the server was down. */
  readonly attempts: number
  /** How many of them left the engine while it was down. */
  readonly left: number
  /** Ms from the moment the server was up until the client was open; null if it never was. */
  readonly back: number | null
  /** That time is the sum of these three. No attempt was under way: the library waited. */
  readonly waited: number
  /** In attempts that had left the engine while the server was down. */
  readonly hung: number
  /** In attempts that the engine had not let out yet. */
  readonly held: number
}

export class Life {
  readonly candidate: string
  readonly site: Site
  private readonly attempts: Attempt[] = []
  private readonly opens: number[] = []
  /** When connections were first seen that the network did not answer, by connection. */
  private readonly unanswered = new Map<string, number>()

  constructor(candidate: string, site: Site) {
    this.candidate = candidate
    this.site = site
  }

  note({ what, at }: Omit<Entry, 'client'>): void {
    const last = this.attempts.at(-1)
    if (what === 'attempt') this.attempts.push({ start: at, end: Infinity })
    else if (what === 'open') this.opens.push(at)
    else if (last) Object.assign(last, { end: at, endedBy: what })
  }

  noteUnanswered(connection: string): void {
    if (!this.unanswered.has(connection)) this.unanswered.set(connection, Date.now())
  }

  get hasOpened(): boolean {
    return this.opens.length > 0
  }

  /** When it was open again after the outage. */
  get backAt(): number | undefined {
    return this.opens.find((at) => at >= this.site.upAt)
  }

  tell(failure: Failure): Outcome {
    const { downAt, upAt } = this.site
    const until = this.backAt ?? Date.now()
    const told = { attempts: 0, left: 0, hung: 0, held: 0 }
    for (const attempt of this.attempts) {
      const { start, end } = attempt
      if (start < downAt || start > until) continue
      const left = Math.min(this.leftAt(attempt, failure), end, until)
      told.held += overlap(start, left, upAt, until)
      if (left < upAt) told.hung += overlap(left, end, upAt, until)
      if (start < upAt) told.attempts += 1
      if (left < Math.min(upAt, end) || this.wasRefused(attempt, failure)) told.left += 1
    }
    const whole = until - upAt
    return { ...told, back: this.backAt === undefined ? null : whole, waited: whole - told.hung - told.held }
  }

  /** When an attempt left the engine: the server, or the network, has seen it then. */
  private leftAt(attempt: Attempt, failure: Failure): number {
    const { start, end } = attempt
    // Clocks that tell whole ms may have the later event first.
    const signs = [...this.site.accepted, ...this.unanswered.values()].filter(
      (at) => at >= start - 1 && at <= end,
    )
    return Math.min(...signs, this.wasRefused(attempt, failure) ? end : Infinity)
  }

  /** Nobody sees an attempt at a closed port; but what the engine itself calls a failure must have been there. */
  private wasRefused({ end, endedBy }: Attempt, failure: Failure): boolean {
    return failure === 'refused' && endedBy === 'failed' && end < this.site.upAt
  }
}

/** How much of the time from `start` to `end` lies between `from` and `to`. */
function overlap(start: number, end: number, from: number, to: number): number {
  return Math.max(0, Math.min(end, to) - Math.max(start, from))
}
