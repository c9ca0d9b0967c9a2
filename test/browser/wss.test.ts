/** The same over TLS, with a certificate that the browsers were told to accept. */
import { expect } from 'vitest'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

test('[R1] a lost secure connection is replaced, and what was sent meanwhile arrives', async ({
  secureServer,
  connect,
}) => {
  const socket = connect(secureServer.url('/hello'), { reconnect: { delay: () => 0 } })
  const opens = collect(socket, 'open')
  const messages = collect(socket, 'message')
  const closes = collect(socket, 'close')
  socket.send('Ada')
  expect(await messages.next()).toBe('Hello from server, Ada!')
  await secureServer.reset()
  expect(await closes.next()).toMatchObject({ code: 1006, opened: true, willRetry: true })
  expect(socket.send('Bob')).toBe('queued')
  expect(await messages.next()).toBe('Hello from server, Bob!')
  const url = expect.stringMatching(/^wss:/)
  expect(opens.all).toMatchObject([
    { url, reconnected: false },
    { url, reconnected: true },
  ])
})

test('[L13] https: means wss:, also where the engine does not know', async ({ secureServer, connect }) => {
  class OldWebSocket extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      if (!/^wss?:/.test(String(url))) throw new SyntaxError('neither ws: nor wss:')
      super(url, protocols)
    }
  }
  const socket = connect(secureServer.url('/echo').replace(/^wss/, 'https'), {
    WebSocket: OldWebSocket,
    reconnect: false,
  })
  await socket.opened()
  expect(socket.url).toBe(secureServer.url('/echo'))
})

// Firefox tells it by 1015, the others do not.
test('[L11] a server that speaks no TLS is one failed attempt', async ({ server, connect }) => {
  const socket = connect(server.url('/echo').replace(/^ws/, 'wss'), { reconnect: { maxAttempts: 0 } })
  const errors = collect(socket, 'error')
  const closes = collect(socket, 'close')
  const { code } = await closes.next()
  expect([1006, 1015]).toContain(code)
  expect(closes.all).toMatchObject([
    { opened: false, phase: 'connecting', wasClean: false, willRetry: false },
  ])
  expect(errors.all).toMatchObject([{ code: 'CONNECT_FAILED' }])
  expect((await server.record()).upgrades).toBe(0)
})
