/** Moves frames from the queue to one open native socket, no faster than they leave it; knows what is in flight. */
import { OPEN } from './connection.ts'
import { byteLength, createFrame, type Frame } from './frame.ts'
import { autoMark, Departures, nextMark } from './mark.ts'
import type { WebSocketLike } from './options.ts'
import { FrameList, type SendQueue } from './send-queue.ts'
import { soon } from './timer.ts'

/** Ms between two looks at the native buffer. */
const TICK = 4
/** Ms of native sends that one task hands over at most, so that the page stays alive. */
const SLICE = 8
/** Ms without a send of its own after which a task is taken for over. */
const GAP = 2
/** Ms for which what has left is remembered. */
const RECENT = 1_000
/** Ms without a look after which other events than the timer cause one. */
const OVERDUE = 50

export interface ThrottleHost {
  /** A frame was handed to the browser, that many bytes of it. */
  sent(bytes: number): void
  /** A frame will not be sent. */
  dropped(frame: Frame, reason: 'expired' | 'failed', cause?: unknown): void
  /** Whether somebody wants to know when all is empty. */
  wantsDrain(): boolean
  /** Queue and native buffer have emptied after having held something. */
  drained(): void
}

export class Throttle {
  private readonly native: WebSocketLike
  private readonly queue: SendQueue
  private readonly host: ThrottleHost
  private readonly fixedMark: number | undefined
  private mark: number
  private readonly departures = new Departures()
  /** After the mark has shrunk, only frames handed over since then tell whether it shall shrink again. */
  private shrunkAt = 0
  /** In the order of handing over; a frame's `bytes` are its share of the native buffer. */
  private readonly inFlight = new FrameList()
  /** What seems to have left lately. WebKit's count falls just before some close events, and is up again in them. */
  private readonly departed = new FrameList()
  private timer: ReturnType<typeof setTimeout> | undefined
  private hop: MessageChannel | undefined
  private scheduled = false
  /** Whether this turn has nudged already. */
  private nudged = false
  /** Ms that the last timer took to come. */
  private lag = TICK
  /** When a look was last had, or promised. */
  private lookedAt = 0
  /** Whether `drained` is to be told: something was held since it was last. */
  owesDrain: boolean
  private handedOver = 0
  /** The direct sends of this task, which may be freezing the page: when the first began, and the last was over. */
  private run = { start: 0, last: 0 }
  private stopped = false

  constructor(native: WebSocketLike, queue: SendQueue, highWaterMark: 'auto' | number, host: ThrottleHost) {
    this.native = native
    this.queue = queue
    this.host = host
    this.fixedMark = highWaterMark === 'auto' ? undefined : highWaterMark
    this.mark = this.fixedMark ?? autoMark.start
    this.owesDrain = queue.length > 0
    // What a handshake has sent is in the buffer too, ahead of everything that follows.
    if (this.buffered > 0) this.record(createFrame('', { ifLost: 'forget' }), this.buffered)
  }

  /** The native `bufferedAmount`. */
  get buffered(): number {
    return this.native.bufferedAmount ?? 0
  }

  /** Whether this is still the throttle of the present connection. */
  get isAlive(): boolean {
    return !this.stopped
  }

  /** Whether the native socket takes data; it may be closing already, its close event under way. */
  get isOpen(): boolean {
    return !this.stopped && this.native.readyState === OPEN
  }

  /** Whether a frame may go straight to the browser, and this task has not been sending for too long. */
  get ready(): boolean {
    return this.hasRoom && (!this.runIsLong || performance.now() - this.run.last > GAP)
  }

  private get runIsLong(): boolean {
    return this.run.last - this.run.start >= SLICE
  }

  /** Whether the native socket takes data and has room for some. */
  get hasRoom(): boolean {
    return this.isOpen && this.buffered < this.mark
  }

  /** Bytes handed to the browser so far, and how many of those have left it. */
  get progress(): { readonly handedOver: number; readonly left: number } {
    const { handedOver } = this
    return { handedOver, left: handedOver - this.buffered }
  }

  /** Hands one frame to the browser now; answers whether the browser took it. */
  send(frame: Frame): boolean {
    const start = performance.now()
    this.settle(start)
    const end = this.forward(frame)
    if (end === undefined) return false
    if (start - this.run.last > GAP) this.run.start = start
    this.run.last = end
    const { buffered } = this
    if (buffered >= this.mark || (buffered > 0 && this.host.wantsDrain())) {
      this.owesDrain = true
      this.schedule(false)
    }
    return true
  }

  /** Fills the native buffer up to the mark; comes back by itself while anything waits. */
  look(): void {
    if (this.stopped) return
    const now = performance.now()
    this.lookedAt = now
    this.settle(now)
    const dry = this.buffered === 0
    let sliceIsOver = false
    if (this.queue.length > 0) {
      this.owesDrain = true
      // Empty before anything was handed over says nothing about the link.
      this.adapt(now, dry && this.handedOver > 0)
      sliceIsOver = this.fill(now + SLICE)
    }
    // A listener told of an expired frame may have ended the connection.
    if (this.stopped) return
    if (this.queue.length > 0) {
      this.schedule(dry || sliceIsOver)
      return
    }
    this.departures.forget()
    if (this.buffered > 0) {
      this.owesDrain ||= this.host.wantsDrain()
      if (this.owesDrain) this.schedule(false)
    } else if (this.owesDrain) {
      this.owesDrain = false
      this.host.drained()
    }
  }

  /**
   * Makes sure that what waits is looked at: soon, or now if the timer is late, as in a hidden tab, where it comes
   * once a second or more seldom while messages come in time. Once a turn, since nothing leaves within one.
   */
  nudge(): void {
    if (this.queue.length === 0 || (this.nudged && this.scheduled)) return
    this.nudged = true
    soon(() => {
      this.nudged = false
    })
    const timersAreLate = this.lag > OVERDUE
    const isOverdue = this.scheduled && performance.now() - this.lookedAt > OVERDUE
    if (isOverdue || (timersAreLate && this.hasRoom)) this.look()
    else this.schedule(this.runIsLong)
  }

  /** The application has emptied the queue. */
  cleared(): void {
    this.owesDrain = true
    this.look()
  }

  /** Hands over all that waits, whatever the mark. */
  flush(): void {
    for (let frame = this.queue.shift(); frame; frame = this.queue.shift()) this.forward(frame)
  }

  /** Ends the work. Answers the frames, in order, of which any byte is still in the native buffer. */
  stop(): Frame[] {
    if (this.stopped) return []
    const now = performance.now()
    // Forgets what left long ago, and then looks again at the rest.
    this.settle(now)
    this.inFlight.prepend(this.departed)
    this.settle(now)
    this.stopped = true
    clearTimeout(this.timer)
    this.hop?.port1.close()
    const stuck: Frame[] = []
    for (let frame = this.inFlight.shift(); frame; frame = this.inFlight.shift()) {
      if (frame.ifLost !== 'forget') stuck.push(frame)
    }
    return stuck
  }

  /** Answers whether it stopped only because the time was over. */
  private fill(end: number): boolean {
    // Read once: within a task the amount only grows, by what is handed over here.
    let { buffered } = this
    while (this.isOpen && buffered < this.mark) {
      const { first } = this.queue
      // One larger than the mark goes alone.
      if (!first || (first.bytes > this.mark && buffered > 0)) return false
      this.queue.shift()
      const takenAt = this.forward(first, buffered)
      // Somebody is told of one that did not go, and may have sent others.
      buffered = takenAt === undefined ? this.buffered : buffered + first.bytes
      if ((takenAt ?? performance.now()) > end) return true
    }
    return false
  }

  /** Hands a frame over, if it is still worth it. Answers when the browser had taken it; undefined if it has not. */
  private forward(frame: Frame, before = this.buffered): number | undefined {
    if (frame.expires !== undefined && frame.expires < Date.now()) {
      this.host.dropped(frame, 'expired')
      return undefined
    }
    try {
      return this.handOver(frame, before)
    } catch (cause) {
      this.host.dropped(frame, 'failed', cause)
      return undefined
    }
  }

  private handOver(frame: Frame, before: number): number {
    this.native.send(frame.data)
    const now = this.record(frame, Math.max(0, this.buffered - before))
    // Where the buffer tells nothing, the payload is counted.
    this.host.sent(frame.bytes || byteLength(frame.data))
    return now
  }

  private record(frame: Frame, share: number): number {
    const now = performance.now()
    frame.bytes = share
    frame.doubt = 0
    frame.handedOver = now
    this.handedOver += share
    this.inFlight.push(frame)
    return now
  }

  /** Forgets the frames that have left: whatever is not counted in the native buffer any more, oldest first. */
  private settle(now: number): void {
    const { buffered, inFlight, departed } = this
    while (inFlight.first && inFlight.bytes - inFlight.first.bytes >= buffered) {
      const frame = inFlight.shift() as Frame
      frame.handedOver = now
      departed.push(frame)
    }
    const isOld = ({ handedOver = now }: Frame): boolean => handedOver < now - RECENT
    while (departed.first && (isOld(departed.first) || departed.bytes > autoMark.max)) departed.shift()
  }

  private adapt(now: number, dry: boolean): void {
    const rate = this.departures.note(now, this.progress.left)
    if (this.fixedMark !== undefined) return
    const oldest = this.inFlight.first?.handedOver ?? 0
    const age = oldest > this.shrunkAt ? now - oldest : 0
    const mark = nextMark(this.mark, { dry, age, lag: this.lag, rate })
    if (mark < this.mark) this.shrunkAt = now
    this.mark = mark
  }

  /** A look soon: after a tick, or already in the next task where the link waits for us or a slice was not enough. */
  private schedule(atOnce: boolean): void {
    if (this.scheduled || !this.isOpen) return
    this.scheduled = true
    const from = performance.now()
    this.lookedAt = from
    this.timer = setTimeout(() => {
      this.lag = performance.now() - from
      this.turn()
    }, TICK)
    if (!atOnce || typeof MessageChannel !== 'function') return
    if (!this.hop) {
      this.hop = new MessageChannel()
      this.hop.port2.onmessage = () => this.turn()
    }
    this.hop.port1.postMessage(0)
  }

  private turn(): void {
    if (!this.scheduled) return
    this.scheduled = false
    clearTimeout(this.timer)
    this.run.start = this.run.last
    this.look()
  }
}
