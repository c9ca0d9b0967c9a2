/** Finds out whether an open connection is alive: a ping after silence, an end after more of it. */
import { startTimer } from './timer.ts'

export interface HeartbeatTimes {
  readonly interval: number
  readonly timeout?: number
}

export interface HeartbeatLink {
  /** Sends a ping past the queue; answers whether it could. */
  ping(): boolean
  /** Bytes handed to the browser so far, and how many of those have left it. */
  progress(): { readonly handedOver: number; readonly left: number }
  /** Nothing was heard in time. */
  dead(): void
}

/** A timer this much late, in ms, was held back: by a throttled tab, a busy page or a machine that slept. */
const LATE = 50

/** How many late timers in a row are forgiven; in that many timeouts even a throttled tab hears from a live server. */
const FORGIVEN = 2

/** One connection's heartbeat, from `open` to its end. */
export class Heartbeat {
  /** Ms from the last answered ping to its answer. */
  roundTrip: number | undefined
  private readonly times: HeartbeatTimes
  private readonly link: HeartbeatLink
  private timer: ReturnType<typeof setTimeout> | undefined
  private stopped = false
  private armedAt = 0
  private due = 0
  private heardAt: number = performance.now()
  private forgiven = 0
  // Three sides of one ping. Its answer gives the round trip; whatever comes in makes the next one possible; and where
  // there is a timeout, silence is judged.
  /** When the last ping went out that was not answered yet. */
  private pingedAt: number | undefined
  /** Whether a ping went out and nothing came in since. */
  private isAsking = false
  /** The ping that must be answered: behind how many bytes it stands, and how many of these had left at the last look. */
  private ping: { behind: number; left: number } | undefined

  constructor(times: HeartbeatTimes, link: HeartbeatLink) {
    this.times = times
    this.link = link
    this.arm(times.interval)
  }

  /** Something came in: the connection is alive. */
  heard(): void {
    const now = performance.now()
    this.heardAt = now
    this.forgiven = 0
    this.isAsking = false
    if (this.ping) {
      this.ping = undefined
      this.arm(this.times.interval)
    } else if (now - this.armedAt > this.times.interval / 8) {
      // Armed from here, and not from the timer before, the timer escapes Chromium's throttling of chained
      // timers to one a minute (“intensive throttling”); not at every frame, which would cost more than the frame.
      this.arm(this.times.interval)
    }
  }

  /** What came in was the answer to the last ping. */
  answered(): void {
    if (this.pingedAt !== undefined) this.roundTrip = performance.now() - this.pingedAt
    this.pingedAt = undefined
  }

  /** Pings now, unless a ping is on its way: something suggests that the link may have died. */
  probe(): void {
    if (!this.isAsking) this.sendPing()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  private arm(delay: number): void {
    clearTimeout(this.timer)
    if (this.stopped) return
    this.armedAt = performance.now()
    this.due = this.armedAt + delay
    this.timer = startTimer(delay, () => this.tick())
  }

  private sendPing(): void {
    const { interval, timeout } = this.times
    const { handedOver: behind, left } = this.link.progress()
    const sent = this.link.ping()
    this.pingedAt = sent ? performance.now() : undefined
    this.isAsking = sent
    this.ping = sent && timeout !== undefined ? { behind, left } : undefined
    this.arm(this.ping && timeout !== undefined ? timeout : interval)
  }

  private tick(): void {
    const { interval, timeout } = this.times
    if (this.ping && timeout !== undefined) {
      this.judge(this.ping, timeout)
      return
    }
    const silence = performance.now() - this.heardAt
    if (silence < interval) this.arm(interval - silence)
    else this.sendPing()
  }

  /** No answer in time: a slow link, a late timer, or a dead connection. */
  private judge(ping: { behind: number; left: number }, timeout: number): void {
    const { left } = this.link.progress()
    if (ping.left < ping.behind && left > ping.left) {
      ping.left = left
      this.arm(timeout)
    } else if (performance.now() - this.due > LATE && this.forgiven < FORGIVEN) {
      // The answer may be waiting behind this very timer.
      this.forgiven += 1
      this.sendPing()
    } else {
      this.link.dead()
    }
  }
}
