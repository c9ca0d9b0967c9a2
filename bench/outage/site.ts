/** A WebSocket server at an address of its own, for one client; it can fail in several ways. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { find, freshAddress, lose } from './network.ts'

/**
 * How a server is down: its system refuses connections, it takes them and never answers the upgrade, or packets to
 * it are lost.
 */
export type Failure = 'refused' | 'unanswered' | 'lost'

const upgrader = new WebSocketServer({ noServer: true, clientTracking: false })

export class Site {
  /** When TCP connections were accepted. */
  readonly accepted: number[] = []
  downAt = Number.NaN
  upAt = Number.NaN
  private readonly http: Server
  private readonly address: string
  private readonly streams = new Set<Socket>()
  private port = 0
  private silent = false

  private constructor(address: string) {
    this.address = address
    this.http = createServer()
    this.http.on('connection', (stream) => {
      this.accepted.push(Date.now())
      this.streams.add(stream)
      stream.on('error', () => {}).once('close', () => this.streams.delete(stream))
    })
    this.http.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head))
  }

  static async open(): Promise<Site> {
    const site = new Site(freshAddress())
    await site.listen()
    return site
  }

  get url(): string {
    return `ws://${this.host}/`
  }

  /** Address and port. */
  get host(): string {
    return `${this.address}:${this.port}`
  }

  /** Connections are reset, and none is made from now on. */
  async down(failure: Failure): Promise<void> {
    this.downAt = Date.now()
    if (failure === 'refused') this.http.close()
    else this.silent = true
    for (const stream of this.streams) stream.resetAndDestroy()
    if (failure === 'lost') await lose(this.address)
  }

  /** New connections are served again; those that were taken and not answered stay as they are. */
  async up(failure: Failure): Promise<void> {
    if (failure === 'refused') await this.listen()
    else this.silent = false
    if (failure === 'lost') await find(this.address)
    this.upAt = Date.now()
  }

  close(): void {
    this.http.close()
    for (const stream of this.streams) stream.destroy()
  }

  private async listen(): Promise<void> {
    this.http.listen(this.port, this.address)
    await once(this.http, 'listening')
    this.port = (this.http.address() as AddressInfo).port
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    if (this.silent) stream.resume().once('end', () => stream.end())
    else upgrader.handleUpgrade(request, stream, head, (socket) => socket.on('error', () => {}))
  }
}
