/** The demo's server, as clients that are no page of it find it: what it lets in, and what it bears. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { copyDemo, type DemoOptions, type DemoServer, startDemo } from '../support/demo.ts'
import { hasRedis, startRedis } from '../support/redis.ts'

let demo: string

beforeAll(async () => {
  demo = await copyDemo(join(inject('packed'), 'node_modules/steadysocket'))
  await build({ root: demo, configFile: join(demo, 'vite.config.ts'), logLevel: 'warn' })
}, 60_000)

afterAll(() => rm(demo, { recursive: true, force: true }))

async function start(options: DemoOptions = {}): Promise<DemoServer> {
  const server = await startDemo(demo, { production: true, ...options })
  onTestFinished(() => server.kill())
  return server
}

interface Message {
  type: string
  messages?: { id: string; text: string; number: number; from: string }[]
  names?: string[]
  bytes?: number
}

/** A client of the chat that notes what it hears. */
class Client {
  readonly socket: WebSocket
  readonly heard: (Message | Buffer)[] = []
  closed: { code: number; reason: string } | undefined

  constructor({ url }: DemoServer, { path = 'chat/1', origin }: { path?: string; origin?: string } = {}) {
    this.socket = new WebSocket(new URL(path, url.replace('http', 'ws')), { ...(origin && { origin }) })
    this.socket.on('error', () => {})
    this.socket.on('message', (data: Buffer, isBinary) => {
      this.heard.push(isBinary ? data : JSON.parse(String(data)))
    })
    this.socket.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) }
    })
    onTestFinished(() => this.socket.terminate())
  }

  static async enter(server: DemoServer, name: string, since = 0): Promise<Client> {
    const client = new Client(server)
    await once(client.socket, 'open')
    client.say({ type: 'hello', name, since })
    await client.until(() => client.of('people').length > 0)
    return client
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  of(type: string): Message[] {
    return this.heard.filter((each): each is Message => 'type' in each && each.type === type)
  }

  /** What was said in the chat, as it was heard. */
  get words(): string[] {
    return this.of('chat').flatMap(({ messages = [] }) =>
      messages.map(({ from, text }) => `${from}: ${text}`),
    )
  }

  async until(reached: () => boolean): Promise<void> {
    await expect.poll(reached, { timeout: 10_000, interval: 20 }).toBe(true)
  }

  async end(): Promise<{ code: number; reason: string } | undefined> {
    await this.until(() => this.closed !== undefined)
    return this.closed
  }
}

/** The status by which the server answers an upgrade. */
async function statusOf({ url }: DemoServer, path: string, origin?: string): Promise<number | undefined> {
  const socket = new WebSocket(new URL(path, url.replace('http', 'ws')), { ...(origin && { origin }) })
  socket.on('error', () => {})
  const status = await new Promise<number | undefined>((resolve) => {
    socket.once('open', () => resolve(101))
    socket.once('unexpected-response', (_, { statusCode }) => resolve(statusCode))
  })
  socket.terminate()
  return status
}

test('[P2] it lets in pages of its own and those named in ORIGINS, at the paths that there are', async () => {
  const server = await start({ env: { ORIGINS: 'https://one.example, https://two.example' } })
  const own = server.url.slice(0, -1)
  expect(await statusOf(server, 'chat', own)).toBe(101)
  expect(await statusOf(server, 'chat/7', own)).toBe(101)
  expect(await statusOf(server, 'chat/8?9', 'https://two.example')).toBe(101)
  expect(await statusOf(server, 'hello')).toBe(101)
  expect(await statusOf(server, 'chat', 'https://three.example')).toBe(403)
  expect(await statusOf(server, 'lab/12345678', 'null')).toBe(403)
  expect(await statusOf(server, 'chats', own)).toBe(404)
  expect(await statusOf(server, 'constructor', own)).toBe(404)
  expect(await statusOf(server, '', own)).toBe(404)
})

test('[P2] it lets in so many from one address, and more when some have left', async () => {
  const server = await start()
  const clients = Array.from({ length: 200 }, () => new Client(server))
  await Promise.all(clients.map(({ socket }) => once(socket, 'open')))
  expect(await statusOf(server, 'hello')).toBe(503)
  const ends = clients.splice(0, 2).map((client) => {
    client.socket.close()
    return client.end()
  })
  await Promise.all(ends)
  await expect.poll(() => statusOf(server, 'hello')).toBe(101)
})

test('[P2] it takes each message once, cuts what is too long, and tells what was missed', async () => {
  const server = await start()
  const ann = await Client.enter(server, 'Ann')
  ann.say({ type: 'chat', id: 'a', text: 'one' })
  ann.say({ type: 'chat', id: 'a', text: 'one' })
  ann.say({ type: 'chat', id: 'b', text: '👋'.repeat(501) })
  ann.say({ type: 'chat', id: 'c', text: ' ' })
  ann.say({ type: 'chat', id: 'd', text: 'last' })
  await ann.until(() => ann.words.includes('Ann: last'))
  expect(ann.words).toEqual(['Ann: one', `Ann: ${'👋'.repeat(500)}`, 'Ann: last'])
  expect(ann.of('refused')).toHaveLength(1)

  const [first] = ann.of('chat').flatMap(({ messages = [] }) => messages)
  const bob = await Client.enter(server, 'Bob', first?.number)
  expect(bob.words).toEqual(ann.words.slice(1))
  await ann.until(() => ann.of('people').at(-1)?.names?.join() === 'Ann,Bob')
  bob.socket.close()
  await ann.until(() => ann.of('people').at(-1)?.names?.join() === 'Ann')
})

test('[P2] a picture that was cut off goes on where it was, and is shown to who asks', async () => {
  const server = await start()
  const picture = { type: 'picture', id: 'p', text: 'hill.png', mediaType: 'image/png', bytes: 3000 }
  const bytes = Buffer.from(Array.from({ length: 3000 }, (_, index) => index % 251))
  const bob = await Client.enter(server, 'Bob')
  const ann = await Client.enter(server, 'Ann')
  ann.say({ ...picture, mediaType: 'image/svg+xml' })
  ann.say({ ...picture, bytes: 9 * 1024 * 1024 })
  ann.say(picture)
  ann.socket.send(bytes.subarray(0, 1000))
  await ann.until(() => ann.of('received').at(-1)?.bytes === 1000)
  expect(ann.of('refused')).toHaveLength(2)

  const again = await Client.enter(server, 'Ann')
  again.say(picture)
  await again.until(() => again.of('received').length === 1)
  expect(again.of('received').at(-1)?.bytes).toBe(1000)
  // Of the connection before, which was not ended yet: not this upload's any more.
  ann.socket.send(bytes.subarray(0, 1000))
  again.socket.send(bytes.subarray(1000, 2000))
  again.socket.send(bytes.subarray(2000))
  await again.until(() => again.of('received').at(-1)?.bytes === 3000)
  await bob.until(() => bob.words.includes('Ann: hill.png'))
  bob.say({ type: 'show', id: 'p' })
  bob.say({ type: 'show', id: 'q' })
  await bob.until(() => bob.of('refused').length === 1)
  expect(bob.heard.find((each) => Buffer.isBuffer(each))).toEqual(bytes)
})

/** A client that writes what it likes, once it is connected. */
async function rawClient({ port }: DemoServer, path = '/chat'): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  const key = Buffer.alloc(16).toString('base64')
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  )
  await once(socket, 'data')
  return socket
}

test('[P2] malformed and over-large frames end their connection and nothing else', async () => {
  const server = await start()
  const ann = await Client.enter(server, 'Ann')
  for (const frame of [
    [0xff, 0x80, 0, 0, 0, 0], // reserved bits
    [0x81, 0x01, 0x41], // not masked
    [0x81, 0x81, 0, 0, 0, 0, 0xff], // no UTF-8
    [0x83, 0x80, 0, 0, 0, 0], // no such opcode
  ]) {
    const socket = await rawClient(server)
    const end = once(socket, 'end')
    socket.resume().write(Buffer.from(frame))
    await end
    socket.end()
  }
  for (const path of ['//', '/%', '/lab/%/', '*', 'http://[']) {
    const socket = await rawClient(server, path)
    socket.end()
  }
  const big = await Client.enter(server, 'Big')
  big.socket.send(Buffer.alloc(65 * 1024))
  expect((await big.end())?.code).toBe(1009)
  for (const text of [
    '',
    '{',
    'null',
    '[]',
    '{"type":"chat"}',
    '{"type":"hello","name":{},"since":-1}',
    '{"type":"constructor"}',
  ])
    ann.socket.send(text)
  ann.socket.send(Buffer.alloc(10))
  ann.say({ type: 'ping' })
  await ann.until(() => ann.of('pong').length === 1)
  expect(ann.of('refused')).toHaveLength(7)
  // Told once, at the first `hello`.
  ann.say({ type: 'hello', name: 'Anna', since: 0 })
  await ann.until(() => ann.of('people').at(-1)?.names?.join() === 'Anna')
  expect(ann.of('chat')).toHaveLength(1)
  expect(ann.closed).toBeUndefined()
})

test('[P2] who writes too fast is read slowly, and is sent away if it is far too much', async () => {
  const server = await start()
  const [ann, mad] = [await Client.enter(server, 'Ann'), await Client.enter(server, 'Mad')]
  for (let i = 0; i < 300; i++) ann.say({ type: 'chat', id: `a${i}`, text: `${i}` })
  for (let i = 0; i < 3000; i++) mad.say({ type: 'ping' })
  expect(await mad.end()).toEqual({ code: 1008, reason: 'Too many messages' })
  await ann.until(() => ann.words.length === 300)
  expect(ann.words.at(-1)).toBe('Ann: 299')
})

test('[P2] who does not read is cut off', async () => {
  const server = await start()
  const [ann, deaf] = [await Client.enter(server, 'Ann'), await Client.enter(server, 'Deaf')]
  const size = 4 * 1024 * 1024
  ann.say({ type: 'picture', id: 'p', text: 'big', mediaType: 'image/png', bytes: size })
  for (let at = 0; at < size; at += 32 * 1024) {
    await ann.until(() => (ann.of('received').at(-1)?.bytes ?? -1) >= at - 256 * 1024)
    ann.socket.send(Buffer.alloc(32 * 1024))
  }
  await ann.until(() => ann.words.includes('Ann: big'))
  deaf.socket.pause()
  for (let i = 0; i < 20; i++) deaf.say({ type: 'show', id: 'p' })
  await ann.until(() => ann.of('people').at(-1)?.names?.join() === 'Ann')
})

test('[P2] it ends when it is told to, and says so to its clients', async () => {
  const server = await start()
  const ann = await Client.enter(server, 'Ann')
  expect(await server.stop()).toBe(0)
  expect((await ann.end())?.code).toBe(1001)
})

describe.skipIf(!hasRedis())('with Redis', () => {
  test('[P2] two server processes are one chat, and stay so when Redis is gone for a while', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.close())
    const env = { REDIS_URL: redis.url }
    const [one, two] = [await start({ env }), await start({ env })]
    const [ann, bob] = [await Client.enter(one, 'Ann'), await Client.enter(two, 'Bob')]
    ann.say({ type: 'chat', id: 'a', text: 'from one' })
    ann.say({ type: 'chat', id: 'a', text: 'from one' })
    await bob.until(() => bob.words.length === 1)
    bob.say({ type: 'chat', id: 'a', text: 'from one' })
    bob.say({ type: 'chat', id: 'b', text: 'from two' })
    await ann.until(() => ann.words.length === 2)
    expect(ann.words).toEqual(['Ann: from one', 'Bob: from two'])
    expect(bob.words).toEqual(ann.words)
    for (const each of [ann, bob]) {
      await each.until(() => each.of('people').at(-1)?.names?.slice().sort().join() === 'Ann,Bob')
    }

    const bytes = Buffer.from([0x89, 0x50, 0xff, 0x00])
    ann.say({ type: 'picture', id: 'p', text: 'hill.png', mediaType: 'image/png', bytes: bytes.length })
    ann.socket.send(bytes)
    await bob.until(() => bob.words.includes('Ann: hill.png'))
    bob.say({ type: 'show', id: 'p' })
    await bob.until(() => bob.heard.some((each) => Buffer.isBuffer(each)))
    expect(bob.heard.find((each) => Buffer.isBuffer(each))).toEqual(bytes)

    // A process that comes later knows what was said before.
    await two.stop()
    await ann.until(() => ann.of('people').at(-1)?.names?.join() === 'Ann')
    const three = await start({ env })
    const cem = await Client.enter(three, 'Cem')
    expect(cem.words).toEqual(ann.words)

    await redis.close()
    const back = await startRedis(redis.port)
    onTestFinished(() => back.close())
    ann.say({ type: 'chat', id: 'c', text: 'is it back?' })
    await cem.until(() => cem.words.includes('Ann: is it back?'))
    expect(ann.closed).toBeUndefined()
  }, 60_000)
})
