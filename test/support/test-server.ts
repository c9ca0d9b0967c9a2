/** A WebSocket server behind a fault proxy; what it does is chosen by the path. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { generate } from 'selfsigned'
import { type WebSocket, WebSocketServer } from 'ws'
import { FaultProxy } from './fault-proxy.ts'

export interface TestServerOptions {
  /** Serves `wss:`, with a certificate that nobody signed. @default false */
  tls?: boolean
}

export interface MessageRecord {
  type: 'text' | 'binary'
  bytes: number
  /** Of text up to 256 bytes. */
  text?: string
  /** The decimal number that the frame begins with, if it does. */
  sequence?: number
}

export interface ConnectionRecord {
  /** Path and query. */
  url: string
  protocol: string
  /** The request's `Origin`. */
  origin: string | null
  messages: MessageRecord[]
  /** As the server saw it; null while open. */
  close: { code: number; reason: string; wasClean: boolean } | null
}

export interface ServerRecord {
  /** Upgrades asked for, refused and unanswered ones included. */
  upgrades: number
  /** TCP connections at the proxy. */
  tcp: { accepted: number; open: number }
  /** Accepted WebSocket connections, oldest first. */
  connections: ConnectionRecord[]
}

/** At least so many of each. */
export interface Progress {
  upgrades?: number
  tcp?: number
  connections?: number
  messages?: number
  closed?: number
  /** At most so many TCP connections at the proxy. */
  open?: number
}

interface Peer {
  path: string
  socket: WebSocket
  stream: Duplex
  query: URLSearchParams
  /** Everyone at the same path. */
  room: () => WebSocket[]
}

const behaviours: Record<string, (peer: Peer) => void> = {
  '/sink': () => {},
  '/protocols': () => {},
  '/too-big': () => {},
  '/deaf': ({ socket }) => socket.pause(),
  '/echo': ({ socket }) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }))
  },
  '/pong': ({ socket, query }) => {
    const greeting = query.get('greeting')
    if (greeting) socket.send('.'.repeat(Number(greeting)))
    socket.on('message', (data) => {
      if (String(data) === 'ping') socket.send('pong')
    })
  },
  '/hello': ({ socket, query }) => {
    socket.on('message', (name) => socket.send(`Hello from server, ${name}!`))
    const closeAfter = query.get('closeAfter')
    if (closeAfter) later(closeAfter, () => socket.close(1000, 'Bye!'))
  },
  '/chat': ({ socket, room }) => {
    socket.on('message', (data, binary) => {
      const message = binary ? data : [...String(data)].slice(0, 50).join('')
      for (const each of room()) each.send(message, { binary })
    })
  },
  '/mixed': ({ socket, query }) => {
    for (let number = 1; number <= Number(query.get('count')); number++) {
      socket.send(String(number), { binary: number % 2 === 0 })
    }
  },
  '/auth': ({ socket, query }) => {
    socket.once('message', (token) => {
      if (String(token) === query.get('token')) socket.send('welcome')
      else socket.close(4401, 'wrong token')
    })
  },
  '/close': ({ socket, stream, query }) => {
    const code = Number(query.get('code') ?? 1000)
    later(query.get('after'), () => {
      if (code === 1006) socket.terminate()
      else if (code === 1005) socket.close()
      else socket.close(code, query.get('reason') ?? '')
      if (query.get('clean') === 'false') stream.end()
    })
  },
}

/**
 * | path | behaviour |
 * | --- | --- |
 * | `/echo` | sends back what comes, text as text, binary as binary |
 * | `/pong?greeting=` | answers `ping` with `pong`, and nothing else; first sends a message of so many bytes |
 * | `/hello?closeAfter=` | greets each name that comes; closes with 1000 `Bye!` after so many ms |
 * | `/chat` | sends to everyone here what comes, text cut to 50 characters |
 * | `/mixed?count=` | sends the numbers from 1 at once, the odd ones as text, the even ones as binary |
 * | `/auth?token=` | answers `welcome` if the first message is the token, else closes with 4401 |
 * | `/protocols?pick=` | chooses that subprotocol, or none |
 * | `/close?code=&reason=&after=&clean=` | closes, after so many ms; 1006 drops TCP, `clean=false` ends it right after the close frame |
 * | `/too-big` | takes no message above 1 KiB |
 * | `/sink` | only records |
 * | `/deaf` | stops reading |
 * | `/silent` | reads, and never answers a ping or a close |
 * | `/reject?status=` | refuses the upgrade, by default with 401 |
 * | `/hang` | never answers the upgrade |
 */
export class TestServer extends FaultProxy {
  private readonly http: Server
  private readonly scheme: 'ws' | 'wss'
  private readonly streams = new Set<Socket>()
  private readonly peers = new Set<Peer>()
  private readonly connections: ConnectionRecord[] = []
  private readonly closing = new AbortController()
  private upgrades = 0

  private constructor(http: Server, scheme: 'ws' | 'wss') {
    super(portOf(http))
    this.http = http
    this.scheme = scheme
    http.on('connection', (stream) => {
      this.streams.add(stream)
      stream.once('close', () => this.streams.delete(stream))
    })
    http.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head))
    this.setMaxListeners(0)
  }

  static async open({ tls = false }: TestServerOptions = {}): Promise<TestServer> {
    const http = tls ? createHttpsServer(await certificate()) : createHttpServer()
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const server = new TestServer(http, tls ? 'wss' : 'ws')
    await server.up()
    return server
  }

  get origin(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`
  }

  record(): ServerRecord {
    return {
      upgrades: this.upgrades,
      tcp: { accepted: this.accepted, open: this.open },
      connections: this.connections,
    }
  }

  /** The record, once it has come this far. */
  async until(progress: Progress): Promise<ServerRecord> {
    while (!this.reached(progress)) await once(this, 'change', { signal: this.closing.signal })
    return this.record()
  }

  /** Sends to every open connection; a list of numbers goes out as a binary frame of these bytes. */
  broadcast(message: string | readonly number[]): void {
    const data = typeof message === 'string' ? message : Uint8Array.from(message)
    for (const { socket } of this.peers) socket.send(data)
  }

  closeAll(code?: number, reason?: string): void {
    for (const { socket } of this.peers) socket.close(code, reason)
  }

  terminateAll(): void {
    for (const { socket } of this.peers) socket.terminate()
  }

  /** The server dies behind the proxy, which goes on listening. */
  async stop(): Promise<void> {
    if (!this.http.listening) return
    const closed = once(this.http, 'close')
    this.http.close()
    for (const stream of this.streams) stream.destroy()
    await closed
  }

  /** The server is back, on the same port. */
  async start(): Promise<void> {
    if (this.http.listening) return
    this.http.listen(this.targetPort, '127.0.0.1')
    await once(this.http, 'listening')
  }

  override async close(): Promise<void> {
    await super.close()
    await this.stop()
    this.closing.abort(new Error('The test server was closed'))
  }

  private reached({
    upgrades = 0,
    tcp = 0,
    connections = 0,
    messages = 0,
    closed = 0,
    open = Infinity,
  }: Progress): boolean {
    return (
      this.upgrades >= upgrades &&
      this.accepted >= tcp &&
      this.connections.length >= connections &&
      this.connections.reduce((sum, each) => sum + each.messages.length, 0) >= messages &&
      this.connections.filter(({ close }) => close).length >= closed &&
      this.open <= open
    )
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.upgrades++
    this.emit('change')
    stream.on('error', () => {})
    const { pathname, searchParams: query } = new URL(request.url ?? '/', this.origin)
    const behave = behaviours[pathname]
    if (!behave) {
      if (pathname === '/silent') this.swallow(request, stream)
      else if (pathname === '/reject') reject(stream, Number(query.get('status') ?? 401))
      else if (pathname === '/hang') hang(stream)
      else reject(stream, 404)
      return
    }
    const accepting = pathname === '/too-big' ? smallUpgrader : upgrader
    accepting.handleUpgrade(request, stream, head, (socket) => {
      const room = (): WebSocket[] =>
        [...this.peers].filter((each) => each.path === pathname).map((each) => each.socket)
      const peer: Peer = { path: pathname, query, socket, stream, room }
      this.admit(peer, request)
      behave(peer)
    })
  }

  private admit(peer: Peer, request: IncomingMessage): void {
    const record = this.addConnection(request, peer.socket.protocol)
    this.peers.add(peer)
    peer.socket.on('error', () => {})
    peer.socket.on('message', (data, binary) => {
      record.messages.push(describe(data as Buffer, binary))
      this.emit('change')
    })
    peer.socket.addEventListener('close', ({ code, reason, wasClean }) => {
      this.peers.delete(peer)
      record.close = { code, reason, wasClean }
      this.emit('change')
    })
  }

  /** Answers the upgrade by hand, since ws answers pings and closes by itself. */
  private swallow(request: IncomingMessage, stream: Duplex): void {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    const record = this.addConnection(request, '')
    stream.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    hang(stream)
    stream.once('close', () => {
      record.close = { code: 1006, reason: '', wasClean: false }
      this.emit('change')
    })
  }

  private addConnection({ url = '', headers }: IncomingMessage, protocol: string): ConnectionRecord {
    const { origin = null } = headers
    const record: ConnectionRecord = { url, protocol, origin, messages: [], close: null }
    this.connections.push(record)
    this.emit('change')
    return record
  }
}

function handleProtocols(offered: Set<string>, { url = '/' }: IncomingMessage): string | false {
  const { pathname, searchParams } = new URL(url, 'ws://test')
  if (pathname === '/protocols') return searchParams.get('pick') ?? false
  const [first = false] = offered
  return first
}

const upgrader = new WebSocketServer({ noServer: true, clientTracking: false, handleProtocols })
const smallUpgrader = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: 1024 })

function reject(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/** Says nothing, until the client has gone. */
function hang(stream: Duplex): void {
  stream.resume().once('end', () => stream.end())
}

function describe(data: Buffer, binary: boolean): MessageRecord {
  const sequence = /^\d+/.exec(data.toString('latin1', 0, 16))?.[0]
  return {
    type: binary ? 'binary' : 'text',
    bytes: data.length,
    ...(!binary && data.length <= 256 && { text: data.toString() }),
    ...(sequence !== undefined && { sequence: Number(sequence) }),
  }
}

function later(milliseconds: string | null, action: () => void): void {
  if (milliseconds === null) action()
  else setTimeout(action, Number(milliseconds)).unref()
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

let pems: ReturnType<typeof generate> | undefined

async function certificate(): Promise<{ key: string; cert: string }> {
  pems ??= generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  const { private: key, cert } = await pems
  return { key, cert }
}
