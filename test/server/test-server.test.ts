/** Proves the test server as a WebSocket client sees it. */
import { once } from 'node:events'
import { expect } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'
import { test } from './fixture.ts'

async function connect(
  url: string,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<WebSocket> {
  const socket = new WebSocket(url, protocols, options)
  await once(socket, 'open')
  return socket
}

async function roundTrip(socket: WebSocket, message: string | Buffer): Promise<string | Buffer> {
  socket.send(message)
  const [data, binary] = await once(socket, 'message')
  return binary ? data : String(data)
}

async function closed(socket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = await once(
    socket.on('error', () => {}),
    'close',
  )
  return [code, String(reason)]
}

test('echoes, and records what it got', async ({ server }) => {
  const socket = await connect(server.url('/echo?a=b'), ['x', 'y'], { origin: 'http://page.test' })
  expect(await roundTrip(socket, '12 hello')).toBe('12 hello')
  expect(await roundTrip(socket, Buffer.from([0, 1]))).toEqual(Buffer.from([0, 1]))
  socket.close(4000, 'done')
  expect(await server.until({ closed: 1 })).toEqual({
    upgrades: 1,
    tcp: { accepted: 1, open: expect.any(Number) },
    connections: [
      {
        url: '/echo?a=b',
        protocol: 'x',
        origin: 'http://page.test',
        messages: [
          { type: 'text', bytes: 8, text: '12 hello', sequence: 12 },
          { type: 'binary', bytes: 2 },
        ],
        close: { code: 4000, reason: 'done', wasClean: true },
      },
    ],
  })
})

test('greets, and says goodbye', async ({ server }) => {
  const socket = await connect(server.url('/hello?closeAfter=20'))
  expect(await roundTrip(socket, 'Ada')).toBe('Hello from server, Ada!')
  expect(await closed(socket)).toEqual([1000, 'Bye!'])
})

test('passes chat messages to everyone there, cut to 50 characters', async ({ server }) => {
  const [ada, bob, stranger] = [
    await connect(server.url('/chat')),
    await connect(server.url('/chat')),
    await connect(server.url('/echo')),
  ]
  const atBob = once(bob, 'message')
  expect(await roundTrip(ada, '👍'.repeat(60))).toBe('👍'.repeat(50))
  expect(String((await atBob)[0])).toBe('👍'.repeat(50))
  expect(await roundTrip(ada, Buffer.alloc(60))).toEqual(Buffer.alloc(60))
  expect(await roundTrip(stranger, 'alone')).toBe('alone')
})

test('sends text and binary by turns', async ({ server }) => {
  const socket = new WebSocket(server.url('/mixed?count=3'))
  const frames: [string, boolean][] = []
  socket.on('message', (data, binary) => frames.push([String(data), binary]))
  while (frames.length < 3) await once(socket, 'message')
  expect(frames).toEqual([
    ['1', false],
    ['2', true],
    ['3', false],
  ])
})

test('welcomes who knows the token', async ({ server }) => {
  expect(await roundTrip(await connect(server.url('/auth?token=open')), 'open')).toBe('welcome')
  const stranger = await connect(server.url('/auth?token=open'))
  stranger.send('sesame')
  expect(await closed(stranger)).toEqual([4401, 'wrong token'])
})

test('tells when nobody is connected any more', async ({ server }) => {
  const socket = await connect(server.url('/echo'))
  expect((await server.until({ open: 1 })).tcp).toEqual({ accepted: 1, open: 1 })
  socket.close()
  expect((await server.until({ open: 0 })).tcp).toEqual({ accepted: 1, open: 0 })
})

test('chooses a subprotocol', async ({ server }) => {
  expect((await connect(server.url('/protocols?pick=b'), ['a', 'b'])).protocol).toBe('b')
  await expect(connect(server.url('/protocols'), ['a'])).rejects.toThrow('no subprotocol')
})

test.for([
  ['/close?code=4001&reason=why', [4001, 'why']],
  ['/close?code=1012&after=10', [1012, '']],
  ['/close?code=1005', [1005, '']],
  ['/close?code=1006', [1006, '']],
  ['/close?code=1011&clean=false', [1011, '']],
] as const)('closes: %s', async ([path, expected], { server }) => {
  expect(await closed(new WebSocket(server.url(path)))).toEqual(expected)
})

test('takes no big message where it was told so', async ({ server }) => {
  const socket = await connect(server.url('/too-big'))
  socket.send('x'.repeat(1025))
  expect((await closed(socket))[0]).toBe(1009)
})

test('refuses upgrades, or never answers them', async ({ server }) => {
  await expect(connect(server.url('/reject?status=403'))).rejects.toThrow('403')
  await expect(connect(server.url('/nowhere'))).rejects.toThrow('404')
  const hung = new WebSocket(server.url('/hang')).on('error', () => {})
  expect(await server.until({ upgrades: 3 })).toMatchObject({ connections: [] })
  expect(hung.readyState).toBe(WebSocket.CONNECTING)
})

test('reads in silence: no pong, no close', async ({ server }) => {
  const socket = await connect(server.url('/silent'))
  let answers = 0
  socket.on('pong', () => answers++).on('close', () => answers++)
  socket.ping()
  socket.close()
  await roundTrip(await connect(server.url('/echo')), 'while it is silent')
  expect(answers).toBe(0)
  socket.terminate()
  const { connections } = await server.until({ closed: 1 })
  expect(connections[0]?.close).toEqual({ code: 1006, reason: '', wasClean: false })
})

test('speaks to all of its clients', async ({ server }) => {
  const [one, two] = [await connect(server.url('/sink')), await connect(server.url('/sink'))]
  const messages = Promise.all([once(one, 'message'), once(two, 'message')])
  await server.broadcast([1, 2])
  for (const [data] of await messages) expect(data).toEqual(Buffer.from([1, 2]))
  const closes = Promise.all([closed(one), closed(two)])
  await server.closeAll(4002, 'all')
  expect(await closes).toEqual([
    [4002, 'all'],
    [4002, 'all'],
  ])
  const three = await connect(server.url('/sink'))
  const cut = closed(three)
  await server.terminateAll()
  expect((await cut)[0]).toBe(1006)
})

test('stops and starts behind the proxy', async ({ server }) => {
  const socket = await connect(server.url('/echo'))
  const cut = closed(socket)
  await server.stop()
  expect((await cut)[0]).toBe(1006)
  await expect(connect(server.url('/echo'))).rejects.toMatchObject({ code: 'ECONNRESET' })
  await server.start()
  expect(await roundTrip(await connect(server.url('/echo')), 'back')).toBe('back')
})

test('serves TLS', async ({ secureServer }) => {
  expect(secureServer.origin).toMatch(/^wss:/)
  await expect(connect(secureServer.url('/echo'))).rejects.toThrow('self-signed')
  const socket = await connect(secureServer.url('/echo'), [], { rejectUnauthorized: false })
  expect(await roundTrip(socket, 'secret')).toBe('secret')
})
