/** Whatever happens to an outbox, it holds and hands over what a plain list would, byte for byte. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { byteLength } from '../../src/frame.ts'
import type { DropReason } from '../../src/index.ts'
import { outboxOf } from '../support/outbox.ts'
import { test } from './fixture.ts'

interface Message {
  data: string
  key?: string | undefined
  queue?: boolean
}

interface Limits {
  maxBytes: number
  maxMessages: number
  overflow: 'reject' | 'drop-oldest'
  highWaterMark: number
}

const sizeOf = ({ data }: Message): number => byteLength(data)
const sum = (messages: Message[]): number => messages.reduce((bytes, message) => bytes + sizeOf(message), 0)

/** The same with arrays, and no thought for what that costs. */
class Model {
  /** What waits before the gate, and behind it. */
  before: Message[] = []
  behind: Message[] = []
  /** What this connection was given, and what is left of it in the browser. */
  given: Message[] = []
  buffered = 0
  isOpen = false
  readonly drops: [string, DropReason][] = []
  private readonly limits: Limits

  constructor(limits: Limits) {
    this.limits = limits
  }

  get waiting(): Message[] {
    return [...this.before, ...this.behind]
  }

  send(message: Message): string {
    const isFree = this.isOpen && this.buffered < this.limits.highWaterMark
    if (isFree && this.before.length === 0 && !this.find(message.key)) return this.handOver(message)
    if (message.queue === false) return this.drop(message, this.isOpen ? 'busy' : 'not-open')
    return this.push(message) ? 'queued' : this.drop(message, 'overflow')
  }

  attach(): void {
    this.behind = this.before
    this.before = []
    this.given = []
    this.buffered = 0
    this.isOpen = true
  }

  release(): void {
    this.before = this.waiting
    this.behind = []
    this.look()
  }

  leave(bytes: number): void {
    this.buffered = Math.max(0, this.buffered - bytes)
    this.look()
  }

  lose(): void {
    const back = this.waiting
    const lost: Message[] = []
    let stuck = this.buffered
    for (const message of [...this.given].reverse()) {
      if (stuck <= 0) break
      stuck -= sizeOf(message)
      if (message.queue === false) lost.unshift(message)
      else if (message.key === undefined || !back.some(({ key }) => key === message.key))
        back.unshift(message)
    }
    for (const message of lost) this.drop(message, 'unsent')
    this.before = back
    this.behind = []
    this.isOpen = false
  }

  clear(): string[] {
    const taken = this.waiting.map(({ data }) => data)
    this.before = []
    this.behind = []
    return taken
  }

  private look(): void {
    const mark = this.limits.highWaterMark
    while (this.isOpen && this.buffered < mark && this.before[0]) {
      if (sizeOf(this.before[0]) > mark && this.buffered > 0) return
      this.handOver(this.before.shift() as Message)
    }
  }

  private handOver(message: Message): string {
    this.given.push(message)
    this.buffered += sizeOf(message)
    return 'sent'
  }

  private find(wanted: string | undefined): Message | undefined {
    return wanted === undefined ? undefined : this.waiting.find(({ key }) => key === wanted)
  }

  private push(message: Message): boolean {
    const { maxBytes, maxMessages, overflow } = this.limits
    const casualties: Message[] = []
    const replaced = this.find(message.key)
    const isOther = (each: Message): boolean => each !== replaced
    const fits = (): boolean => {
      const others = this.waiting.filter(isOther)
      return sum(others) + sizeOf(message) <= maxBytes && (!!replaced || others.length < maxMessages)
    }
    if (sizeOf(message) > maxBytes || (overflow === 'reject' && !fits())) return false
    while (!fits()) {
      const oldest = [...this.behind, ...this.before].find(isOther) as Message
      this.behind = this.behind.filter((each) => each !== oldest)
      this.before = this.before.filter((each) => each !== oldest)
      casualties.push(oldest)
    }
    const put = (each: Message): Message => (each === replaced ? message : each)
    this.before = this.before.map(put)
    this.behind = this.behind.map(put)
    if (!replaced) this.before.push(message)
    for (const casualty of casualties) this.drop(casualty, 'overflow')
    return true
  }

  private drop({ data }: Message, reason: DropReason): string {
    this.drops.push([data, reason])
    return 'dropped'
  }
}

const long = ['a', 'ß'].map((letter) => letter.repeat(600))
const message = fc.record({
  data: fc.oneof(
    {
      weight: 9,
      arbitrary: fc.string({ unit: fc.constantFrom('a', 'ß', '€', '😀', '\ud800'), maxLength: 3 }),
    },
    { weight: 1, arbitrary: fc.constantFrom(...long) },
  ),
  key: fc.option(fc.constantFrom('k', 'l'), { nil: undefined }),
  queue: fc.boolean(),
})
const call = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('send' as const), message) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('leave' as const), fc.integer({ min: 0, max: 12 })) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('attach' as const, 'release' as const)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('lose' as const, 'clear' as const)) },
)

function behaves(limits: fc.Arbitrary<Limits>): void {
  fc.assert(
    fc.property(limits, fc.array(call, { maxLength: 60, size: 'max' }), (queue, calls) => {
      const rig = outboxOf(queue)
      const model = new Model(queue)
      let native: ReturnType<typeof rig.attach> | undefined
      // The outbox gives a message up in the end that every connection ends with.
      let losses = 0
      for (const [name, given] of calls) {
        if (name === 'send') {
          const { data, ...options } = given
          expect(rig.send(data, options)).toBe(model.send(given))
        } else if (name === 'clear') {
          expect(rig.clear()).toEqual(model.clear())
        } else if (name === 'attach' && !model.isOpen) {
          native = rig.attach()
          model.attach()
        } else if (name === 'release' && model.isOpen) {
          rig.outbox.release()
          model.release()
        } else if (name === 'leave' && model.isOpen) {
          rig.leave(given)
          model.leave(given)
        } else if (name === 'lose' && model.isOpen && losses < 3) {
          losses += 1
          rig.lose()
          model.lose()
        }
        expect([rig.outbox.length, rig.outbox.bytes]).toEqual([model.waiting.length, sum(model.waiting)])
        expect(native?.sent ?? []).toEqual(model.given.map(({ data }) => data))
        expect(rig.drops).toEqual(model.drops)
      }
      expect(rig.clear()).toEqual(model.clear())
      rig.giveUp()
    }),
    { numRuns: 300 },
  )
}

const highWaterMark = fc.integer({ min: 1, max: 8 })

test('[S6] unlimited, after any sequence of calls', () => {
  const [maxBytes, maxMessages] = [fc.constant(Infinity), fc.constant(Infinity)]
  behaves(fc.record({ maxBytes, maxMessages, overflow: fc.constant('reject'), highWaterMark }))
})

test('[S6] and within whatever bounds', () => {
  const few = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(599, 600, 1_203, 2_400))
  const [maxBytes, maxMessages] = [few, fc.integer({ min: 1, max: 5 })]
  const overflow = fc.constantFrom('reject' as const, 'drop-oldest' as const)
  behaves(fc.record({ maxBytes, maxMessages, overflow, highWaterMark }))
})
