/** A `drop` listener that sends again what was dropped, into a full queue: the page goes on living. */
import { setImmediate as realTask } from 'node:timers/promises'
import { expect, vi } from 'vitest'
import type { DropInfo } from '../../src/index.ts'
import { Collected } from '../support/collect.ts'
import { at, type Scripted } from '../support/scripted.ts'
import { test } from './fixture.ts'

const overflows = ['reject', 'drop-oldest'] as const

/** A socket whose queue is full, and whose listener answers every drop by a new message, up to a number. */
async function full(
  overflow: (typeof overflows)[number],
  answers: number,
): Promise<Scripted & { drops: Collected<unknown> }> {
  const rig = await at('waiting', { queue: { maxMessages: 1, overflow } })
  rig.socket.send('0')
  const drops = new Collected<unknown>()
  let count = 0
  rig.socket.on('drop', ({ data }: DropInfo) => {
    drops.push(data)
    if (count++ < answers) rig.socket.send(`${count} again`)
  })
  return { ...rig, drops }
}

test.for(overflows)(
  '[S6] with %s, what it drops by that is told in a later task, each once',
  async (overflow) => {
    const { socket, drops } = await full(overflow, 5)
    socket.send('first')
    expect(drops.all).toHaveLength(1)
    await Promise.resolve()
    expect(drops.all).toHaveLength(1)
    const sequence =
      overflow === 'reject'
        ? ['first', '1 again', '2 again', '3 again', '4 again', '5 again']
        : ['0', 'first', '1 again', '2 again', '3 again', '4 again']
    expect(await drops.take(6)).toEqual(sequence)
    await realTask()
    expect(drops.all).toHaveLength(6)
    expect(socket.stats.dropped).toBe(6)
    expect(socket.queue.length).toBe(1)
  },
)

test('[S6] the tasks in which they are told leave no port open', async () => {
  const open = new Set<MessagePort>()
  vi.stubGlobal(
    'MessageChannel',
    class extends MessageChannel {
      constructor() {
        super()
        const { port2 } = this
        const close = port2.close.bind(port2)
        open.add(port2)
        port2.close = () => {
          open.delete(port2)
          close()
        }
      }
    },
  )
  const { socket, drops } = await full('reject', 5)
  socket.send('first')
  expect(open.size).toBeGreaterThan(0)
  await drops.take(6)
  for (let tasks = 0; tasks < 5; tasks++) await realTask()
  expect(open.size).toBe(0)
})

test.for(overflows)('[S6] with %s, other tasks come in between, however often it sends', async (overflow) => {
  const { socket, drops } = await full(overflow, 10_000)
  socket.send('first')
  await drops.take(20)
  // As a timer or a click would.
  await realTask()
  expect(drops.all.length).toBeLessThan(10_000)
  socket.removeAllListeners('drop')
})

test('[S6] so it is when the listener waits before it sends', async () => {
  const { socket, drops } = await full('reject', 0)
  socket.on('drop', async ({ data }) => {
    await Promise.resolve()
    if (drops.all.length < 1_000) socket.send(data as string)
  })
  socket.send('first')
  await drops.take(3)
  // As a timer or a click would.
  await realTask()
  expect(drops.all.length).toBeLessThan(1_000)
})

test('[S6] what several listeners drop is told to all of them, each once, in order', async () => {
  const { socket, drops } = await full('reject', 1)
  const second: unknown[] = []
  socket.on('drop', ({ data }) => {
    second.push(data)
    if (second.length === 1) socket.send('by the second')
  })
  socket.send('first')
  await drops.take(3)
  expect(drops.all).toEqual(['first', '1 again', 'by the second'])
  expect(second).toEqual(drops.all)
})

test('[S6] what anybody else drops is told at once, as ever', async () => {
  const { socket, drops } = await full('reject', 0)
  for (const message of ['a', 'b']) socket.send(message)
  expect(drops.all).toEqual(['a', 'b'])
})

test('[S6] so it is after a listener that throws', async ({ reported }) => {
  const { socket, drops } = await full('reject', 0)
  const error = new Error('from a listener')
  socket.once('drop', () => {
    throw error
  })
  for (const message of ['a', 'b']) socket.send(message)
  expect(reported).toEqual([error])
  expect(drops.all).toEqual(['a', 'b'])
})

test('[S6] where there is no MessageChannel, a timer is that task', async () => {
  vi.stubGlobal('MessageChannel', undefined)
  const { socket, drops } = await full('reject', 2)
  socket.send('first')
  expect(drops.all).toEqual(['first'])
  vi.advanceTimersToNextTimer()
  expect(drops.all).toEqual(['first', '1 again'])
  vi.advanceTimersToNextTimer()
  expect(drops.all).toEqual(['first', '1 again', '2 again'])
})

test('[S11] however many are dropped in one task, one more is enough', async () => {
  vi.stubGlobal('MessageChannel', undefined)
  const { socket, drops } = await full('reject', 0)
  const timers = vi.getTimerCount()
  for (let count = 0; count < 100; count++) socket.send('too much')
  expect(drops.all).toHaveLength(100)
  expect(vi.getTimerCount() - timers).toBe(1)
})
