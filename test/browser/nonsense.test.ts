/** Objects of a frame's realm are as good as the page's; proxies and what has lost its memory are not. */
import { expect, onTestFinished, test } from 'vitest'
import { json, SteadySocket } from '../../src/index.ts'
import { messages, readable, writable } from '../../src/streams.ts'

interface Realm {
  Array: ArrayConstructor
  Object: ObjectConstructor
  ArrayBuffer: ArrayBufferConstructor
  Uint8Array: Uint8ArrayConstructor
  Blob: typeof Blob
  URL: typeof URL
  AbortController: typeof AbortController
  Function: FunctionConstructor
}

function frameRealm(): Realm {
  const frame = document.body.appendChild(document.createElement('iframe'))
  onTestFinished(() => frame.remove())
  return frame.contentWindow as unknown as Realm
}

function idle(options: object = {}, url: string | URL = 'ws://test.invalid/'): SteadySocket {
  const socket = new SteadySocket(url, Object.assign(options, { autoConnect: false }))
  onTestFinished(() => socket.close())
  return socket
}

test("[L12] a frame's objects are taken for what they are", async () => {
  const realm = frameRealm()
  const { signal } = new realm.AbortController()
  const protocols = realm.Array.from(['chat', 'chat2'])
  const reconnect = Object.assign(new realm.Object(), { maxAttempts: 3 })
  const socket = idle(
    Object.assign(new realm.Object(), {
      protocols,
      reconnect,
      signal,
      codec: Object.assign(new realm.Object(), json()),
    }),
    new realm.URL('ws://test.invalid/'),
  )
  expect(socket.send(new realm.ArrayBuffer(3), Object.assign(new realm.Object(), { key: 'a', signal }))).toBe(
    'queued',
  )
  expect(socket.send(new realm.Uint8Array(4))).toBe('queued')
  expect(socket.send(new realm.Blob(['12345']))).toBe('queued')
  expect(socket.queue).toMatchObject({ length: 3, bytes: 12 })
  for (const make of [readable, writable, messages]) expect(make(socket, { signal })).toBeTypeOf('object')
  await expect(socket.opened({ signal, timeout: 0 })).rejects.toMatchObject({ code: 'TIMEOUT' })
})

test("[L12] a frame's objects that do not fit are refused by name", () => {
  const realm = frameRealm()
  const name = (option: string): RegExp => new RegExp(`^Expected \`${option}\` to be `)
  expect(() => idle({ protocols: realm.Array.from(['a', 'A']) })).toThrow(name('protocols'))
  expect(() => idle({ reconnect: realm.Array.from([]) })).toThrow(name('reconnect'))
  expect(() => idle({ signal: new realm.AbortController() })).toThrow(name('signal'))
  expect(() => idle({}, new realm.URL('ftp://test.invalid/'))).toThrow('Expected `url` to be ')
})

function detachedView(): Uint8Array {
  const view = new Uint8Array(4)
  structuredClone(view.buffer, { transfer: [view.buffer] })
  return view
}

function detached(): ArrayBuffer {
  const buffer = new ArrayBuffer(4)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

test.for<[string, () => unknown]>([
  ['a proxy of a Blob', () => new Proxy(new Blob(['x']), {})],
  ['a proxy of an ArrayBuffer', () => new Proxy(new ArrayBuffer(4), {})],
  ["a proxy of a frame's ArrayBuffer", () => new Proxy(new (frameRealm().ArrayBuffer)(4), {})],
  ['a detached ArrayBuffer', detached],
  ['a view of a detached ArrayBuffer', detachedView],
  ['an object that says it is a Blob', () => ({ [Symbol.toStringTag]: 'Blob' })],
])('[S6] %s is refused, and the queue keeps count', ([, make]) => {
  const socket = idle()
  expect(() => socket.send(make() as never)).toThrow(/^Expected `message` to /)
  expect(socket.queue).toMatchObject({ length: 0, bytes: 0 })
})

test('[L12] a proxy of a signal is no signal', () => {
  expect(() => idle({ signal: new Proxy(new AbortController().signal, {}) })).toThrow(
    /^Expected `signal` to be an AbortSignal/,
  )
})

test('[S8] a resizable buffer is sent as it was', () => {
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: object,
  ) => ArrayBuffer & { resize(to: number): void }
  const buffer = new Resizable(4, { maxByteLength: 8 })
  const socket = idle()
  socket.send(buffer)
  socket.send(new Uint8Array(buffer))
  if ('resize' in buffer) buffer.resize(0)
  expect(socket.queue.bytes).toBe(8)
  expect(socket.queue.clear().map((data) => (data as Uint8Array).byteLength)).toEqual([4, 4])
})
