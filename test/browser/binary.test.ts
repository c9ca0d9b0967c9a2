/** Binary frames: every kind out, both kinds in, beside text. */
import { expect } from 'vitest'
import type { BinaryData, SteadySocket } from '../../src/index.ts'
import { Collected, collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const bytes = Uint8Array.of(0, 1, 127, 128, 255, 10, 13, 0)
const big = new Uint8Array(70_000).fill(7)

const kinds: ReadonlyArray<readonly [string, BinaryData, Uint8Array]> = [
  ['an ArrayBuffer', bytes.buffer, bytes],
  ['a Uint8Array', bytes, bytes],
  ['a part of a buffer', bytes.subarray(2, 5), Uint8Array.of(127, 128, 255)],
  ['a DataView', new DataView(bytes.buffer, 1, 2), Uint8Array.of(1, 127)],
  ['a Float64Array', Float64Array.of(Math.PI), new Uint8Array(Float64Array.of(Math.PI).buffer)],
  ['a Blob', new Blob([bytes]), bytes],
  ['a File', new File([bytes], 'bytes.bin'), bytes],
  ['an empty frame', new Uint8Array(), new Uint8Array()],
  ['a big one', big, big],
]

for (const binaryType of ['blob', 'arraybuffer'] as const) {
  test.for(kinds)(
    `[M3] %s goes out as it is and comes back as ${binaryType}`,
    async (kind, { server, connect }) => {
      const [, data, expected] = kind
      const socket = connect(server.url('/echo'), { binaryType })
      const binaries = collect(socket, 'binary')
      const messages = collect(socket, 'message')
      socket.send(data)
      const echo = await binaries.next()
      expect(kindOf(echo)).toBe(binaryType)
      expect(String(new Uint8Array(await new Blob([echo]).arrayBuffer()))).toBe(String(expected))
      expect(messages.all).toEqual([])
      expect((await server.record()).connections[0]?.messages).toMatchObject([
        { type: 'binary', bytes: expected.length },
      ])
    },
  )
}

test.for(['blob', 'arraybuffer'] as const)(
  '[M5] text and binary come out in wire order, as %s',
  async (binaryType, { server, connect }) => {
    const frames = await collectFrames(connect(server.url('/mixed?count=200'), { binaryType })).take(200)
    expect(frames.map(kindOf)).toEqual(numbers(1, 200).map((number) => (number % 2 ? 'text' : binaryType)))
    expect(await Promise.all(frames.map(textOf))).toEqual(numbers(1, 200).map(String))
  },
)

test('[M5] a listener that changes the binaryType changes the very next frame', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/mixed?count=20'))
  const frames = collectFrames(socket)
  socket.on('message', (message) => {
    if (message === '7') socket.binaryType = 'arraybuffer'
    if (message === '15') socket.binaryType = 'blob'
  })
  await frames.take(20)
  const binaryTypes = frames.all.filter((frame) => typeof frame !== 'string').map(kindOf)
  expect(binaryTypes).toEqual([
    ...['blob', 'blob', 'blob'],
    ...['arraybuffer', 'arraybuffer', 'arraybuffer', 'arraybuffer'],
    ...['blob', 'blob', 'blob'],
  ])
})

test('[M5] a later connection has the binaryType from its first frame on', async ({ server, connect }) => {
  const socket = connect(server.url('/mixed?count=2'), { reconnect: { delay: () => 0 } })
  const binaries = collect(socket, 'binary')
  expect(kindOf(await binaries.next())).toBe('blob')
  socket.binaryType = 'arraybuffer'
  await server.broadcast([7])
  expect(kindOf(await binaries.next())).toBe('arraybuffer')
  await server.reset()
  expect(kindOf(await binaries.next())).toBe('arraybuffer')
  socket.once('retry', () => {
    socket.binaryType = 'blob'
  })
  await server.reset()
  expect(kindOf(await binaries.next())).toBe('blob')
})

test('[S1] text, buffers and Blobs leave in the order of `send`', async ({ server, connect }) => {
  const socket = connect(server.url('/sink'))
  await socket.opened()
  for (const number of numbers(0, 29)) {
    const text = `${number} `
    socket.send([text, new TextEncoder().encode(text), new Blob([text])][number % 3] ?? text)
  }
  const { connections } = await server.until({ messages: 30 })
  expect(connections[0]?.messages.map(({ sequence, type }) => [sequence, type])).toEqual(
    numbers(0, 29).map((number) => [number, number % 3 ? 'binary' : 'text']),
  )
})

type Received = string | ArrayBuffer | Blob

/** Text and binary in the order of their events. */
function collectFrames(socket: SteadySocket): Collected<Received> {
  const frames = new Collected<Received>()
  socket.on('message', frames.push)
  socket.on('binary', frames.push)
  return frames
}

function kindOf(frame: Received): string {
  if (typeof frame === 'string') return 'text'
  return frame instanceof Blob ? 'blob' : Object.prototype.toString.call(frame).slice(8, -1).toLowerCase()
}

function textOf(frame: Received): Promise<string> {
  return new Blob([frame]).text()
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
