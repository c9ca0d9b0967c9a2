/** Proves the fake that unit tests build on. */
import { expect, test } from 'vitest'
import { createFakeWebSocket, type FakeWebSocketOptions } from '../support/fake-websocket.ts'

function build(options?: FakeWebSocketOptions) {
  const Fake = createFakeWebSocket(options)
  const log: unknown[] = []
  const socket = new Fake('ws://test/', 'a')
  for (const type of ['open', 'message', 'error', 'close'] as const) {
    socket.addEventListener(type, (event) => log.push(event instanceof MessageEvent ? event.data : type))
  }
  return { Fake: Fake satisfies typeof WebSocket, socket, log }
}

test('does nothing by itself, and remembers what was built', () => {
  const { Fake, socket, log } = build()
  expect(Fake.instances).toEqual([socket])
  expect(Fake.last).toBe(socket)
  expect(socket).toMatchObject({ readyState: 0, url: 'ws://test/', protocols: ['a'], protocol: '' })
  expect(log).toEqual([])
  expect(createFakeWebSocket().instances).toEqual([])
})

test('opens, receives and closes when told', () => {
  const { socket, log } = build()
  socket.accept({ protocol: 'a' })
  expect(socket).toMatchObject({ readyState: 1, protocol: 'a' })
  socket.receive('hi')
  socket.close(1000, 'done')
  expect(socket.readyState).toBe(2)
  expect(socket.closeCalls).toEqual([{ code: 1000, reason: 'done' }])
  socket.serverClose(1000, 'done')
  expect(socket.readyState).toBe(3)
  expect(log).toEqual(['open', 'hi', 'close'])
})

test('delivers binary frames in the shape that binaryType asks for', async () => {
  const { socket, log } = build()
  socket.accept()
  const bytes = Uint8Array.of(0, 1, 2, 3).subarray(1)
  socket.receive(bytes)
  socket.binaryType = 'arraybuffer'
  socket.receive(bytes)
  const [, blob, buffer] = log as [string, Blob, ArrayBuffer]
  expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([1, 2, 3])
  expect([...new Uint8Array(buffer)]).toEqual([1, 2, 3])
})

test.for([
  [{}, ['error', 'close']],
  [{ error: false }, ['close']],
  [{ close: false as const }, ['error']],
  [{ order: ['close', 'error'] as const }, ['close', 'error']],
] as const)('fails with %o', ([how, events]) => {
  const { socket, log } = build()
  socket.fail(how)
  expect(socket.readyState).toBe(3)
  expect(log).toEqual(events)
})

test('sends as a native socket does in each state', () => {
  const { socket } = build({ buffering: true })
  expect(() => socket.send('early')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
  socket.accept()
  const bytes = Uint8Array.of(1, 2)
  socket.send('€')
  socket.send(bytes)
  bytes[0] = 9
  expect(socket.sent).toEqual(['€', Uint8Array.of(1, 2)])
  expect(socket.bufferedAmount).toBe(5)
  socket.drain(3)
  expect(socket.bufferedAmount).toBe(2)
  socket.drain()
  expect(socket.bufferedAmount).toBe(0)
  socket.serverClose()
  socket.send('late')
  expect(socket.sent).toHaveLength(2)
  expect(socket.bufferedAmount).toBe(4)
})

test('refuses the close arguments that a native socket refuses', () => {
  const { socket } = build()
  expect(() => socket.close(1001)).toThrow(expect.objectContaining({ name: 'InvalidAccessError' }))
  expect(() => socket.close(1000, 'é'.repeat(62))).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
  expect(socket).toMatchObject({ readyState: 0, closeCalls: [] })
})

test('counts listeners, however they come and go', () => {
  const socket = new (createFakeWebSocket())('ws://test/')
  const scope = new AbortController()
  const listener = (): void => {}
  socket.addEventListener('open', listener)
  socket.addEventListener('open', listener)
  socket.addEventListener('close', listener, { signal: scope.signal })
  socket.addEventListener('error', listener, { once: true })
  socket.onmessage = listener
  expect(socket.listenerCount()).toBe(4)
  expect(socket.listenerCount('open')).toBe(1)
  socket.removeEventListener('open', listener)
  scope.abort()
  socket.fail({ close: false })
  expect(socket.listenerCount()).toBe(1)
  socket.onmessage = null
  expect(socket.listenerCount()).toBe(0)
})

test('lets the test interfere with the constructor', () => {
  const { socket } = build({ onCreate: (created) => created.fail() })
  expect(socket.readyState).toBe(3)
  const Throwing = createFakeWebSocket({
    onCreate: () => {
      throw new Error('blocked')
    },
  })
  expect(() => new Throwing('ws://test/')).toThrow('blocked')
})
