/** Connections that cannot be: each engine says so in its own way, this library in one. */
import { expect } from 'vitest'
import { collect, collectStates } from '../support/collect.ts'
import { openFrame } from '../support/frame.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { test } from './fixture.ts'

const forbidding = `<meta http-equiv="Content-Security-Policy" content="connect-src 'none'">`

test.for([
  ['that the Content-Security-Policy forbids', '', forbidding],
  ['to a blocked port', 'ws://127.0.0.1:6667', ''],
  ['that the server refuses', '/reject', ''],
  ['to where nothing is', '/nowhere', ''],
] as const)(
  '[L11] a connection %s gives one `close` for each attempt',
  async ([, url, html], { server, connect }) => {
    const native = recordNativeSockets((await openFrame(html)).WebSocket)
    const socket = connect(new URL(url, server.origin), {
      WebSocket: native.WebSocket,
      connectTimeout: Infinity,
      reconnect: { delay: () => 0, maxAttempts: 2 },
    })
    const states = collectStates(socket)
    const errors = collect(socket, 'error')
    const closes = collect(socket, 'close')
    await closes.take(3)
    // Whatever an engine has still to say, it has said by then.
    await connect(server.url('/echo')).opened()
    const failed = { code: 1006, wasClean: false, opened: false, phase: 'connecting' }
    expect(states.all).toEqual(['connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'closed'])
    expect(errors.all.map(({ code }) => code)).toEqual(['CONNECT_FAILED', 'CONNECT_FAILED', 'CONNECT_FAILED'])
    expect(closes.all).toMatchObject([
      { ...failed, willRetry: true },
      { ...failed, willRetry: true },
      { ...failed, willRetry: false },
    ])
    expect(native.attempts).toBe(3)
  },
)
