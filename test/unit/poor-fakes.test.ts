/** WebSocket classes that have little of the real one: fakes that applications test with, and old polyfills. */
import { expect, vi } from 'vitest'
import { SteadySocket, type WebSocketClass } from '../../src/index.ts'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { at, recordOf, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** No more than the `on` attributes and two methods. */
class Bare {
  static last: Bare
  readyState = 0
  onopen: ((event: object) => void) | null = null
  onmessage: ((event: object) => void) | null = null
  onclose: ((event?: object) => void) | null = null
  onerror: ((event: object) => void) | null = null
  readonly sent: unknown[] = []

  constructor() {
    Bare.last = this
  }

  send(data: unknown): void {
    this.sent.push(data)
  }

  close(): void {
    this.readyState = 3
    this.onclose?.()
  }
}

const WebSocket = Bare as unknown as WebSocketClass

test('[L11] a class with nothing but `on` attributes lives a whole life', async () => {
  const socket = new SteadySocket('ws://test/', { WebSocket })
  const record = recordOf(socket)
  await settle()
  Bare.last.readyState = 1
  Bare.last.onopen?.({})
  Bare.last.onmessage?.({ data: 'hello' })
  expect(socket.send('hi')).toBe('sent')
  expect(record.of('open')).toMatchObject([{ url: '', protocol: '', extensions: '' }])
  const [first] = [Bare.last]
  const { onopen, onmessage, onclose } = first
  socket.reconnect()
  // They would hold the socket.
  expect([onopen, onmessage, onclose]).not.toContain(first.onopen)
  expect([first.onmessage, first.onclose]).toEqual([first.onopen, first.onopen])
  await settle()
  first?.onmessage?.({ data: 'late' })
  first?.onerror?.({})
  expect(record.of('message')).toEqual(['hello'])
  Bare.last.readyState = 1
  Bare.last.onopen?.({})
  socket.close()
  await settle()
  expect(record.states).toEqual(['connecting', 'open', 'connecting', 'open', 'closing', 'closed'])
  expect(record.of('close')).toMatchObject([{ willRetry: true }, { code: 1006, willRetry: false }])
  expect(vi.getTimerCount()).toBe(0)
})

test('[L11] one that is open from the start is open', async () => {
  const { socket } = scripted({ fake: { onCreate: (native) => Object.assign(native, { readyState: 1 }) } })
  await settle()
  expect(socket.state.name).toBe('open')
})

test('[L11] one that says `open` twice is open once', async () => {
  const { socket, Fake, record } = await at('open', { heartbeat: { interval: 1_000, message: 'ping' } })
  Fake.last.dispatchEvent(new Event('open'))
  expect(record.of('open')).toHaveLength(1)
  socket.close()
  Fake.last.serverClose()
  await pass(10_000)
  expect(vi.getTimerCount()).toBe(0)
})

test('[L5] one that stays open when it is closed is over all the same', async () => {
  const onCreate = (native: FakeWebSocket): void => void Object.assign(native, { close() {} })
  const { socket, record, agree } = await at('handshake', { fake: { onCreate } })
  socket.close()
  await settle()
  agree()
  await settle()
  expect(record.states).toEqual(['connecting', 'closing', 'closed'])
})

test.for<[string, (native: FakeWebSocket, close: () => void) => void]>([
  ['constructor', (_, close) => close()],
  ['`binaryType`', (native, set) => void Object.defineProperty(native, 'binaryType', { set })],
])('[L5] one that closes the socket from its %s is not listened to', async ([, prepare]) => {
  const handshake = vi.fn()
  const rig = scripted({
    handshake,
    fake: { onCreate: (native) => prepare(native, () => rig.socket.close()) },
  })
  await settle()
  rig.Fake.last.dispatchEvent(new Event('open'))
  expect(handshake).not.toHaveBeenCalled()
  expect(rig.Fake.last.listenerCount('message')).toBe(0)
  expect(rig.record.states).toEqual(['connecting', 'closing', 'closed'])
})

test('[L11] one whose binaryType cannot be set is a failed attempt', async () => {
  const set = (): never => {
    throw new Error('no such type')
  }
  const { socket, record } = scripted({
    fake: { onCreate: (native) => void Object.defineProperty(native, 'binaryType', { set }) },
  })
  await settle()
  expect(record.of('close')).toMatchObject([{ willRetry: true, error: { code: 'CONNECT_FAILED' } }])
  socket.close()
  await settle()
  expect(socket.state.name).toBe('closed')
})

test('[M6] one that has a message before it says `open` loses none by a heartbeat', async () => {
  const { Fake, record } = await at('connecting', { heartbeat: { interval: 1_000, message: 'ping' } })
  Fake.last.receive('early')
  expect(record.of('message')).toEqual(['early'])
})

test('[M4] a frame that is neither text nor binary throws nothing', async () => {
  const { socket, Fake } = await at('open')
  for (const data of [null, undefined, 5])
    Fake.last.dispatchEvent(Object.assign(new Event('message'), { data }))
  expect(socket.stats).toMatchObject({ messagesIn: 3, bytesIn: 0 })
  expect(socket.state.name).toBe('open')
})

test('[L1] the native socket is built while fake timers hold `queueMicrotask` back', async () => {
  vi.stubGlobal('queueMicrotask', () => {})
  const { Fake } = scripted()
  for (let times = 0; times < 5; times++) await Promise.resolve()
  expect(Fake.instances).toHaveLength(1)
})
