/** What the outbox costs, counted in reads and writes of frames, however much waits. */
import { expect, test } from 'vitest'
import { createFrame, type Frame, type Terms } from '../../src/frame.ts'
import type { SteadySocketOptions } from '../../src/index.ts'
import { type OutboxRig, outboxOf } from '../support/outbox.ts'

/** Frames that count how often anybody reads or writes a property of theirs. */
function countingFrames(): {
  frame: (data: string, terms?: Terms) => Frame
  cost: (run: () => unknown) => number
} {
  let touched = 0
  const handler: ProxyHandler<Frame> = {
    get(target, name) {
      touched += 1
      return Reflect.get(target, name)
    },
    set(target, name, value) {
      touched += 1
      return Reflect.set(target, name, value)
    },
  }
  return {
    frame: (data, terms) => new Proxy(createFrame(data, terms), handler),
    cost: (run) => {
      const before = touched
      run()
      return touched - before
    },
  }
}

/** The cost of everything that can be done to an outbox in which so many wait. */
function costs(waiting: number, queue?: SteadySocketOptions['queue']): Record<string, number> {
  const { frame, cost } = countingFrames()
  const { outbox, attach, leave, lose } = outboxOf({
    maxBytes: Infinity,
    highWaterMark: 1,
    overflow: 'drop-oldest',
    ...(queue as object),
  })
  const send = (data: string, key?: string) =>
    outbox.send(frame(data, key === undefined ? undefined : { key }))
  send('oldest')
  send('with a key', 'first')
  for (let count = 4; count < waiting; count++) send('x')
  send('with a key', 'middle')
  send('newest')
  const inOrder: Array<[string, () => unknown]> = [
    ['send', () => send('one more')],
    ['send with a key', () => send('one more', 'last')],
    ['replace the oldest with a key', () => send('replacement', 'first')],
    ['replace one behind others', () => send('replacement', 'middle')],
    ['replace the newest', () => send('replacement', 'last')],
    ['bytes', () => outbox.bytes],
    ['length', () => outbox.length],
    ['attach', () => attach()],
    ['send while others stand behind the gate', () => send('first')],
    ['replace one behind the gate', () => send('replacement', 'middle')],
    ['release', () => outbox.release()],
    ['a look that finds no room', () => outbox.pump()],
    ['a look that hands one over', () => leave()],
    ['progress', () => outbox.progress()],
    ['put one back', () => lose()],
    ['send after a loss', () => send('one more')],
  ]
  return Object.fromEntries(inOrder.map(([name, run]) => [name, cost(run)]))
}

test('[S11] every operation costs the same with 200 000 waiting as with ten', () => {
  const few = costs(10)
  expect(Math.max(...Object.values(few))).toBeGreaterThan(0)
  expect(costs(200_000)).toEqual(few)
})

test('[S11] so does making room in a full queue', () => {
  expect(costs(200_000, { maxMessages: 200_000 })).toEqual(costs(10, { maxMessages: 10 }))
})

test('[S11] and for a message as large as several, by bytes', () => {
  const costOfRoom = (waiting: number): number => {
    const { frame, cost } = countingFrames()
    const { outbox, drops } = outboxOf({ maxBytes: waiting, overflow: 'drop-oldest' })
    for (let count = 0; count < waiting; count++) outbox.send(frame('x'))
    const found = cost(() => outbox.send(frame('large')))
    expect(drops).toHaveLength('large'.length)
    return found
  }
  expect(costOfRoom(200_000)).toBe(costOfRoom(10))
})

test('[S11] to ask for the bytes reads long text once, and then no frame', () => {
  const { frame, cost } = countingFrames()
  const { outbox } = outboxOf()
  for (const text of ['ä'.repeat(2_000), 'ä'])
    for (let count = 0; count < 1_000; count++) outbox.send(frame(text))
  expect(outbox.bytes).toBe(1_000 * 4_002)
  expect(cost(() => outbox.bytes)).toBe(0)
})

/** What each of so many messages costs from `send` to such an end. */
function perMessage(count: number, end: (rig: OutboxRig) => unknown, isHandedOver: boolean): number {
  const { frame, cost } = countingFrames()
  const rig = outboxOf({ maxBytes: Infinity, highWaterMark: 1 })
  const whole = cost(() => {
    for (let index = 0; index < count; index++) rig.outbox.send(frame('x', { key: index }))
    if (isHandedOver) {
      rig.attach()
      rig.outbox.flush()
    }
    end(rig)
  })
  return Math.round(whole / count)
}

test.for<[string, (rig: OutboxRig) => unknown, isHandedOver: boolean]>([
  ['is cleared', ({ clear }) => clear(), false],
  ['leaves the browser at once', ({ leave }) => leave(), true],
  ['comes back from it', ({ lose }) => lose(), true],
  ['is given up in it', ({ giveUp }) => giveUp(), true],
])('[S11] a queue that fills and %s costs the same for each message, however long it gets', (row) => {
  const [, end, isHandedOver] = row
  expect(perMessage(20_000, end, isHandedOver)).toBe(perMessage(200, end, isHandedOver))
})
