/** Attempts to which the answer is no, or none at all. */
import { expect } from 'vitest'
import type { AttemptInfo } from '../../src/index.ts'
import { collect } from '../support/collect.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { test } from './fixture.ts'

test('[R5] an upgrade refused with 401 is tried again, each attempt once', async ({ server, connect }) => {
  const asked: AttemptInfo[] = []
  const socket = connect(
    (info) => {
      asked.push(info)
      return server.url(info.attempt < 2 ? '/reject?status=401' : '/echo')
    },
    { reconnect: { delay: () => 0 } },
  )
  const closes = collect(socket, 'close')
  expect(await collect(socket, 'open').next()).toMatchObject({ attempt: 2, reconnected: false })
  expect(closes.all).toMatchObject([
    { code: 1006, phase: 'connecting', willRetry: true, error: { code: 'CONNECT_FAILED' } },
    { code: 1006, phase: 'connecting', willRetry: true, error: { code: 'CONNECT_FAILED' } },
  ])
  expect(asked.map(({ lastClose }) => lastClose)).toEqual([undefined, ...closes.all])
  expect((await server.record()).upgrades).toBe(3)
})

// Firefox keeps the attempts after a failed one from the wire for a while: how many arrive is its business.
test('[R6] an upgrade that is never answered is given up after `connectTimeout`', async ({
  server,
  connect,
}) => {
  const native = recordNativeSockets()
  const socket = connect(({ attempt }) => server.url(attempt < 2 ? '/hang' : '/echo'), {
    WebSocket: native.WebSocket,
    connectTimeout: 200,
    reconnect: { delay: () => 0 },
  })
  const opens = collect(socket, 'open')
  const closes = collect(socket, 'close')
  const { attempt } = await opens.next()
  expect(attempt).toBeGreaterThanOrEqual(2)
  expect(closes.all).toHaveLength(attempt)
  for (const close of closes.all) {
    expect(close).toMatchObject({ phase: 'connecting', opened: false, error: { code: 'CONNECT_TIMEOUT' } })
  }
  expect(native.attempts).toBe(attempt + 1)
  // A hung socket would block the next one to the same server in Chromium and Firefox.
  const superseded = native.built.slice(0, -1).map(({ readyState }) => readyState)
  expect(superseded).not.toContain(WebSocket.CONNECTING)
  const messages = collect(socket, 'message')
  socket.send('still there?')
  expect(await messages.next()).toBe('still there?')
})

test('[R6] a connection that is accepted and then ignored is given up as well', async ({
  server,
  connect,
}) => {
  await server.hold(true)
  const socket = connect(server.url('/echo'), { connectTimeout: 200, reconnect: { delay: () => 0 } })
  expect(await collect(socket, 'error').next()).toMatchObject({ code: 'CONNECT_TIMEOUT' })
  expect((await server.record()).upgrades).toBe(0)
  await server.hold(false)
  await socket.opened()
})
