/** Sending no faster than the browser takes it: the native buffer before each frame. */
import { expect } from 'vitest'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const KiB = 1024

/** The native class, and its `bufferedAmount` before each `send`. */
function recordBuffer(): { WebSocket: typeof WebSocket; before: number[] } {
  const before: number[] = []
  class Recorded extends WebSocket {
    override send(data: Parameters<WebSocket['send']>[0]): void {
      before.push(this.bufferedAmount)
      super.send(data)
    }
  }
  return { WebSocket: Recorded, before }
}

test('[S3] with nothing waiting, `send` reaches the native socket in the same turn', async ({
  server,
  connect,
}) => {
  const { WebSocket, before } = recordBuffer()
  const socket = connect(server.url('/sink'), { WebSocket })
  await socket.opened()
  expect(socket.send('now')).toBe('sent')
  expect(before).toEqual([0])
})

test.for([
  ['frames below the mark', 16 * KiB, 256],
  ['frames above the mark, one at a time', 256 * KiB, 32],
] as const)(
  '[S4] the browser never holds more than the mark and a frame: %s',
  async ([, size, count], { server, connect }) => {
    const { WebSocket, before } = recordBuffer()
    const mark = 128 * KiB
    const socket = connect(server.url('/sink'), { WebSocket, queue: { highWaterMark: mark } })
    await socket.opened()
    for (let number = 0; number < count; number++) {
      socket.send(`${number} `.padEnd(size, '.'))
      // In a later task the browser has room again, and what is sent then must not overtake what waits.
      if (number % 16 === 15) await new Promise((resume) => setTimeout(resume))
    }
    const { connections } = await server.until({ messages: count })
    expect(connections[0]?.messages.map(({ sequence }) => sequence)).toEqual([...Array(count).keys()])
    expect(before).toHaveLength(count)
    expect(Math.max(...before)).toBeLessThan(mark)
  },
)

test('[S10] `drain` and `drained()` come once everything has left the browser', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/sink'))
  const drains = collect(socket, 'drain')
  for (let number = 0; number < 100; number++) socket.send(`${number} `.padEnd(64 * KiB, '.'))
  expect(socket.bufferedAmount).toBe(100 * 64 * KiB)
  await Promise.all([drains.next(), socket.drained()])
  expect([socket.bufferedAmount, socket.queue.length]).toEqual([0, 0])
  await server.until({ messages: 100 })
  expect(drains.all).toHaveLength(1)
})
