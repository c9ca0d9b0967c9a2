/** A `drop` listener that sends again what was dropped: the page lives, and each drop is told once. */
import { setImmediate as realTask } from 'node:timers/promises'
import { expect } from 'vitest'
import { scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

test.for(['reject', 'drop-oldest'] as const)(
  '[S6] into a queue that is full (%s), it is told in a later task',
  async (overflow) => {
    const { socket } = scripted({ autoConnect: false, queue: { maxMessages: 1, overflow } })
    let told = 0
    socket.on('drop', ({ data }) => {
      told += 1
      socket.send(data as string)
    })
    await settle()
    socket.send('one')
    socket.send('two')
    expect(told).toBe(1)
    for (let task = 0; task < 10; task++) await realTask()
    expect(told).toBeGreaterThan(1)
    expect(told).toBeLessThan(20)
    socket.removeAllListeners()
    expect(socket.queue.length).toBe(1)
    await realTask()
    expect(socket.stats.dropped - told).toBeLessThanOrEqual(1)
  },
)

test('[S6] what others drop meanwhile is told at once', async () => {
  const { socket, record } = scripted({ autoConnect: false, queue: { maxMessages: 1 } })
  await settle()
  socket.send('waits')
  socket.send('a')
  socket.send('b')
  expect(record.of('drop').map(({ data }) => data)).toEqual(['a', 'b'])
})
