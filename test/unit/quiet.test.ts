/** Whatever happens, the console stays empty. */
import { expect, onTestFinished, vi } from 'vitest'
import { json, SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at, scripted } from '../support/scripted.ts'
import { expectWholeLife } from '../support/whole-life.ts'
import { pass, settle, test } from './fixture.ts'

/** Everything that is written to the console from now on. */
function listenToConsole(): unknown[] {
  const written: unknown[] = []
  for (const [name, method] of Object.entries(console)) {
    if (typeof method !== 'function') continue
    vi.spyOn(console, name as 'log').mockImplementation((...args) => {
      written.push([name, ...args])
    })
  }
  const warn = (warning: Error): unknown => written.push(['warning', warning])
  process.on('warning', warn)
  onTestFinished(() => void process.off('warning', warn))
  return written
}

test('[P3] the test would hear it', () => {
  const written = listenToConsole()
  console.warn('heard')
  expect(written).toEqual([['warn', 'heard']])
})

test('[P3] nothing is logged, whatever goes wrong', async ({ reported }) => {
  const written = listenToConsole()
  const boom = new Error('boom')

  const unlucky = scripted<unknown, unknown>({
    codec: json(),
    heartbeat: { interval: 1_000, timeout: 1_000, message: 'ping' },
    queue: { maxMessages: 1, overflow: 'drop-oldest' },
    reconnect: { maxAttempts: 3 },
  })
  unlucky.socket.once('state', () => {
    throw boom
  })
  unlucky.socket.send('dropped')
  unlucky.socket.send('sent')
  await settle()
  unlucky.Fake.last.fail()
  await pass(1_500)
  unlucky.Fake.last.accept()
  unlucky.Fake.last.receive('no JSON')
  await pass(2_000)
  await pass(60_000)
  expect(unlucky.record.of('error').map(({ code }) => code)).toEqual([
    'CONNECT_FAILED',
    'DECODE_FAILED',
    'HEARTBEAT_TIMEOUT',
    'CONNECT_TIMEOUT',
    'CONNECT_TIMEOUT',
  ])
  expect(unlucky.record.of('drop')).toHaveLength(1)
  expect(reported).toEqual([boom])

  const refused = await at('open')
  refused.Fake.last.serverClose(1008, 'who are you?')
  refused.socket.send('too late')
  const unauthorized = scripted({ url: () => Promise.reject(new Error('no token')) })
  const opened = expect(unauthorized.socket.opened({ timeout: 5 })).rejects.toThrow('Not open within 5 ms')
  await pass(5)
  await opened
  await expect(refused.socket.opened()).rejects.toThrow()
  const hung = await at('closing')
  await pass(10_000)
  expect(hung.socket.state.name).toBe('closed')

  vi.stubGlobal('WebSocket', undefined)
  new SteadySocket('ws://test/')
  await settle()
  expect(written).toEqual([])
})

test('[P3] nothing is logged in a whole life', async () => {
  const written = listenToConsole()
  const Fake = createFakeWebSocket()
  const socket = new SteadySocket('ws://test/', { WebSocket: Fake, autoConnect: false })
  await expectWholeLife(socket, Fake)
  expect(written).toEqual([])
})
