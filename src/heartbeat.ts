/** Finds out whether an open connection is alive: a ping after silence, an end after more of it. */
import { startTimer } from './timer.ts'

export interface HeartbeatTimes {
  readonly interval: number
  readonly timeout?: number
}

export interface HeartbeatLink {
  /** Sends a ping past the queue; answers whether it could. */
  ping(): boolean
  /** The native `bufferedAmount`: while it falls, the link is slow and not dead. */
  buffered(): number
  /** Nothing was heard in time. */
  dead(): void
}

/** One connection's heartbeat, from `open` to its end. */
export class Heartbeat {
  /** Ms from the last answered ping to the first frame after it. */
  roundTrip: number | undefined
  private readonly times: HeartbeatTimes
  private readonly link: HeartbeatLink
  private timer: ReturnType<typeof setTimeout> | undefined
  private due = 0
  private heardAt: number = performance.now()
  private armedAt = 0
  private ping: { at: number; buffered: number } | undefined

  constructor(times: HeartbeatTimes, link: HeartbeatLink) {
    this.times = times
    this.link = link
    this.arm(times.interval)
  }

  /** Something came in: the connection is alive. */
  heard(): void {
    const now = performance.now()
    this.heardAt = now
    if (this.ping) {
      this.roundTrip = now - this.ping.at
      this.ping = undefined
      this.arm(this.times.interval)
    } else if (now - this.armedAt > this.times.interval / 8) {
      // Armed from here, and not from the timer before, the timer escapes Chromium's throttling of chained
      // timers to one a minute (“intensive throttling”); not at every frame, which would cost more than the frame.
      this.arm(this.times.interval)
    }
  }

  /** Pings now, unless a ping is on its way: something suggests that the link may have died. */
  probe(): void {
    if (!this.ping) this.sendPing()
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  private arm(delay: number): void {
    clearTimeout(this.timer)
    this.armedAt = performance.now()
    this.due = this.armedAt + delay
    this.timer = startTimer(delay, () => this.tick())
  }

  private sendPing(): void {
    const { interval, timeout } = this.times
    const expectsPong = this.link.ping() && timeout !== undefined
    this.ping = expectsPong ? { at: performance.now(), buffered: this.link.buffered() } : undefined
    this.arm(expectsPong ? timeout : interval)
  }

  private tick(): void {
    const now = performance.now()
    const silence = now - this.heardAt
    const { interval, timeout } = this.times
    if (!this.ping || timeout === undefined) {
      if (silence < interval) this.arm(interval - silence)
      else this.sendPing()
      return
    }
    const buffered = this.link.buffered()
    const late = now - this.due > Math.max(50, timeout / 4)
    if (buffered < this.ping.buffered) {
      // The ping may still stand behind data that is leaving: a slow link, and no second ping on top of it.
      this.ping.buffered = buffered
      this.arm(timeout)
    } else if (late) {
      // A throttled tab or a machine that slept: the answer may be waiting behind this very timer.
      this.sendPing()
    } else {
      this.link.dead()
    }
  }
}
