/** One socket of the page with all that goes over it. */
import type { SendOptions, SteadySocket } from '../../../src/index.ts'
import type { Chance } from '../chance.ts'
import { foreign, readWord, word } from '../words.ts'
import { type Account, Diary } from './diary.ts'
import type { Data, Driver, Received } from './drivers.ts'

export interface Report extends Account {
  readonly name: string
  readonly driver: string
  readonly state: string
  readonly attempts: number
  readonly connections: number
  readonly requeued: number
  readonly received: number
  readonly receivedDuplicated: number
  readonly receivedReordered: number
  readonly receivedMissing: number
  /** Blobs from the socket that the engine could not read. */
  readonly unreadable: number
  /** The last message of the last connection, `connection.number`. */
  readonly lastReceived: [number, number]
  readonly queued: number
  readonly ends: Record<string, number>
  /** What came and should not have, each with what was before. */
  readonly odd: string[]
  /** Unsent bytes at ends that we made. */
  readonly givenUpBytes: number
}

/** Ms between two moments at which it may send something. */
const turn = 25
/** Bytes that may wait; floods come on top. */
const enough = 2 ** 21

export class Client {
  readonly name: string
  readonly socket: SteadySocket
  private readonly driver: Driver
  private readonly chance: Chance
  private readonly diary = new Diary()
  private readonly send: (data: Data) => boolean
  private numbers = 0
  private attempts = 0
  private isSending = false
  private received = 0
  private receivedDuplicated = 0
  private receivedReordered = 0
  private receivedMissing = 0
  private unreadable = 0
  private last: [number, number] = [0, 0]
  private mayMiss = false
  private reading = Promise.resolve()
  private givenUpBytes = 0
  private readonly odd: string[] = []
  private isRetired = false
  private readonly ends: Record<string, number> = {}

  constructor(driver: Driver, origin: string, token: string, chance: Chance) {
    this.driver = driver
    this.chance = chance
    this.name = `${driver.name}-${token}`
    const vehicle = driver.make(() => `${origin}${this.name}/${++this.attempts}`, {
      // Another path at each attempt, since Firefox holds sockets back by path.
      WebSocket: this.diary.nativeClass(),
      binaryType: chance.pick(['blob', 'arraybuffer']),
      connectTimeout: 1_000,
      closeTimeout: 500,
      reconnect: { baseDelay: 50, maxDelay: 500, stableAfter: 500 },
      heartbeat: { interval: 400, timeout: 600, message: 'ping', isPong: (message) => message === 'pong' },
    })
    this.socket = vehicle.socket
    const { socket, diary } = this
    Object.assign(socket, { send: diary.noting(socket.send.bind(socket) as never) })
    socket
      .on('drop', ({ data, reason }) => diary.drop(data, reason))
      .on('open', () => this.greet())
      .on('close', ({ phase, code, unsentBytes, willRetry }) => {
        const how = `${phase} ${code}`
        this.ends[how] = (this.ends[how] ?? 0) + 1
        if (phase === 'heartbeat' || phase === 'pagehide') this.givenUpBytes += unsentBytes
        // What the server asks for takes longer than all else here.
        if (willRetry && (code === 1012 || code === 1013)) setTimeout(() => this.hurry(), 500)
      })
      .on('state', (state) => {
        // The server has said that this client may not; it asks again.
        if (state.name === 'closed' && state.cause === 'refused') setTimeout(() => this.connect(), 50)
      })
    this.send = vehicle.drive(
      chance,
      (data) => {
        // One after the other, since a Blob takes its time.
        this.reading = this.reading.then(async () => this.receive(await textOf(data)))
      },
      () => {
        this.reading = this.reading.then(() => {
          this.mayMiss = true
        })
      },
    )
    setInterval(() => this.say(), turn)
  }

  resume(): void {
    this.isSending = true
  }

  pause(): void {
    this.isSending = false
  }

  /** So many messages at once, of at most so many bytes. */
  flood(count: number, size: number): void {
    for (let sent = 0; sent < count && this.socket.queue.bytes < 2 ** 25; sent++)
      this.send(this.make(this.chance.between(1, size)))
  }

  /** One more message; answers its number. */
  mark(): number {
    this.send(word(String(++this.numbers), 10))
    return this.numbers
  }

  call(what: string): void {
    const { socket, diary } = this
    if (what === 'reconnect') socket.reconnect()
    if (what === 'clear') diary.clear(socket.queue.clear())
    if (what === 'closeAndConnect' || what === 'lastWords') {
      socket.close()
      if (what === 'closeAndConnect') socket.connect()
      else setTimeout(() => this.connect(), this.chance.between(20, 400))
    }
  }

  /** The end of it: whatever is open is closed, and stays so. */
  retire(): void {
    this.isRetired = true
    this.pause()
    this.socket.close()
  }

  async report(): Promise<Report> {
    await this.reading
    const { name, driver, socket, received, receivedDuplicated, receivedReordered, receivedMissing } = this
    const { attempts, connections, requeued } = socket.stats
    return {
      ...this.diary.account(),
      name,
      driver: driver.name,
      state: socket.state.name,
      attempts,
      connections,
      requeued,
      received,
      receivedDuplicated,
      receivedReordered,
      receivedMissing,
      unreadable: this.unreadable,
      lastReceived: this.last,
      queued: socket.queue.length,
      ends: this.ends,
      odd: this.odd,
      givenUpBytes: this.givenUpBytes,
    }
  }

  private connect(): void {
    if (!this.isRetired) this.socket.connect()
  }

  private hurry(): void {
    if (this.socket.state.name === 'waiting' && this.socket.state.delay < Infinity) this.socket.reconnect()
  }

  /** Leaves before all that waits. */
  private greet(): void {
    if (this.driver.hasOptions)
      this.diary.opening(() => {
        for (let sent = this.chance.between(0, 3); sent > 0; sent--) this.socket.send(this.make(20))
      })
  }

  private say(): void {
    const { chance, socket } = this
    if (!this.isSending || socket.queue.bytes > enough) return
    for (let sent = chance.between(0, 3); sent > 0; sent--) {
      const data = this.make(chance.size())
      if (this.driver.hasOptions) socket.send(data as string, this.options())
      else this.send(data)
    }
    if (chance.happens(0.02)) socket.binaryType = chance.pick(['blob', 'arraybuffer'])
  }

  private options(): SendOptions {
    const { chance } = this
    const kind = chance.next()
    if (kind < 0.7) return {}
    if (kind < 0.8) return { key: `key ${chance.between(1, 5)}` }
    if (kind < 0.87) return { ttl: chance.between(50, 3_000) }
    if (kind < 0.92) return { queue: false }
    const controller = new AbortController()
    setTimeout(() => controller.abort(), chance.between(1, 800))
    return { signal: controller.signal, ...(chance.happens(0.3) && { key: `key ${chance.between(1, 5)}` }) }
  }

  private make(size: number): Data {
    const number = ++this.numbers
    const text = word(String(number), size)
    const kind = this.chance.next()
    if (kind < 0.5) return text
    if (kind < 0.95) return new TextEncoder().encode(text)
    const blob = new Blob([text])
    this.diary.register(blob, number)
    return blob
  }

  private receive(text: string | undefined): void {
    if (text === foreign) return
    // WebKit fails to read a Blob now and then; it was told, and most likely in its turn.
    if (text === undefined) {
      this.unreadable++
      this.last = [this.last[0], this.last[1] + 1]
      this.mayMiss = true
      return
    }
    this.received++
    const found = readWord(text)
    const [connection, number] = this.last
    const note = (): void =>
      void this.odd.push(`${connection}.${number}, then ${text.slice(0, 40)} (${text.length})`)
    if (!found?.isWhole || found.number < connection) {
      this.receivedReordered++
      note()
      return
    }
    const next = found.number === connection ? number + 1 : 1
    if (found.second < next) this.receivedDuplicated++
    else if (found.second > next && !this.mayMiss) this.receivedMissing++
    if (found.second < next || (found.second > next && !this.mayMiss)) note()
    this.mayMiss = false
    this.last = [found.number, found.second]
  }
}

/** Undefined for a Blob that the engine cannot read. */
async function textOf(data: Received): Promise<string | undefined> {
  if (typeof data === 'string') return data
  if (data instanceof Blob) return data.text().catch(() => undefined)
  return new TextDecoder().decode(data)
}
