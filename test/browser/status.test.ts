/** A status in a page, through outages of a real server. */
import { expect } from 'vitest'
import { type Status, status } from '../../src/status.ts'
import { Collected, collect } from '../support/collect.ts'
import { test } from './fixture.ts'

test('[U1] an outage that is soon over is not seen', async ({ server, connect }) => {
  const socket = connect(server.url('/sink'), { reconnect: { delay: () => 0 } })
  const opens = collect(socket, 'open')
  const told: Status[] = []
  const undo = status(socket, { patience: 60_000 }).subscribe((value) => told.push(value))
  await opens.next()
  for (const drop of ['closeAll', 'terminateAll', 'fin', 'reset'] as const) {
    await server[drop]()
    await opens.next()
  }
  undo()
  expect(told.map(({ name }) => name)).toEqual(['connecting', 'online'])
})

test('[U1] one that lasts is, and so are its length and its end', async ({ server, connect }) => {
  const socket = connect(server.url('/sink'), { reconnect: { delay: () => 30 } })
  const closes = collect(socket, 'close')
  const told = new Collected<Status>()
  const undo = status(socket, { patience: 100 }).subscribe(told.push)
  expect((await told.take(2)).map(({ name }) => name)).toEqual(['connecting', 'online'])
  await server.stop()
  await closes.next()
  const lostAt = Date.now()
  const { name, since } = await told.next()
  expect(name).toBe('reconnecting')
  expect(Math.abs(since - lostAt)).toBeLessThan(1_000)
  await server.start()
  await socket.opened()
  const last = told.all.at(-1)
  expect(last?.name).toBe('online')
  expect(last?.recovered).toBeGreaterThanOrEqual(100)
  undo()
  socket.close()
  expect(told.all.at(-1)).toBe(last)
})

test('[U1] after close() it is closed, and a new start is seen', async ({ server, connect }) => {
  const socket = connect(server.url('/sink'))
  const names: string[] = []
  const undo = status(socket).subscribe(({ name }) => names.push(name))
  const closes = collect(socket, 'close')
  await socket.opened()
  socket.close()
  await closes.next()
  socket.connect()
  await socket.opened()
  undo()
  expect(names).toEqual(['connecting', 'online', 'closed', 'connecting', 'online'])
})
