/** What is left behind after many connections: nothing. */
import { afterEach, expect, vi } from 'vitest'
import { collect } from '../support/collect.ts'
import { trackListeners } from '../support/listeners.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { watchPageListeners } from '../support/page.ts'
import { test } from './fixture.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

// `/close` ends each connection as soon as it is there.
test('[L9] 1 000 reconnects leave listeners and connections as they were', { timeout: 60_000 }, async ({
  server,
  connect,
}) => {
  const { present } = watchPageListeners()
  expect(present()).toEqual([])
  const socket = connect(server.url('/close?code=1001'), { reconnect: { delay: () => 0 } })
  const opens = collect(socket, 'open')
  await opens.next()
  const listeners = present()
  expect(listeners).not.toEqual([])
  await opens.take(1000)
  expect(present()).toEqual(listeners)
  socket.close()
  expect(present()).toEqual([])
  const { upgrades, tcp } = await server.until({ open: 0 })
  expect(tcp.open).toBe(0)
  expect(upgrades).toBe(socket.stats.attempts)
})

test('[L3] superseded native sockets keep no listener that knows the socket', async ({ server, connect }) => {
  const native = recordNativeSockets()
  const tracked: ReturnType<typeof trackListeners>[] = []
  class Tracked extends native.WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      tracked.push(trackListeners(this))
    }
  }
  for (let index = 0; index < 2; index++) {
    const socket = connect(server.url('/echo'), { WebSocket: Tracked, reconnect: { delay: () => 0 } })
    const opens = collect(socket, 'open')
    await opens.next()
    socket.reconnect()
    await opens.next()
    await server.reset()
    await opens.next()
    socket.close()
    await collect(socket, 'close').next()
  }
  const left = tracked.flat()
  expect(tracked).toHaveLength(6)
  // One function for all of them can hold none of them.
  expect(new Set(left.map(({ listener }) => listener)).size).toBeLessThanOrEqual(1)
  expect(new Set(left.map(({ type }) => type))).toEqual(new Set(['error']))
  for (const socket of native.built) {
    const { onopen, onmessage, onerror, onclose } = socket
    expect([onopen, onmessage, onerror, onclose]).toEqual([null, null, null, null])
  }
})
