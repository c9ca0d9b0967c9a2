/** Whole conversations over mock-socket, which many applications test with. */
import { type Client, WebSocket as MockWebSocket, Server } from 'mock-socket'
import { test as base, expect } from 'vitest'
import { SteadySocket, type SteadySocketOptions } from '../../src/index.ts'
import { collect, collectStates } from '../support/collect.ts'

const url = 'ws://mock.test/'

interface Fixtures {
  server: Server
  connect: (options?: SteadySocketOptions) => SteadySocket
}

const test = base.extend<Fixtures>({
  server: async ({}, use) => {
    const server = new Server(url, { mock: false })
    await use(server)
    server.stop()
  },
  connect: async ({}, use) => {
    const sockets: SteadySocket[] = []
    await use((options) => {
      const socket = new SteadySocket(url, {
        // Its types are of an older DOM library.
        WebSocket: MockWebSocket as unknown as typeof WebSocket,
        reconnect: { baseDelay: 1 },
        ...options,
      })
      sockets.push(socket)
      return socket
    })
    for (const socket of sockets) socket[Symbol.dispose]()
  },
})

function echo(client: Client): void {
  client.on('message', (data) => client.send(data))
}

test('[S1] says something and hears the echo', async ({ server, connect }) => {
  server.on('connection', echo)
  const socket = connect()
  const messages = collect(socket, 'message')
  expect(socket.send('one')).toBe('queued')
  await socket.opened()
  expect(socket.send('two')).toBe('sent')
  expect(await messages.take(2)).toEqual(['one', 'two'])
})

test('[S1] keeps the order over three connections', async ({ server, connect }) => {
  const heard: unknown[] = []
  server.on('connection', (client) => {
    client.on('message', (data) => {
      heard.push(data)
      client.send(data)
    })
  })
  const socket = connect()
  const messages = collect(socket, 'message')
  const opens = collect(socket, 'open')
  const sent: string[] = []
  for (let connection = 0; connection < 3; connection++) {
    sent.push(`${connection} waiting`, `${connection} open`)
    socket.send(`${connection} waiting`)
    await opens.next()
    socket.send(`${connection} open`)
    await messages.take(2)
    socket.reconnect()
  }
  expect(heard).toEqual(sent)
})

test('[L5] comes back after the server has closed, and not after close()', async ({ server, connect }) => {
  server.on('connection', echo)
  const socket = connect()
  const states = collectStates(socket)
  const closes = collect(socket, 'close')
  await socket.opened()
  server.clients()[0]?.close({ code: 1012, reason: 'restart', wasClean: true })
  expect(await closes.next()).toMatchObject({ code: 1012, willRetry: true })
  socket.connect()
  await socket.opened()
  socket.close(4000, 'enough')
  expect(await closes.next()).toMatchObject({ code: 4000, reason: 'enough', willRetry: false })
  expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open', 'closing', 'closed'])
})

test('[L11] a server that is not there is a failed attempt, until it is', async ({ connect }) => {
  const socket = connect({ reconnect: { baseDelay: 1, shouldReconnect: () => true } })
  const closes = collect(socket, 'close')
  expect(await closes.next()).toMatchObject({ opened: false, phase: 'connecting', willRetry: true })
  expect(await closes.next()).toMatchObject({ opened: false, phase: 'connecting', willRetry: true })
  const server = new Server(url, { mock: false })
  await socket.opened()
  expect(server.clients()).toHaveLength(1)
  server.stop()
})

test('[S2] a socket without bufferedAmount drains', async ({ server, connect }) => {
  server.on('connection', echo)
  const socket = connect()
  const messages = collect(socket, 'message')
  socket.send('one')
  expect(socket.bufferedAmount).toBe(3)
  await socket.drained()
  expect(socket.bufferedAmount).toBe(0)
  expect(await messages.next()).toBe('one')
})

test('[L2] stands in for the class of the page', async ({ server }) => {
  server.on('connection', echo)
  server.mockWebsocket()
  const socket = new SteadySocket(url)
  const messages = collect(socket, 'message')
  socket.send('hi')
  expect(await messages.next()).toBe('hi')
  socket[Symbol.dispose]()
  server.restoreWebsocket()
})
