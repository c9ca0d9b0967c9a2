/** Test doubles of others that applications have: a SteadySocket lives with each, and what they cannot do is written down. */
import { WebSocketInterceptor } from '@mswjs/interceptors/WebSocket'
import { describe, expect, onTestFinished, test } from 'vitest'
import WS from 'vitest-websocket-mock'
import { SteadySocket, type SteadySocketOptions } from '../../src/index.ts'
import { collect, collectStates } from '../support/collect.ts'

function connect(url: string, options?: SteadySocketOptions): SteadySocket {
  const socket = new SteadySocket(url, { reconnect: { delay: () => 1 }, ...options })
  onTestFinished(() => socket[Symbol.dispose]())
  return socket
}

describe('vitest-websocket-mock', () => {
  const url = 'ws://mock.test/chat'

  function serve(): WS {
    const server = new WS(url)
    onTestFinished(() => WS.clean())
    return server
  }

  test('[T1] hears, and is heard', async () => {
    const server = serve()
    const socket = connect(url)
    const messages = collect(socket, 'message')
    socket.send('queued')
    await server.connected
    await expect(server).toReceiveMessage('queued')
    expect(socket.send('sent')).toBe('sent')
    await expect(server).toReceiveMessage('sent')
    server.send('hello everyone')
    expect(await messages.next()).toBe('hello everyone')
    expect(server).toHaveReceivedMessages(['queued', 'sent'])
  })

  test('[R1] a server that closes is come back to', async () => {
    const server = serve()
    const socket = connect(url)
    const closes = collect(socket, 'close')
    const opens = collect(socket, 'open')
    await opens.next()
    // Not before the old one has gone: there can be one at a URL.
    socket.once('close', () => new WS(url))
    server.close({ code: 1012, reason: 'restart', wasClean: true })
    expect(await closes.next()).toMatchObject({ code: 1012, willRetry: true })
    expect(await opens.next()).toMatchObject({ reconnected: true })
  })

  test('[R1] an error is a lost connection', async () => {
    const server = serve()
    const socket = connect(url)
    const closes = collect(socket, 'close')
    await socket.opened()
    server.error()
    expect(await closes.next()).toMatchObject({ opened: true, willRetry: true })
  })
})

describe("msw's WebSocket, which is that of @mswjs/interceptors", () => {
  const url = 'wss://example.com/chat'

  type Client = Parameters<Parameters<WebSocketInterceptor['on']>[1]>[0]['client']

  function serve(listener: (client: Client) => void): void {
    const interceptor = new WebSocketInterceptor()
    interceptor.apply()
    interceptor.on('connection', ({ client }) => listener(client))
    onTestFinished(() => interceptor.dispose())
  }

  function echo(client: Client): void {
    client.addEventListener('message', ({ data }) => client.send(data))
  }

  test('[T1] hears, and is heard', async () => {
    serve(echo)
    const socket = connect(url, { protocols: ['v2', 'v1'] })
    const messages = collect(socket, 'message')
    socket.send('queued')
    await socket.opened()
    expect(socket.protocol).toBe('v2')
    expect(socket.send('sent')).toBe('sent')
    expect(await messages.take(2)).toEqual(['queued', 'sent'])
  })

  test('[R1] a server that closes is come back to', async () => {
    const clients: Client[] = []
    serve((client) => clients.push(client))
    const socket = connect(url)
    const states = collectStates(socket)
    const closes = collect(socket, 'close')
    const opens = collect(socket, 'open')
    await opens.next()
    clients[0]?.close(1012, 'restart')
    expect(await closes.next()).toMatchObject({ code: 1012, reason: 'restart', willRetry: true })
    expect(await opens.next()).toMatchObject({ reconnected: true })
    socket.close(4000, 'enough')
    expect(await closes.next()).toMatchObject({ code: 4000, willRetry: false })
    expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open', 'closing', 'closed'])
  })

  test('[T1] cannot: what is sent has left a microtask later, and binary data comes as it was given', async () => {
    serve(echo)
    const socket = connect(url, { binaryType: 'arraybuffer' })
    const data = collect(socket, 'binary')
    await socket.opened()
    socket.send(new Uint8Array(1_000_000))
    expect(socket.bufferedAmount).toBe(1_000_000)
    await Promise.resolve()
    expect(socket.bufferedAmount).toBe(0)
    expect(await data.next()).toBeInstanceOf(Uint8Array)
  })
})
