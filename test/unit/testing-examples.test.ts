/** The examples of docs/testing.md, as they stand there. */
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createServer } from '../../src/testing/index.ts'

test('[T1] hears what others say', async () => {
  const server = createServer()
  const socket = new SteadySocket('wss://example.com/chat', { WebSocket: server.WebSocket })
  const heard: string[] = []
  socket.on('message', (message) => heard.push(message))

  socket.send('hello')
  const connection = await server.nextConnection()
  expect(await connection.nextMessage()).toBe('hello')

  connection.send('Ada: hello yourself')
  await vi.waitFor(() => expect(heard).toEqual(['Ada: hello yourself']))
  socket.close()
})

test('[T1] the application makes its socket by itself', async () => {
  const server = createServer((connection) => {
    connection.on('message', (message) => connection.send(`echo: ${message}`))
  })
  vi.stubGlobal('WebSocket', server.WebSocket)
  onTestFinished(() => void vi.unstubAllGlobals())

  const socket = new SteadySocket('wss://example.com/chat')
  const heard: string[] = []
  socket.on('message', (message) => heard.push(message))
  socket.send('hello')
  await vi.waitFor(() => expect(heard).toEqual(['echo: hello']))
  socket.close()
})

test('[T1] is back after a restart, and nothing is lost', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const server = createServer()
  const socket = new SteadySocket('wss://example.com/chat', { WebSocket: server.WebSocket })
  await vi.advanceTimersByTimeAsync(10)
  expect(socket.state.name).toBe('open')

  server.connections[0]?.close(1012, 'restart')
  server.refuse()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(socket.state.name).not.toBe('open')
  expect(socket.send('meanwhile')).toBe('queued')

  server.up()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(socket.state.name).toBe('open')
  expect(server.connections[0]?.received).toEqual(['meanwhile'])
  socket.close()
})

test('[T1] does not come back to a server that knows it no more', async () => {
  const server = createServer((connection) => connection.close(4401, 'who are you?'))
  const socket = new SteadySocket('wss://example.com/chat', {
    WebSocket: server.WebSocket,
    reconnect: { shouldReconnect: ({ code }) => code !== 4401 },
  })
  await vi.waitFor(() => expect(socket.state.name).toBe('closed'))
  expect(server.attempts).toBe(1)
})

test('[T1] a slow network, that breaks', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const server = createServer({ latency: 50, rate: 10_000 })
  const socket = new SteadySocket('wss://example.com/chat', { WebSocket: server.WebSocket })
  await vi.advanceTimersByTimeAsync(200)

  for (let number = 0; number < 100; number++) socket.send(`${number} `.padEnd(1_000, '.'))
  await vi.advanceTimersByTimeAsync(5_000)
  expect(socket.bufferedAmount).toBe(50_000)

  server.connections[0]?.drop()
  server.rate = Infinity
  await vi.advanceTimersByTimeAsync(10_000)
  expect(socket.bufferedAmount).toBe(0)
  socket.close()
})

test('[T1] finds out that nobody is there any more', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const server = createServer()
  const socket = new SteadySocket('wss://example.com/chat', {
    WebSocket: server.WebSocket,
    heartbeat: { interval: 10_000, timeout: 5_000, message: 'ping' },
  })
  await vi.advanceTimersByTimeAsync(10)
  server.connections[0]?.halfOpen()
  await vi.advanceTimersByTimeAsync(20_000)
  expect(socket.stats.connections).toBe(2)
  socket.close()
})

test('[T1] the documentation shows these examples', () => {
  const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8')
  const source = read('testing-examples.test.ts').replaceAll('[T1] ', '')
  const examples = [...read('../../docs/testing.md').matchAll(/```ts\n(test\([\s\S]*?)```/g)]
  expect(examples).toHaveLength(6)
  for (const [, example = ''] of examples) expect(source).toContain(example)
})
