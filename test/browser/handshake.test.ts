/** A token asked for on every new connection, before anything else may be said. */
import { expect } from 'vitest'
import type { HandshakeConnection } from '../../src/index.ts'
import { Collected, collect, collectStates } from '../support/collect.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { test } from './fixture.ts'

const soon = { delay: () => 0 }

function sayToken(token: string) {
  return async ({ send, receive }: HandshakeConnection<string, string>): Promise<void> => {
    send(token)
    if ((await receive()) !== 'welcome') throw new Error('no welcome')
  }
}

test('[R8] the token goes before `open`, the backlog after it, on every connection', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/auth?token=sesame'), { handshake: sayToken('sesame'), reconnect: soon })
  const messages = collect(socket, 'message')
  const closes = collect(socket, 'close')
  const opens = collect(socket, 'open')
  socket.once('open', () => socket.send('from the listener'))
  socket.send('from the backlog')
  await opens.next()
  await server.until({ messages: 3 })
  await server.closeAll(4000)
  await closes.next()
  expect(socket.send('meanwhile')).toBe('queued')
  await opens.next()
  const { connections } = await server.until({ messages: 5 })
  expect(connections.map((connection) => connection.messages.map(({ text }) => text))).toEqual([
    ['sesame', 'from the listener', 'from the backlog'],
    ['sesame', 'meanwhile'],
  ])
  expect(messages.all).toEqual([])
})

test('[R8] a wrong token fails the attempt, and the next one can do better', async ({ server, connect }) => {
  const tokens = ['abracadabra', 'sesame']
  const socket = connect(server.url('/auth?token=sesame'), {
    handshake: (connection) => sayToken(tokens.shift() ?? '')(connection),
    reconnect: soon,
  })
  const states = collectStates(socket)
  const closes = collect(socket, 'close')
  const errors = collect(socket, 'error')
  await socket.opened()
  expect(states.all).toEqual(['connecting', 'waiting', 'connecting', 'open'])
  expect(closes.all).toMatchObject([
    { code: 4401, reason: 'wrong token', phase: 'handshake', opened: false, willRetry: true },
  ])
  expect(errors.all).toMatchObject([{ code: 'HANDSHAKE_FAILED' }])
})

test('[R8] a handshake that throws fails the attempt with its error, and the server is told', async ({
  server,
  connect,
}) => {
  const cause = new Error('no token at hand')
  const socket = connect(server.url('/auth?token=sesame'), {
    handshake: () => {
      throw cause
    },
    reconnect: { maxAttempts: 0 },
  })
  const errors = collect(socket, 'error')
  expect(await collect(socket, 'close').next()).toMatchObject({ phase: 'handshake', opened: false })
  expect(errors.all).toMatchObject([{ code: 'HANDSHAKE_FAILED', cause }])
  const { connections } = await server.until({ closed: 1 })
  expect(connections).toMatchObject([{ messages: [], close: { wasClean: true } }])
})

test('[R8] what nobody asked for during the handshake comes after `open`, in order', async ({
  server,
  connect,
}) => {
  const native = recordNativeSockets()
  const arrived = new Collected<unknown>()
  const socket = connect(server.url('/mixed?count=5'), {
    WebSocket: native.WebSocket,
    handshake: async ({ receive }) => {
      native.built[0]?.addEventListener('message', arrived.push)
      expect(await receive()).toBe('1')
      await arrived.take(5)
    },
  })
  const told: string[] = []
  socket.on('open', () => told.push('open'))
  socket.on('message', (message) => told.push(message))
  socket.on('binary', () => told.push('binary'))
  const messages = collect(socket, 'message')
  await messages.take(2)
  expect(told).toEqual(['open', 'binary', '3', 'binary', '5'])
})
