/** The smallest server there is: it greets whoever gives a name, and after a while says goodbye. */
import { expect } from 'vitest'
import { collect, collectStates } from '../support/collect.ts'
import { test } from './fixture.ts'

test('[M6] what the server answers is a message', async ({ server, connect }) => {
  const socket = connect(server.url('/hello'))
  const messages = collect(socket, 'message')
  socket.send('John')
  expect(await messages.next()).toBe('Hello from server, John!')
  expect(socket.send('Jane')).toBe('sent')
  expect(await messages.next()).toBe('Hello from server, Jane!')
  expect(messages.all).toHaveLength(2)
})

test('[R1] a server that closes with 1000 is come back to', async ({ server, connect }) => {
  const socket = connect(server.url('/hello?closeAfter=20'), { reconnect: { delay: () => 0 } })
  const states = collectStates(socket)
  const opens = collect(socket, 'open')
  const closes = collect(socket, 'close')
  const goodbye = { code: 1000, reason: 'Bye!', wasClean: true, opened: true, phase: 'open', willRetry: true }
  expect(await closes.take(2)).toEqual([expect.objectContaining(goodbye), expect.objectContaining(goodbye)])
  expect(opens.all).toMatchObject([
    { attempt: 0, reconnected: false },
    { attempt: 1, reconnected: true },
  ])
  expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open', 'waiting'])
})

test('[R1] without `reconnect`, the same server is left alone', async ({ server, connect }) => {
  const socket = connect(server.url('/hello?closeAfter=20'), { reconnect: false })
  const states = collectStates(socket)
  expect(await collect(socket, 'close').next()).toMatchObject({ code: 1000, willRetry: false })
  expect(states.all).toEqual(['connecting', 'open', 'closed'])
  expect((await server.record()).upgrades).toBe(1)
})
