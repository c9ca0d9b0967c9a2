/** Proves the proxy's faults as a TCP client sees them. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { test as base, expect } from 'vitest'
import { FaultProxy } from '../support/fault-proxy.ts'

/** An echo server, the proxy before it, and clients. */
const test = base
  .extend('target', async ({}, { onCleanup }) => {
    const sockets = new Set<Socket>()
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket.on('error', () => {}))
      socket.pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onCleanup(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return { port: (server.address() as AddressInfo).port }
  })
  .extend('proxy', async ({ target }, { onCleanup }) => {
    const proxy = await FaultProxy.listen(target.port)
    onCleanup(() => proxy.close())
    return proxy
  })
  .extend('client', ({ proxy }) => async () => {
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    return socket
  })

async function read(socket: Socket, bytes: number): Promise<string> {
  let text = ''
  while (text.length < bytes) text += (await once(socket, 'data'))[0]
  return text
}

async function roundTrip(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  return read(socket, text.length)
}

/** How the connection ended: `end`, or the code of an error. */
async function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket
      .once('end', () => resolve('end'))
      .once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''))
    socket.resume()
  })
}

test('passes bytes both ways and counts connections', async ({ proxy, client }) => {
  const [one, two] = [await client(), await client()]
  expect(await roundTrip(one, 'one')).toBe('one')
  expect(await roundTrip(two, 'two')).toBe('two')
  expect(proxy).toMatchObject({ accepted: 2, open: 2 })
  one.end('last words')
  expect(await read(one, 10)).toBe('last words')
  expect(await ending(one)).toBe('end')
  while (proxy.open > 1) await once(proxy, 'change')
  expect(proxy.accepted).toBe(2)
})

test('ends connections with FIN or with RST', async ({ proxy, client }) => {
  const [one, two] = [await client(), await client()]
  await roundTrip(two, 'two')
  proxy.fin()
  expect(await ending(one)).toBe('end')
  const three = await client()
  await roundTrip(three, 'three')
  proxy.reset()
  expect(await ending(three)).toBe('ECONNRESET')
})

test('stalls without closing, and delivers later what it kept back', async ({ target, proxy, client }) => {
  const socket = await client()
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk
  })
  proxy.stall({ up: true, down: false })
  socket.write('one')
  proxy.stall()
  const later = await client()
  later.write('two')
  expect(await roundTrip(connect(target.port, '127.0.0.1'), 'direct')).toBe('direct')
  expect(proxy.open).toBe(2)
  expect(received).toBe('')
  proxy.resume()
  expect(await read(later, 3)).toBe('two')
  while (received.length < 3) await once(socket, 'data')
  expect(received).toBe('one')
})

test('delays each chunk and keeps their order', async ({ proxy, client }) => {
  const socket = await client()
  proxy.delay(50)
  const start = performance.now()
  socket.write('1')
  await once(socket, 'data')
  expect(performance.now() - start).toBeGreaterThan(95)
  for (const digit of '23456789') socket.write(digit)
  expect(await read(socket, 8)).toBe('23456789')
})

test('limits what the client can send, which the client feels', async ({ proxy, client }) => {
  proxy.rate(10_000_000)
  const socket = await client()
  const start = performance.now()
  const size = 16 << 20
  const flushed = new Promise<number>((resolve) => {
    socket.write(Buffer.alloc(size), () => resolve(performance.now() - start))
  })
  socket.resume()
  expect(await flushed).toBeGreaterThan(500)
})

test('refuses and holds new connections', async ({ proxy, client }) => {
  proxy.refuse(true)
  expect(await ending(connect(proxy.port, '127.0.0.1'))).toBe('ECONNRESET')
  proxy.refuse(false)
  proxy.hold(true)
  const held = await client()
  held.write('hello?')
  proxy.hold(false)
  expect(await roundTrip(await client(), 'hello')).toBe('hello')
  expect(held.bytesRead).toBe(0)
})

test('goes down, and comes up on the same port', async ({ proxy, client }) => {
  const { port } = proxy
  const socket = await client()
  const ended = ending(socket)
  await proxy.down()
  expect(await ended).toBe('ECONNRESET')
  const [error] = await once(connect(port, '127.0.0.1'), 'error')
  expect(error).toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.up()
  expect(proxy.port).toBe(port)
  expect(await roundTrip(await client(), 'back')).toBe('back')
})
