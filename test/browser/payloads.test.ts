/** What real engines do with the bytes: those of other realms, copies, and how long a text is on the wire. */
import { expect } from 'vitest'
import { type BinaryData, type Codec, json } from '../../src/index.ts'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const bytes = Uint8Array.of(0, 1, 127, 128, 255, 10, 13, 0)

test.for([
  ['an ArrayBuffer', 'bytes.buffer'],
  ['a Uint8Array', 'bytes'],
  ['a DataView', 'new DataView(bytes.buffer)'],
  ['a Blob', 'new Blob([bytes])'],
  ['a File', 'new File([bytes], "bytes.bin")'],
])('[M3] %s of a frame goes out as it is, past the codec', async ([, code], { server, connect }) => {
  const frame = document.body.appendChild(document.createElement('iframe'))
  const realm = frame.contentWindow as Window & { eval(code: string): BinaryData }
  const data = realm.eval(`const bytes = new Uint8Array([${bytes}]); ${code}`)
  expect(data instanceof Blob || data instanceof ArrayBuffer || data instanceof Uint8Array).toBe(false)
  const socket = connect(server.url('/echo'), {
    codec: json() as Codec<unknown, unknown>,
    binaryType: 'arraybuffer',
  })
  const echoes = collect(socket, 'binary')
  socket.send(data)
  expect(new Uint8Array((await echoes.next()) as ArrayBuffer)).toEqual(bytes)
  frame.remove()
})

test('[S8] what is changed after `send()` goes out as it was, whether or not it had to wait', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/echo'), { binaryType: 'arraybuffer' })
  const echoes = collect(socket, 'binary')
  const data = Uint8Array.of(1)
  const send = (): string => {
    const result = socket.send(data)
    data[0] = (data[0] ?? 0) + 1
    return result
  }
  expect(send()).toBe('queued')
  await socket.opened()
  await socket.drained()
  expect(send()).toBe('sent')
  const echoed = (await echoes.take(2)) as ArrayBuffer[]
  expect(echoed.map((echo) => new Uint8Array(echo)[0])).toEqual([1, 2])
})

test.for(['grüß', '😀', '\ud800', '\udc00\ud800', '\ud800\ud83d\ude00', '', 'x'.repeat(70_000)])(
  '[S6] %j is counted as long as it is on the wire',
  async (text, { server, connect }) => {
    const socket = connect(server.url('/echo'))
    const echoes = collect(socket, 'message')
    socket.send(text)
    const waiting = socket.queue.bytes
    expect(waiting).toBe(new TextEncoder().encode(text).length)
    await socket.opened()
    const echo = await echoes.next()
    // Lone surrogates are not to be had in UTF-8.
    expect(echo).toBe(new TextDecoder().decode(new TextEncoder().encode(text)))
    expect(socket.stats).toMatchObject({ messagesOut: 1, bytesOut: waiting, messagesIn: 1, bytesIn: waiting })
    expect((await server.record()).connections[0]?.messages).toMatchObject([{ type: 'text', bytes: waiting }])
  },
)
