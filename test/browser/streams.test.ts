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

/** A source that never ends, and waits for whom it is for. */
function endless(): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024)) })
}

test('[S4] a file goes out as a stream, with its progress, no faster than the network takes it', async ({
  server,
  connect,
}) => {
  const size = 8 * MiB
  const socket = connect(server.url('/sink'))
  const told: number[] = []
  let most = 0
  await server.rate(16 * MiB)
  const onProgress = (bytes: number): void => {
    told.push(bytes)
    most = Math.max(most, socket.queue.bytes)
  }
  await file(size).stream().pipeTo(writable(socket, { onProgress }))
  expect(socket.bufferedAmount).toBe(0)
  expect(told.at(-1)).toBe(size)
  expect(told.length).toBeGreaterThanOrEqual(8)
  // The mark, and the chunk that reaches it.
  expect(most).toBeLessThanOrEqual(2 * MiB)
  const { connections } = await server.until({ messages: told.length })
  expect(connections[0]?.messages.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(size)
  expect(socket.state.name).toBe('open')
})

test('[S9] a stream ends with its connection: nothing of it is sent on the next', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/sink'), { reconnect: { baseDelay: 1 } })
  const failed = expect(endless().pipeTo(writable(socket))).rejects.toMatchObject({
    name: 'SteadySocketError',
    code: 'CLOSED',
  })
  await server.until({ messages: 100 })
  await server.reset()
  await failed
  await socket.opened()
  socket.send('after')
  const received = async (): Promise<unknown> =>
    (await server.record()).connections[1]?.messages.map(({ text }) => text)
  await expect.poll(received).toEqual(['after'])
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
