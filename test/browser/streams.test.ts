/** `steadysocket/streams` with the engine's own streams and sockets. */
import { expect } from 'vitest'
import { messages, readable, writable } from '../../src/streams.ts'
import { test } from './fixture.ts'

const MiB = 2 ** 20

function file(size: number): File {
  const bytes = new Uint8Array(size)
  for (let index = 0; index < size; index += 97) bytes[index] = index
  return new File([bytes], 'picture')
}

/** Counts the bytes that go through. */
function progress(told: number[]): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  let sum = 0
  return new TransformStream({
    transform(chunk, controller) {
      sum += chunk.byteLength
      told.push(sum)
      controller.enqueue(chunk)
    },
  })
}

test('[S4] a file goes out as a stream, with its progress, no faster than the network takes it', async ({
  server,
  connect,
}) => {
  const size = 8 * MiB
  const socket = connect(server.url('/sink'))
  let most = 0
  const told: number[] = []
  await server.rate(16 * MiB)
  await file(size)
    .stream()
    .pipeThrough(progress(told))
    .pipeThrough(
      new TransformStream({
        transform(chunk, controller) {
          most = Math.max(most, socket.queue.bytes)
          controller.enqueue(chunk)
        },
      }),
    )
    .pipeTo(writable(socket))
  expect(socket.bufferedAmount).toBe(0)
  expect(told.at(-1)).toBe(size)
  expect(told.length).toBeGreaterThan(1)
  // The mark, and the chunk that reaches it.
  expect(most).toBeLessThan(3 * MiB)
  const { connections } = await server.until({ messages: told.length })
  expect(connections[0]?.messages.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(size)
  expect(socket.state.name).toBe('open')
})

test('[S9] a stream ends with its connection: of the file nothing is sent on the next', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/sink'), { reconnect: { baseDelay: 1 } })
  await socket.opened()
  await server.stall()
  const piped = file(32 * MiB)
    .stream()
    .pipeTo(writable(socket))
  const failed = expect(piped).rejects.toMatchObject({ name: 'SteadySocketError', code: 'CLOSED' })
  while (socket.queue.bytes === 0) await new Promise((resume) => setTimeout(resume, 1))
  await server.reset()
  await failed
  await server.resume()
  await socket.opened()
  socket.send('after')
  const { connections } = await server.until({ connections: 2, messages: 1 })
  expect(connections[1]?.messages.map(({ text }) => text)).toEqual(['after'])
})

test('[M6] what comes in is a stream, text and binary in wire order', async ({ server, connect }) => {
  const socket = connect(server.url('/mixed?count=4'), { binaryType: 'arraybuffer' })
  const reader = readable(socket).getReader()
  const values: unknown[] = []
  while (values.length < 4) values.push((await reader.read()).value)
  const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer
  expect(values).toEqual(['1', bytes('2'), '3', bytes('4')])
  await reader.cancel()
})

test('[M6] a loop over the messages goes on over a lost connection', async ({ server, connect }) => {
  const socket = connect(server.url('/echo'), { reconnect: { baseDelay: 1 } })
  const seen: string[] = []
  socket.on('open', () => socket.send(`hello ${seen.length}`))
  for await (const message of messages(socket)) {
    seen.push(message)
    if (seen.length === 3) break
    await server.terminateAll()
  }
  expect(seen).toEqual(['hello 0', 'hello 1', 'hello 2'])
})
