/** What can never succeed is not repeated. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { recordOf, type Script, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const once = ['state connecting', 'state closed', 'error', 'close']

/** The native class refuses its arguments. */
const refusing = (error: unknown): Script<string, string> => ({
  fake: {
    onCreate: (_: FakeWebSocket): never => {
      throw error
    },
  },
})
const syntaxError = new DOMException('Bad arguments', 'SyntaxError')

describe('arguments that the native constructor refuses', () => {
  const statics: [string, Script<string, string>][] = [
    ['a static URL', {}],
    ['static protocols', { protocols: ['chat'] }],
    ['whatever `shouldReconnect` says', { reconnect: { shouldReconnect: () => true } }],
    ['whatever `maxAttempts` says', { reconnect: { maxAttempts: 3 } }],
  ]

  test.for(statics)('[L12] %s: one attempt', async ([, script]) => {
    const { socket, record } = scripted({ ...script, ...refusing(syntaxError) })
    await pass(120_000)
    expect(record.order).toEqual(once)
    expect(record.of('error')).toMatchObject([{ code: 'CONNECT_FAILED', cause: syntaxError }])
    expect(record.of('close')).toMatchObject([{ code: 1006, opened: false, willRetry: false }])
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'unsupported' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[L12] a SyntaxError that is no DOMException, as polyfills throw it: one attempt', async () => {
    const { record } = scripted(refusing(new SyntaxError('Invalid URL')))
    await pass(120_000)
    expect(record.order).toEqual(once)
  })

  test('[L12] connect() tries once more', async () => {
    const { socket, record } = scripted(refusing(syntaxError))
    await settle()
    socket.connect()
    await pass(120_000)
    expect(record.order).toEqual([...once, ...once])
  })

  const functions: [string, Script<string, string>][] = [
    ['the URL', { url: () => 'ws://test/' }],
    ['the URL, later,', { url: async () => 'ws://test/' }],
    ['the protocols', { protocols: () => ['chat'] }],
  ]

  test.for(functions)('[L12] %s from a function may be better the next time', async ([, script]) => {
    const { record } = scripted({ ...script, ...refusing(syntaxError) })
    await settle()
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
  })

  // In Chromium a Content-Security-Policy says so with `error` only: no engine shall be the odd one out.
  test('[L12] what it refuses for other reasons may be allowed the next time', async () => {
    const { record } = scripted(refusing(new DOMException('Blocked', 'SecurityError')))
    await settle()
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
  })
})

test('[L12] no class: one error that names the option, and no second attempt', async () => {
  vi.stubGlobal('WebSocket', undefined)
  const url = vi.fn(() => 'ws://test/')
  const socket = new SteadySocket(url, { reconnect: { shouldReconnect: () => true } })
  const record = recordOf(socket)
  await pass(120_000)
  expect(record.order).toEqual(once)
  expect(url).not.toHaveBeenCalled()
  expect(record.of('error')).toMatchObject([
    { code: 'NO_WEBSOCKET', message: expect.stringContaining('`WebSocket` option') },
  ])
  expect(socket.state).toMatchObject({ name: 'closed', cause: 'unsupported' })
  expect(vi.getTimerCount()).toBe(0)
})
