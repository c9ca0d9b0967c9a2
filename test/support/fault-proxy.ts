/** A TCP proxy on loopback that misbehaves on demand, as networks do. */
import { EventEmitter, once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'

type Direction = 'up' | 'down'

/** One client's connection; `up` leads to the target, unless the proxy held it back. */
interface Link {
  down: Socket
  up?: Socket
}

/** Emits `change` when a connection begins or ends. */
export class FaultProxy extends EventEmitter<{ change: [] }> {
  /** TCP connections accepted since the start. */
  accepted = 0

  private readonly listener: Server
  protected readonly targetPort: number
  private readonly links = new Set<Link>()
  private readonly stalled = { up: false, down: false }
  private release: () => void = () => {}
  private resumed: Promise<void> = Promise.resolve()
  private latency = 0
  private readonly bytesPerSecond: Partial<Record<Direction, number | undefined>> = {}
  private readonly paceUntil = { up: 0, down: 0 }
  private refusing = false
  private holding = false
  private listeningPort = 0

  protected constructor(targetPort: number) {
    super()
    this.targetPort = targetPort
    // Small read buffers: a slow link must be felt by the client, not be hidden by this process.
    this.listener = createServer({ noDelay: true, allowHalfOpen: true, highWaterMark: 16_384 })
    this.listener.on('connection', (down) => this.accept(down))
  }

  static async listen(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort)
    await proxy.up()
    return proxy
  }

  get port(): number {
    return this.listeningPort
  }

  /** Connections that are open now. */
  get open(): number {
    return this.links.size
  }

  /** Ends every connection gracefully (FIN to both sides). */
  fin(): void {
    for (const { down, up } of this.links) {
      down.end()
      up?.end()
    }
  }

  /** Ends every connection with a reset (RST to both sides). */
  reset(): void {
    for (const link of this.links) resetLink(link)
  }

  /** Stops moving bytes, closing nothing: a half-open link, for later connections as well. */
  stall({ up = true, down = true }: { up?: boolean; down?: boolean } = {}): void {
    Object.assign(this.stalled, { up, down })
    this.release()
    this.resumed = new Promise((resolve) => {
      this.release = resolve
    })
  }

  /** Moves bytes again, those kept back first. */
  resume(): void {
    Object.assign(this.stalled, { up: false, down: false })
    this.release()
  }

  /** Delivers each chunk so many milliseconds later, in order; 0 ends it. */
  delay(milliseconds: number): void {
    this.latency = milliseconds
  }

  /**
   * Limits what all clients together can send, or be sent. A client feels it as back-pressure once it has filled the
   * system's socket buffers, about 4 MiB.
   */
  rate(bytesPerSecond: number | undefined, direction: Direction = 'up'): void {
    this.bytesPerSecond[direction] = bytesPerSecond
  }

  /** Resets each new connection at once. */
  refuse(on: boolean): void {
    this.refusing = on
  }

  /** Accepts new connections and then does nothing with them, ever: an upgrade without an answer. */
  hold(on: boolean): void {
    this.holding = on
  }

  /** Stops listening and resets every connection: connecting is refused by the system. */
  async down(): Promise<void> {
    if (!this.listener.listening) return
    const closed = once(this.listener, 'close')
    this.listener.close()
    this.reset()
    await closed
  }

  /** Listens again, on the same port. */
  async up(): Promise<void> {
    if (this.listener.listening) return
    this.listener.listen(this.listeningPort, '127.0.0.1')
    await once(this.listener, 'listening')
    this.listeningPort = (this.listener.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.resume()
    await this.down()
  }

  private accept(down: Socket): void {
    this.accepted++
    down.on('error', () => {})
    if (this.refusing) {
      reset(down)
      this.emit('change')
      return
    }
    const link: Link = { down }
    this.links.add(link)
    this.emit('change')
    down.once('close', () => {
      this.links.delete(link)
      this.emit('change')
    })
    if (this.holding) {
      down.once('end', () => down.end()).resume()
      return
    }
    const up = connect({ host: '127.0.0.1', port: this.targetPort, noDelay: true, allowHalfOpen: true })
    up.on('error', () => {})
    link.up = up
    for (const [from, to, direction] of [
      [down, up, 'up'],
      [up, down, 'down'],
    ] as const) {
      this.pump(from, to, direction).catch(() => resetLink(link))
    }
  }

  private async pump(from: Socket, to: Socket, direction: Direction): Promise<void> {
    let tail = Promise.resolve()
    try {
      // A plain loop over the socket would destroy it at its end, and with it what flows the other way.
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        for (const piece of this.pieces(chunk, direction)) {
          await this.moving(direction)
          await this.pace(piece, direction)
          const due = this.latency > 0 ? sleep(this.latency) : undefined
          tail = tail.then(() => due).then(() => this.write(to, piece, direction))
          // Waiting here is the back-pressure; a delayed link buffers instead, as a long one does.
          if (!due) await tail
        }
      }
    } finally {
      await tail
      await this.moving(direction)
    }
    to.end()
  }

  private async write(to: Socket, piece: Buffer, direction: Direction): Promise<void> {
    await this.moving(direction)
    if (!to.writable || to.write(piece)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        to.off('drain', done).off('close', done)
        resolve()
      }
      to.on('drain', done).on('close', done)
    })
  }

  private async moving(direction: Direction): Promise<void> {
    while (this.stalled[direction]) await this.resumed
  }

  private pieces(chunk: Buffer, direction: Direction): Iterable<Buffer> {
    const rate = this.bytesPerSecond[direction]
    return rate ? slices(chunk, Math.ceil(rate / 50)) : [chunk]
  }

  private async pace(piece: Buffer, direction: Direction): Promise<void> {
    const rate = this.bytesPerSecond[direction]
    if (!rate) return
    const now = performance.now()
    // A timer that was late is made up for, within reason.
    const until = Math.max(now - 50, this.paceUntil[direction]) + (piece.length / rate) * 1000
    this.paceUntil[direction] = until
    if (until > now) await sleep(until - now)
  }
}

function* slices(chunk: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < chunk.length; start += size) yield chunk.subarray(start, start + size)
}

function resetLink({ down, up }: Link): void {
  reset(down)
  if (up) reset(up)
}

/**
 * Sends a RST. Never on a socket that has ended: there `resetAndDestroy` fails with EINVAL, leaks the
 * handle, and Node (20 and 24 alike) then spins for ever when the process ends.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
