/** The drop-in with reconnection: through cuts, closes and outages, in code that knows nothing of it. */
import { expect, onTestFinished } from 'vitest'
import dropInModule from '../../dist/websocket.js?raw'
import dropInScript from '../../dist/websocket.umd.js?raw'
import { ReconnectingWebSocket } from '../../src/websocket/index.ts'
import type Face from '../../src/websocket/umd.ts'
import { Collected } from '../support/collect.ts'
import { openFrame } from '../support/frame.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { next, record } from './both-classes.ts'
import { test } from './fixture.ts'

/** As an application would bind them; the wait is short, so that the test is. */
class Socket extends ReconnectingWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { reconnect: { delay: () => 10 } })
    onTestFinished(() => this.close())
  }
}

function collectMessages(socket: WebSocket): Collected<unknown> {
  const messages = new Collected<unknown>()
  socket.addEventListener('message', ({ data }) => messages.push(data))
  return messages
}

test('[X1] three resets later, everything sent has come back in order, by the same handlers', async ({
  server,
}) => {
  const socket = new Socket(server.url('/echo'), 'chat')
  const messages = collectMessages(socket)
  let opens = 0
  socket.onopen = () => {
    opens += 1
  }
  const told = record(socket)
  socket.send('0')
  expect(await messages.next()).toBe('0')
  for (const round of ['1', '2', '3']) {
    const closing = next(socket, 'close')
    await server.reset()
    await closing
    expect(socket.readyState).toBe(0)
    socket.send(round)
    expect(await messages.next()).toBe(round)
    expect(socket).toMatchObject({ readyState: 1, protocol: 'chat', url: server.url('/echo') })
  }
  expect(opens).toBe(4)
  expect(told.filter((each) => each.startsWith('close'))).toEqual(['close 0', 'close 0', 'close 0'])
  expect((await server.until({ open: 1 })).connections).toHaveLength(4)
})

test('[X1] close() ends it for good', async ({ server }) => {
  const socket = new Socket(server.url('/echo'))
  await next(socket, 'open')
  socket.close(4001, 'bye')
  expect(socket.readyState).toBe(2)
  expect(await next(socket, 'close')).toMatchObject({ code: 4001, reason: 'bye', wasClean: true })
  expect(socket.readyState).toBe(3)
  const { connections, upgrades } = await server.until({ closed: 1 })
  expect(upgrades).toBe(1)
  expect(connections).toMatchObject([{ close: { code: 4001, reason: 'bye' } }])
})

test('[X1] what was sent before close() goes out before it', async ({ server }) => {
  const socket = new Socket(server.url('/sink'))
  await next(socket, 'open')
  for (let number = 1; number <= 50; number++) socket.send(`${number} ${'.'.repeat(20_000)}`)
  socket.close(1000)
  await next(socket, 'close')
  const { connections } = await server.until({ closed: 1 })
  expect(connections[0]?.messages.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 50 }, (_, index) => index + 1),
  )
})

test('[X1] binaryType holds over connections', async ({ server }) => {
  const socket = new Socket(server.url('/echo'))
  socket.binaryType = 'arraybuffer'
  const messages = collectMessages(socket)
  for (const byte of [1, 2]) {
    socket.send(Uint8Array.of(byte))
    expect(await messages.next()).toEqual(Uint8Array.of(byte).buffer)
    const closing = next(socket, 'close')
    await server.reset()
    await closing
  }
})

test('[X1] attempts that are refused are told, and the next follow', async ({ server }) => {
  const socket = new Socket(server.url('/reject'))
  const closes = new Collected<number>()
  const errors = new Collected<string>()
  socket.onerror = ({ type }) => errors.push(type)
  socket.onclose = ({ code }) => closes.push(code)
  expect(await closes.take(3)).toEqual([1006, 1006, 1006])
  expect(errors.all.length).toBeGreaterThanOrEqual(3)
})

test('[X1] in the place of the global class it still finds the native one', async ({ server }) => {
  const native = globalThis.WebSocket
  onTestFinished(() => {
    globalThis.WebSocket = native
  })
  globalThis.WebSocket = Socket
  const socket = new WebSocket(server.url('/echo'))
  await next(socket, 'open')
  socket.send('hello')
  expect((await next(socket, 'message')).data).toBe('hello')
  expect((await server.record()).upgrades).toBe(1)
})

test('[X1] a URL that a policy forbids is an error and a close', async () => {
  const page = await openFrame(`<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`)
  const { built, WebSocket } = recordNativeSockets(
    (page as unknown as { WebSocket: typeof globalThis.WebSocket }).WebSocket,
  )
  const socket = new ReconnectingWebSocket('ws://127.0.0.1:9/', [], { WebSocket, reconnect: false })
  const told = record(socket)
  expect(await next(socket, 'close')).toMatchObject({ code: 1006, wasClean: false })
  // Some say CONNECTING when they tell of the error.
  expect(told.map((each) => each.slice(0, -2))).toEqual(['error', 'close'])
  expect(socket.readyState).toBe(3)
  expect(built.length).toBeLessThanOrEqual(1)
})

function urlOf(source: string): string {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  onTestFinished(() => URL.revokeObjectURL(url))
  return url
}

async function expectToWork(Class: typeof ReconnectingWebSocket, url: string): Promise<void> {
  const socket = new Class(url, [], { reconnect: { delay: () => 0 } })
  onTestFinished(() => socket.close())
  const messages = collectMessages(socket)
  socket.send('one')
  expect(await messages.next()).toBe('one')
  socket.steady.reconnect()
  socket.send('two')
  expect(await messages.next()).toBe('two')
}

test('[X1] a script tag gives `window.ReconnectingWebSocket`, and nothing else', async ({ server }) => {
  const plain = await openFrame('')
  const page = await openFrame(`<script src="${urlOf(dropInScript)}"></script>`)
  expect(Object.keys(page).filter((name) => !(name in plain))).toEqual(['ReconnectingWebSocket'])
  const { ReconnectingWebSocket: Class } = page as unknown as { ReconnectingWebSocket: typeof Face }
  expect([Class.name, Class.OPEN, Class.CloseCode.GoingAway]).toEqual(['ReconnectingWebSocket', 1, 1001])
  expect(Class.ReconnectingWebSocket).toBe(Class)
  await expectToWork(Class, server.url('/echo'))
})

test('[X1] a module script imports it, with nothing else to load', async ({ server }) => {
  const url = urlOf(dropInModule)
  const { ReconnectingWebSocket: Class } = (await import(
    /* @vite-ignore */ url
  )) as typeof import('../../src/websocket/index.ts')
  expect(Class.name).toBe('ReconnectingWebSocket')
  await expectToWork(Class, server.url('/echo'))
})
