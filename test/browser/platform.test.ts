/** Proves that this engine, the proxy and the test server work together, with the native WebSocket alone. */
import { expect } from 'vitest'
import { test } from './fixture.ts'

function next<T extends Event>(socket: WebSocket, type: string): Promise<T> {
  return new Promise((resolve) =>
    socket.addEventListener(type, (event) => resolve(event as T), { once: true }),
  )
}

test('text and binary come back through the proxy', async ({ server }) => {
  const socket = new WebSocket(server.url('/echo'))
  socket.binaryType = 'arraybuffer'
  await next(socket, 'open')
  socket.send('1 hello')
  expect((await next<MessageEvent>(socket, 'message')).data).toBe('1 hello')
  socket.send(Uint8Array.of(7))
  expect((await next<MessageEvent>(socket, 'message')).data).toEqual(Uint8Array.of(7).buffer)
  socket.close(1000)
  const { connections } = await server.until({ closed: 1 })
  expect(connections).toMatchObject([
    {
      url: '/echo',
      origin: location.origin,
      messages: [{ sequence: 1 }, { bytes: 1 }],
      close: { code: 1000 },
    },
  ])
})

test('a reset connection closes with 1006', async ({ server }) => {
  const socket = new WebSocket(server.url('/echo'))
  await next(socket, 'open')
  const close = next<CloseEvent>(socket, 'close')
  await server.reset()
  expect(await close).toMatchObject({ code: 1006, wasClean: false })
})

test('wss works with a certificate that nobody signed', async ({ secureServer }) => {
  const socket = new WebSocket(secureServer.url('/hello'))
  await next(socket, 'open')
  socket.send('Ada')
  expect((await next<MessageEvent>(socket, 'message')).data).toBe('Hello from server, Ada!')
  socket.close()
})

test('timers of the test page are not slowed', async () => {
  const start = performance.now()
  for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(performance.now() - start).toBeLessThan(1000)
  expect(document.visibilityState).toBe('visible')
})
