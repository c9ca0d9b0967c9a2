/** The outgoing queue: first in, first out, bounded, every operation in constant time. */
import { byteLength, type Frame } from './frame.ts'

/** A singly linked list of frames that knows its length and bytes: nothing ever moves, however long it is. */
export class FrameList {
  first: Frame | undefined
  private last: Frame | undefined
  length = 0
  bytes = 0

  push(frame: Frame): void {
    frame.next = undefined
    if (this.last) this.last.next = frame
    else this.first = frame
    this.last = frame
    this.length += 1
    this.bytes += frame.bytes
  }

  shift(): Frame | undefined {
    const frame = this.first
    if (!frame) return undefined
    this.first = frame.next
    if (!this.first) this.last = undefined
    frame.next = undefined
    this.length -= 1
    this.bytes -= frame.bytes
    return frame
  }

  /** Puts the whole of another list before this one, and leaves that one empty. */
  prepend(other: FrameList): void {
    if (!other.last) return
    other.last.next = this.first
    this.first = other.first
    this.last ??= other.last
    this.length += other.length
    this.bytes += other.bytes
    other.first = other.last = undefined
    other.length = other.bytes = 0
  }
}

export interface QueueLimits {
  readonly maxBytes: number
  readonly maxMessages: number
  readonly overflow: 'reject' | 'drop-oldest'
}

/** The messages that wait for their turn. */
export class SendQueue {
  private frames = new FrameList()
  /** What waits behind `frames`, see `hold`. */
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

  /** Whether nothing stands before a new frame. */
  get isClear(): boolean {
    return this.frames.length === 0
  }

  /** What waits now lets what comes go first, until `release`. */
  hold(): void {
    this.held.prepend(this.frames)
  }

  release(): void {
    this.held.prepend(this.frames)
    const { frames, held } = this
    this.frames = held
    this.held = frames
  }

  /**
   * Takes a frame in. Answers whether it was taken; `casualty` is told each older one that had to go for it.
   */
  push(frame: Frame, casualty: (frame: Frame) => void): boolean {
    const { maxBytes, maxMessages, overflow } = this.limits
    const waiting = frame.key === undefined ? undefined : this.byKey.get(frame.key)
    frame.bytes = byteLength(frame.data)
    if (waiting) {
      if (this.bytes - waiting.bytes + frame.bytes > maxBytes) return false
      this.frames.bytes += frame.bytes - waiting.bytes
      waiting.data = frame.data
      waiting.bytes = frame.bytes
      waiting.expires = frame.expires
      return true
    }
    if (frame.bytes > maxBytes) return false
    while (this.bytes + frame.bytes > maxBytes || this.length >= maxMessages) {
      if (overflow === 'reject') return false
      casualty((this.held.first ? this.take(this.held) : this.shift()) as Frame)
    }
    this.frames.push(frame)
    if (frame.key !== undefined) this.byKey.set(frame.key, frame)
    return true
  }

  shift(): Frame | undefined {
    return this.take(this.frames)
  }

  private take(frames: FrameList): Frame | undefined {
    const frame = frames.shift()
    if (frame?.key !== undefined && this.byKey.get(frame.key) === frame) this.byKey.delete(frame.key)
    return frame
  }

  /** Puts frames back to the head, in order; they were accepted once, so no limit refuses them now. */
  restore(frames: Iterable<Frame>): number {
    const head = new FrameList()
    for (const frame of frames) {
      if (frame.key !== undefined) {
        if (this.byKey.has(frame.key)) continue
        this.byKey.set(frame.key, frame)
      }
      head.push(frame)
    }
    const { length } = head
    this.frames.prepend(head)
    return length
  }

  /** Empties the queue and answers what was in it. */
  takeAll(): Frame[] {
    this.release()
    const taken: Frame[] = []
    for (let frame = this.shift(); frame; frame = this.shift()) taken.push(frame)
    return taken
  }
}
