/** A server inside the page on Sinon's fake timers, which are Jest's too; they take away more than Vitest's. */
import { install } from '@sinonjs/fake-timers'
import { expect, test } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createServer } from '../../src/testing/index.ts'
import { recordOf } from '../support/scripted.ts'

test('[T1] a whole life on timers that do not move by themselves, microtasks among them', async () => {
  const clock = install()
  try {
    const server = createServer({ latency: 50, rate: 1_000 }, (connection) => {
      connection.on('message', (message) => connection.send(message))
    })
    const socket = new SteadySocket('ws://test/', {
      WebSocket: server.WebSocket,
      reconnect: { baseDelay: 1_000, jitter: 'none' },
    })
    const record = recordOf(socket)
    await clock.tickAsync(150)
    socket.send('.'.repeat(500))
    await clock.tickAsync(500)
    expect(record.of('message')).toEqual([])
    await clock.tickAsync(150)
    expect(record.of('message')).toEqual(['.'.repeat(500)])
    server.down()
    await clock.tickAsync(2_000)
    server.up()
    await clock.tickAsync(10_000)
    expect(record.of('open')).toMatchObject([{ reconnected: false }, { reconnected: true }])
    const closed = server.connections[0]
    closed?.close(1012, 'restart')
    await clock.tickAsync(10_000)
    expect(record.of('open')).toHaveLength(3)
    socket.close(1000)
    await clock.tickAsync(200)
    expect(record.states.at(-1)).toBe('closed')
    await clock.runAllAsync()
    expect(clock.countTimers()).toBe(0)
  } finally {
    clock.uninstall()
  }
})
