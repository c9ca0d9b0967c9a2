/** What becomes of a backlog when the connection is lost in the middle of it. */
import { expect } from 'vitest'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const count = 256

test.for(['reset', 'fin', 'terminateAll'] as const)(
  '[S9] after %s, what never left goes out once, what had left does not go out again',
  async (drop, { server, connect }) => {
    const socket = connect(server.url('/sink'), { reconnect: { delay: () => 0 } })
    const closes = collect(socket, 'close')
    let kept = 0
    socket.once('close', () => {
      kept = socket.queue.length
    })
    await socket.opened()
    await server.rate(2 ** 24)
    for (let number = 0; number < count; number++) socket.send(`${number} `.padEnd(2 ** 16, '.'))
    await server.until({ messages: 32 })
    await server[drop]()
    const { unsentBytes } = await closes.next()
    await server.rate(undefined)
    await socket.opened()
    socket.send(`${count} last`)
    await socket.drained()
    socket.close(1000)
    const { connections } = await server.until({ closed: 2 })
    const [before = [], after = []] = connections.map(({ messages }) =>
      messages.map(({ sequence }) => sequence),
    )
    expect(before).toEqual([...before.keys()])
    expect(before.length).toBeLessThanOrEqual(count - kept)
    expect(after).toEqual(Array.from({ length: kept + 1 }, (_, index) => count - kept + index))
    expect(socket.stats.requeued > 0).toBe(unsentBytes > 0)
    expect(socket.stats.dropped).toBe(0)
  },
)
