/** What the queue costs, counted in reads and writes of frames, however much waits. */
import { expect, test } from 'vitest'
import { createFrame, type Frame } from '../../src/frame.ts'
import { FrameList, SendQueue } from '../../src/send-queue.ts'

/** Frames that count how often anybody reads or writes a property of theirs. */
function countingFrames(): {
  frame: (data: string, key?: PropertyKey) => Frame
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
    frame: (data, key) => new Proxy(createFrame(data, key === undefined ? {} : { key }), handler),
    cost: (run) => {
      const before = touched
      run()
      return touched - before
    },
  }
}

/** The cost of everything that can be done to a queue in which so many wait. */
function costs(waiting: number, maxMessages = Infinity): Record<string, number> {
  const { frame, cost } = countingFrames()
  const queue = new SendQueue({ maxBytes: Infinity, maxMessages, overflow: 'drop-oldest' })
  queue.push(frame('oldest'))
  queue.push(frame('with a key', 'first'))
  for (let count = 4; count < waiting; count++) queue.push(frame('x'))
  queue.push(frame('with a key', 'middle'))
  queue.push(frame('newest'))
  let taken: Frame | undefined
  return {
    push: cost(() => queue.push(frame('one more'))),
    'push with a key': cost(() => queue.push(frame('one more', 'last'))),
    'replace the oldest': cost(() => queue.push(frame('replacement', 'first'))),
    'replace the newest': cost(() => queue.push(frame('replacement', 'last'))),
    bytes: cost(() => queue.bytes),
    length: cost(() => queue.length),
    shift: cost(() => {
      taken = queue.shift()
    }),
    restore: cost(() => queue.restore(taken ? [taken] : [])),
    'hold and release': cost(() => {
      queue.setAside()
      queue.rejoin()
    }),
  }
}

test('[S11] every operation costs the same with 200 000 waiting as with ten', () => {
  const few = costs(10)
  expect(Math.max(...Object.values(few))).toBeGreaterThan(0)
  expect(costs(200_000)).toEqual(few)
})

test('[S11] so does making room in a full queue', () => {
  expect(costs(200_000, 200_000)).toEqual(costs(10, 10))
})

test('[S11] long text is counted once, when somebody asks for the bytes', () => {
  const { frame, cost } = countingFrames()
  const list = new FrameList()
  const long = 'ä'.repeat(2_000)
  const count = 1_000
  for (let index = 0; index < count; index++) list.push(frame(long))
  expect(cost(() => list.bytes)).toBeGreaterThan(count)
  expect(list.bytes).toBe(count * 4_000)
  list.push(frame(long))
  expect(cost(() => list.bytes)).toBeLessThan(20)
  expect(cost(() => list.bytes)).toBe(0)
})

test('[S11] a queue that fills and empties costs the same for each message, however long it gets', () => {
  const perMessage = (count: number): number => {
    const { frame, cost } = countingFrames()
    const list = new FrameList()
    const whole = cost(() => {
      for (let index = 0; index < count; index++) list.push(frame('x'))
      for (let next = list.shift(); next; next = list.shift());
    })
    return Math.round(whole / count)
  }
  expect(perMessage(100_000)).toBe(perMessage(100))
})
