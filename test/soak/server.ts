/** The server behind the fault proxy: it records what comes, talks without being asked, and can misbehave at every level. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { FaultProxy } from '../support/fault-proxy.ts'
import type { Chance } from './chance.ts'
import { readWord, word } from './words.ts'

/** What one socket of a page has sent, over all its connections. */
export interface Arrivals {
  /** The numbers that came, by the number of the connection. */
  readonly byConnection: Map<number, number[]>
  readonly numbers: Set<number>
  /** The numbers that came again, each as often as it did. */
  readonly duplicated: number[]
  garbled: number
  /** How many messages went out, by the number of the connection. */
  readonly told: Map<number, number>
}

interface Peer {
  readonly name: string
  readonly connection: number
  readonly socket: WebSocket
  readonly stream: Duplex
  /** Whether what follows would be part of a frame that is none. */
  isSpoilt?: boolean
}

/** Does something else with an upgrade than to serve it. */
export type Mood = (stream: Duplex, serve: (then?: (peer: WebSocket, stream: Duplex) => void) => void) => void

const upgrader = new WebSocketServer({ noServer: true, clientTracking: false })

/** Ms between two moments at which it may say something. */
const turn = 40
/** Bytes that may wait for one peer. */
const enough = 2 ** 22

export class SoakServer {
  readonly arrivals: Map<string, Arrivals> = new Map()
  readonly peers: Set<Peer> = new Set()
  mood: Mood | undefined
  isTalking = false
  upgrades = 0
  private readonly http: Server
  private readonly streams = new Set<Socket>()
  private readonly chance: Chance
  private readonly timer: NodeJS.Timeout
  readonly proxy: FaultProxy

  private constructor(http: Server, proxy: FaultProxy, chance: Chance) {
    this.http = http
    this.proxy = proxy
    this.chance = chance
    proxy.setMaxListeners(0)
    http.on('connection', (stream) => {
      this.streams.add(stream)
      stream.on('error', () => {}).once('close', () => this.streams.delete(stream))
    })
    http.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head))
    this.timer = setInterval(() => this.talk(), turn)
  }

  static async open(chance: Chance): Promise<SoakServer> {
    const http = createServer().listen(0, '127.0.0.1')
    await once(http, 'listening')
    const proxy = await FaultProxy.listen((http.address() as AddressInfo).port)
    return new SoakServer(http, proxy, chance)
  }

  get url(): string {
    return `ws://127.0.0.1:${this.proxy.port}/`
  }

  /** How many connections this socket has here. */
  open(name: string): number {
    return [...this.peers].filter((peer) => peer.name === name).length
  }

  of(name: string): Arrivals {
    let found = this.arrivals.get(name)
    if (!found) {
      found = { byConnection: new Map(), numbers: new Set(), duplicated: [], garbled: 0, told: new Map() }
      this.arrivals.set(name, found)
    }
    return found
  }

  /** So many messages to everyone, at once. */
  flood(count: number): void {
    for (const peer of this.peers) for (let sent = 0; sent < count; sent++) this.tell(peer)
  }

  /** Bytes that are no message of anybody's. */
  garble(bytes: Uint8Array): void {
    for (const peer of this.peers) {
      peer.isSpoilt = true
      if (peer.stream.writable) peer.stream.write(bytes)
    }
  }

  /** It reads nothing, or all again. */
  read(on: boolean): void {
    for (const { socket } of this.peers) {
      if (on) socket.resume()
      else socket.pause()
    }
  }

  /** It dies, and is not there until `start`. */
  async stop(): Promise<void> {
    if (!this.http.listening) return
    const { port } = this.http.address() as AddressInfo
    this.port = port
    const closed = once(this.http, 'close')
    this.http.close()
    for (const stream of this.streams) stream.destroy()
    await closed
  }

  private port = 0

  async start(): Promise<void> {
    if (this.http.listening) return
    this.http.listen(this.port, '127.0.0.1')
    await once(this.http, 'listening')
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.proxy.close()
    await this.stop()
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.upgrades++
    stream.on('error', () => {})
    const serve = (then?: (socket: WebSocket, stream: Duplex) => void): void =>
      upgrader.handleUpgrade(request, stream, head, (socket) => {
        this.admit(request.url ?? '', socket, stream)
        then?.(socket, stream)
      })
    if (this.mood) this.mood(stream, serve)
    else serve()
  }

  private admit(path: string, socket: WebSocket, stream: Duplex): void {
    const [, name = '', connection] = path.split('/')
    const peer: Peer = { name, connection: Number(connection), socket, stream }
    const arrivals = this.of(name)
    const numbers: number[] = []
    arrivals.byConnection.set(peer.connection, numbers)
    arrivals.told.set(peer.connection, 0)
    this.peers.add(peer)
    socket.on('error', () => {})
    socket.on('close', () => this.peers.delete(peer))
    socket.on('message', (data: Buffer) => {
      const text = data.toString('latin1')
      if (text === 'ping') {
        socket.send('pong')
        return
      }
      const found = readWord(text)
      if (!found?.isWhole) {
        arrivals.garbled++
        return
      }
      if (arrivals.numbers.has(found.number)) arrivals.duplicated.push(found.number)
      arrivals.numbers.add(found.number)
      numbers.push(found.number)
    })
  }

  private talk(): void {
    if (!this.isTalking) return
    for (const peer of this.peers) if (this.chance.happens(0.7)) this.tell(peer)
  }

  private tell({ name, connection, socket, isSpoilt }: Peer): void {
    if (isSpoilt || socket.readyState !== socket.OPEN || socket.bufferedAmount > enough) return
    const { told } = this.of(name)
    const number = (told.get(connection) ?? 0) + 1
    told.set(connection, number)
    const text = word(`${connection}.${number}`, this.chance.size())
    socket.send(text, { binary: this.chance.happens(0.4) })
  }
}
