/** The outgoing queue: first in, first out, bounded; a message costs the same however many wait. */
import { type Frame, isPacked, measure, type Packed, pack, unpack } from './frame.ts'

/** A list of frames that knows its length and bytes. What can be is kept packed. */
export class FrameList {
  private items: Array<Packed | undefined> = []
  /** Where the first is; what was before it has been taken out. */
  private head = 0
  /** The sums of the frames' `bytes` and `doubt`. */
  private sum = 0
  private doubt = 0
  /** Up to here none is in doubt. */
  private measured = 0

  get first(): Frame | undefined {
    const item = this.items[this.head]
    if (item === undefined) return undefined
    const frame = unpack(item)
    this.items[this.head] = frame
    return frame
  }

  get length(): number {
    return this.items.length - this.head
  }

  /** The size of all; counts those in doubt, each once. */
  get bytes(): number {
    if (this.doubt > 0) this.measureAll()
    return this.sum
  }

  /** What the size of all cannot exceed. */
  get most(): number {
    return this.sum + this.doubt
  }

  push(frame: Frame): void {
    this.items.push(pack(frame))
    this.sum += frame.bytes
    this.doubt += frame.doubt
  }

  shift(): Frame | undefined {
    const frame = this.first
    if (!frame) return undefined
    this.items[this.head] = undefined
    this.head += 1
    // So seldom that it costs each frame nothing.
    if (this.head > 1_000 && this.head > this.length) this.closeUp()
    this.sum -= frame.bytes
    this.doubt -= frame.doubt
    return frame
  }

  /** Puts the whole of another list before this one, and leaves that one empty. */
  prepend(other: FrameList): void {
    if (other.length === 0) return
    this.items = this.length === 0 ? other.items : other.items.concat(this.items.slice(this.head))
    this.head = other.head
    this.measured = other.measured
    this.sum += other.sum
    this.doubt += other.doubt
    other.items = []
    other.head = other.measured = other.sum = other.doubt = 0
  }

  /** A frame of this list weighs so much more now. */
  grow(bytes: number): void {
    this.sum += bytes
  }

  /** Ends all doubt. */
  measureAll(): void {
    const { length } = this.items
    for (let index = Math.max(this.measured, this.head); index < length && this.doubt > 0; index++) {
      const item = this.items[index]
      if (item === undefined || isPacked(item)) continue
      this.doubt -= item.doubt
      this.sum -= item.bytes
      measure(item)
      this.sum += item.bytes
    }
    this.measured = length
  }

  private closeUp(): void {
    this.items = this.items.slice(this.head)
    this.measured = Math.max(0, this.measured - this.head)
    this.head = 0
  }
}

export interface QueueLimits {
  readonly maxBytes: number
  readonly maxMessages: number
  readonly overflow: 'reject' | 'drop-oldest'
}

const nobody: readonly Frame[] = []

/** The messages that wait for their turn. */
export class SendQueue {
  private frames = new FrameList()
  /** What waits behind `frames`, see `setAside`. */
  private held = new FrameList()
  private readonly byKey = new Map<PropertyKey, Frame>()
  private readonly limits: QueueLimits

  constructor(limits: QueueLimits) {
    this.limits = limits
  }

  get length(): number {
    return this.frames.length + this.held.length
  }

  get bytes(): number {
    return this.frames.bytes + this.held.bytes
  }

  /** The next one to leave. */
  get first(): Frame | undefined {
    return this.frames.first
  }

  /** Whether nothing stands before a new frame. */
  get isClear(): boolean {
    return this.frames.length === 0
  }

  /** The same for this one: whether none with its key waits for it to take its place. */
  isClearFor({ key }: Frame): boolean {
    return this.isClear && (key === undefined || !this.byKey.has(key))
  }

  /** What waits now lets what comes go first, until `rejoin`. */
  setAside(): void {
    this.held.prepend(this.frames)
  }

  rejoin(): void {
    this.held.prepend(this.frames)
    const { frames, held } = this
    this.frames = held
    this.held = frames
  }

  /** Takes a frame in. Answers the older ones that had to go for it; undefined if it is refused itself. */
  push(frame: Frame): readonly Frame[] | undefined {
    const { maxBytes, maxMessages, overflow } = this.limits
    let casualties: Frame[] | undefined
    let replaced = frame.key === undefined ? undefined : this.byKey.get(frame.key)
    if (frame.bytes + frame.doubt > maxBytes) measure(frame)
    if (frame.bytes > maxBytes) return undefined
    while (this.overflows(frame, replaced) || (!replaced && this.length >= maxMessages)) {
      if (overflow === 'reject') return undefined
      const oldest = this.take(this.held.first ? this.held : this.frames) as Frame
      if (oldest === replaced) replaced = undefined
      else {
        casualties ??= []
        casualties.push(oldest)
      }
    }
    if (replaced) this.replace(replaced, frame)
    else {
      this.frames.push(frame)
      if (frame.key !== undefined) this.byKey.set(frame.key, frame)
    }
    return casualties ?? nobody
  }

  /** Whether the bytes would be too many with this frame, and without the one that it replaces. */
  private overflows(frame: Frame, replaced: Frame | undefined): boolean {
    const { maxBytes } = this.limits
    const freed = replaced?.bytes ?? 0
    if (this.frames.most + this.held.most - freed + frame.bytes + frame.doubt <= maxBytes) return false
    measure(frame)
    return this.bytes - (replaced?.bytes ?? 0) + frame.bytes > maxBytes
  }

  private replace(waiting: Frame, frame: Frame): void {
    this.frames.measureAll()
    this.held.measureAll()
    measure(frame)
    // It may be among those held; only the sum is ever read.
    this.frames.grow(frame.bytes - waiting.bytes)
    waiting.data = frame.data
    waiting.bytes = frame.bytes
    waiting.expires = frame.expires
  }

  shift(): Frame | undefined {
    return this.take(this.frames)
  }

  private take(frames: FrameList): Frame | undefined {
    const frame = frames.shift()
    if (frame?.key !== undefined && this.byKey.get(frame.key) === frame) this.byKey.delete(frame.key)
    return frame
  }

  /**
   * Puts frames back to the head, in order; they were accepted once, so no limit refuses them now.
   * One whose key waits again already is superseded. Answers how many went back.
   */
  restore(frames: readonly Frame[]): number {
    const head = new FrameList()
    const wanted = frames.filter(({ key }) => key === undefined || !this.byKey.has(key))
    for (const frame of wanted) {
      if (frame.key !== undefined) this.byKey.set(frame.key, frame)
      head.push(frame)
    }
    this.frames.prepend(head)
    return wanted.length
  }

  /** Empties the queue and answers what was in it. */
  takeAll(): Frame[] {
    this.rejoin()
    const taken: Frame[] = []
    for (let frame = this.shift(); frame; frame = this.shift()) taken.push(frame)
    return taken
  }
}
