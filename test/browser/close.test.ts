/** The ends of a connection: who closes, with which code, and whether it comes back. */
import { expect } from 'vitest'
import { server as runner } from 'vitest/browser'
import { collect, collectStates } from '../support/collect.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { test } from './fixture.ts'

const { browser } = runner
const soon = { delay: () => 0 }

test('[L7] code and reason of `close()` are seen by both sides', async ({ server, connect }) => {
  const socket = connect(server.url('/echo'))
  const states = collectStates(socket)
  const closes = collect(socket, 'close')
  await socket.opened()
  socket.close(4001, 'Feierabend – tschüß')
  expect(await closes.next()).toEqual({
    code: 4001,
    reason: 'Feierabend – tschüß',
    wasClean: true,
    opened: true,
    phase: 'closing',
    unsentBytes: 0,
    willRetry: false,
  })
  expect(states.all).toEqual(['connecting', 'open', 'closing', 'closed'])
  expect((await server.until({ closed: 1 })).connections).toMatchObject([
    { close: { code: 4001, reason: 'Feierabend – tschüß', wasClean: true } },
  ])
})

test('[L7] `close()` without arguments closes as the native class does', async ({ server, connect }) => {
  const socket = connect(server.url('/echo'))
  await socket.opened()
  socket.close()
  expect(await collect(socket, 'close').next()).toMatchObject({ code: 1005, reason: '', wasClean: true })
})

test.for([1001, 1011, 3001, 3999, 4000, 4999])(
  '[R1] a server that closes with %i is come back to',
  async (code, { server, connect }) => {
    const socket = connect(server.url('/echo'), { reconnect: soon })
    await socket.opened()
    const closes = collect(socket, 'close')
    const opens = collect(socket, 'open')
    await server.closeAll(code, 'Grüße')
    expect(await closes.next()).toMatchObject({
      code,
      reason: 'Grüße',
      wasClean: true,
      phase: 'open',
      willRetry: true,
    })
    expect(await opens.next()).toMatchObject({ attempt: 1, reconnected: true })
  },
)

test('[R1] a message that is too big ends the connection with 1009, and not the socket', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/too-big'), { reconnect: soon })
  await socket.opened()
  const closes = collect(socket, 'close')
  const opens = collect(socket, 'open')
  socket.send('x'.repeat(2000))
  expect(await closes.next()).toMatchObject({ code: 1009, willRetry: true })
  await opens.next()
  socket.send('short')
  expect((await server.until({ messages: 1 })).connections).toMatchObject([
    { messages: [] },
    { messages: [{ text: 'short' }] },
  ])
})

test('[R1] a killed connection is 1006, and is come back to', async ({ server, connect }) => {
  const socket = connect(server.url('/echo'), { reconnect: soon })
  await socket.opened()
  const closes = collect(socket, 'close')
  const opens = collect(socket, 'open')
  await server.terminateAll()
  expect(await closes.next()).toMatchObject({
    code: 1006,
    reason: '',
    wasClean: false,
    phase: 'open',
    willRetry: true,
  })
  expect(await opens.next()).toMatchObject({ attempt: 1, reconnected: true })
})

test.for([1008, 1010, 3000, 3003])(
  '[R1] %i says that this client may not: no retry',
  async (code, { server, connect }) => {
    const socket = connect(server.url(`/close?code=${code}&reason=no`), { reconnect: soon })
    const states = collectStates(socket)
    expect(await collect(socket, 'close').next()).toMatchObject({ code, reason: 'no', willRetry: false })
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'refused', close: { code } })
    expect(states.all).toEqual(['connecting', 'open', 'closed'])
    expect((await server.record()).upgrades).toBe(1)
  },
)

test('[L5] `close()` while connecting gives up the attempt for good', async ({ server, connect }) => {
  const native = recordNativeSockets()
  const socket = connect(server.url('/hang'), { reconnect: soon, WebSocket: native.WebSocket })
  const states = collectStates(socket)
  const closes = collect(socket, 'close')
  await server.until({ upgrades: 1 })
  socket.close(4000, 'changed my mind')
  expect(await closes.next()).toMatchObject({ opened: false, wasClean: false, willRetry: false })
  expect(native.built.map(({ readyState }) => readyState)).not.toContain(WebSocket.CONNECTING)
  await connect(server.url('/echo')).opened()
  expect(states.all).toEqual(['connecting', 'closing', 'closed'])
  expect(closes.all).toHaveLength(1)
  expect(native.attempts).toBe(1)
})

// The engines themselves would take 60 s, 20 s and 5 s, and hang up only then.
test('[L6] `close()` waits `closeTimeout` for a server that never answers', async ({ server, connect }) => {
  const socket = connect(server.url('/silent'), { closeTimeout: 200 })
  const states = collectStates(socket)
  await socket.opened()
  socket.close(4000, 'anybody there?')
  expect(await collect(socket, 'close').next()).toMatchObject({ wasClean: false, phase: 'closing' })
  expect(states.all).toEqual(['connecting', 'open', 'closing', 'closed'])
  expect((await server.record()).connections).toMatchObject([{ close: null }])
})

const frames = Array.from({ length: 256 }, (_, number) => `${number} `.padEnd(2 ** 16, '.'))

test('[L6] what was sent before `close()` arrives, however much it is', async ({ server, connect }) => {
  const socket = connect(server.url('/sink'))
  await socket.opened()
  for (const frame of frames) socket.send(frame)
  expect(socket.queue.length).toBeGreaterThan(0)
  socket.close(1000, 'that is all')
  expect(await collect(socket, 'close').next()).toMatchObject({ code: 1000, wasClean: true, unsentBytes: 0 })
  const { connections } = await server.until({ closed: 1 })
  expect(connections[0]?.close).toEqual({ code: 1000, reason: 'that is all', wasClean: true })
  expect(connections[0]?.messages.map(({ sequence }) => sequence)).toEqual([...frames.keys()])
})

// WebKit counts nothing as buffered as soon as its network process has it, so that there `close` may come early.
test('[L6] `closeTimeout` counts from the last byte that was seen leaving', async ({ server, connect }) => {
  const socket = connect(server.url('/sink'), { closeTimeout: 1500 })
  await socket.opened()
  await server.rate(2 ** 24)
  for (const frame of [...frames, ...frames]) socket.send(frame)
  socket.close(1000, 'that is all')
  const close = await collect(socket, 'close').next()
  const { connections } = await server.until({ closed: 1 })
  expect(connections[0]?.close).toEqual({ code: 1000, reason: 'that is all', wasClean: true })
  expect(connections[0]?.messages.map(({ sequence }) => sequence)).toEqual([
    ...frames.keys(),
    ...frames.keys(),
  ])
  if (browser !== 'webkit') expect(close).toMatchObject({ code: 1000, wasClean: true })
})
