/**
 * What became of each message, seen from outside: by what the socket answers and tells, and by a native class that notes
 * what it is given. It knows the rules, and nothing of how the library keeps them.
 */
import type { SendOptions, SendResult } from '../../../src/index.ts'
import { readWord } from '../words.ts'

type Fate =
  /** the library has it */
  | 'held'
  /** the browser has it, or had it when the connection was given up, or it has left: it may arrive */
  | 'handedOver'
  /** a `drop` event or `send()` told that it will not be sent */
  | 'dropped'
  /** a newer one with its key has taken its place */
  | 'replaced'
  /** `queue.clear()` gave it back */
  | 'cleared'

interface Entry {
  readonly number: number
  readonly key: PropertyKey | undefined
  readonly isBlob: boolean
  fate: Fate
  /** Among those that wait. */
  place: number
  connection: Connection | undefined
  /** Where its bytes end among those that the connection was given. */
  end: number
}

interface Connection {
  readonly number: number
  readonly given: Entry[]
  bytes: number
  isGivenUp: boolean
  isOver: boolean
}

export interface Account {
  readonly sent: number
  readonly held: number[]
  readonly taken: number[]
  readonly reordered: number[]
  readonly dropped: Record<string, number>
  readonly replaced: number
  readonly cleared: number
  readonly putBack: number
  /** What each native socket was given, by its number. */
  readonly given: Array<[number, number[]]>
  /** How each has ended that had something left, by its number. */
  readonly stuck: Array<[number, string]>
  /** The one that is open now. */
  readonly living: number | undefined
}

const isWebKit = navigator.vendor.startsWith('Apple')

export class Diary {
  private readonly entries = new Map<number, Entry>()
  private readonly held = new Set<Entry>()
  private readonly overtaken = new Set<Entry>()
  private readonly reordered = new Set<Entry>()
  private readonly blobs = new WeakMap<Blob, number>()
  private readonly connections: Connection[] = []
  private readonly stuck: Array<[number, string]> = []
  private readonly dropped: Record<string, number> = {}
  private places = 0
  private putBack = 0
  /** The place before all that waits, while `open` is told. */
  private front: number | undefined

  /** A `send()` that is noted. */
  noting<Data>(
    send: (data: Data, options?: SendOptions) => SendResult,
  ): (data: Data, options?: SendOptions) => SendResult {
    return (data, options) => {
      const number = this.numberOf(data)
      if (number === undefined) return send(data, options)
      const key = options?.key
      const entry: Entry = {
        number,
        key,
        isBlob: data instanceof Blob,
        fate: 'held',
        place: this.newPlace(),
        connection: undefined,
        end: 0,
      }
      this.entries.set(number, entry)
      const older = key === undefined ? undefined : [...this.held].find((each) => each.key === key)
      if (older) {
        entry.place = older.place
        this.settle(older, 'replaced')
      }
      this.held.add(entry)
      const result = send(data, options)
      if (result === 'dropped') {
        this.settle(entry, 'dropped')
        if (older) this.hold(older)
      }
      return result
    }
  }

  register(blob: Blob, number: number): void {
    this.blobs.set(blob, number)
  }

  drop(data: unknown, reason: string): void {
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1
    this.settle(this.find(data), 'dropped')
  }

  clear(list: readonly unknown[]): void {
    for (const data of list) this.settle(this.find(data), 'cleared')
  }

  /** A native class that notes what it is given, and how it ends. */
  nativeClass(): typeof WebSocket {
    const diary = this
    return class extends WebSocket {
      private readonly connection: Connection

      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols)
        const number = Number(new URL(url).pathname.split('/').at(-1))
        this.connection = { number, given: [], bytes: 0, isGivenUp: false, isOver: false }
        diary.connections.push(this.connection)
        // First of all listeners.
        this.addEventListener('close', ({ code }) => diary.end(this.connection, this.bufferedAmount, code))
      }

      override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
        const before = this.bufferedAmount
        super.send(data as string)
        diary.give(this.connection, data, this.bufferedAmount - before)
      }

      override close(code?: number, reason?: string): void {
        if (this.readyState < WebSocket.CLOSING) this.connection.isGivenUp = true
        super.close(code, reason)
      }
    }
  }

  account(): Account {
    const count = (fate: Fate): number =>
      [...this.entries.values()].filter((each) => each.fate === fate).length
    const numbers = (entries: Iterable<Entry>): number[] => [...entries].map(({ number }) => number)
    return {
      sent: this.entries.size,
      held: numbers(this.held),
      taken: numbers(
        [...this.entries.values()].filter(({ fate }) => fate !== 'held' && fate !== 'handedOver'),
      ),
      reordered: numbers(this.reordered),
      dropped: this.dropped,
      replaced: count('replaced'),
      cleared: count('cleared'),
      putBack: this.putBack,
      given: this.connections.map(({ number, given }) => [number, numbers(given)]),
      stuck: this.stuck,
      living: this.connections.filter(({ isOver, isGivenUp }) => !isOver && !isGivenUp).at(-1)?.number,
    }
  }

  /** `open` is being told by what `tell` does: what is sent then leaves first. */
  opening(tell: () => void): void {
    this.front = Math.min(this.places + 1, ...[...this.held].map(({ place }) => place)) - 1
    tell()
    this.front = undefined
  }

  private newPlace(): number {
    this.places++
    if (this.front === undefined) return this.places
    this.front += 1e-6
    return this.front
  }

  private give(connection: Connection, data: unknown, share: number): void {
    connection.bytes += share
    const entry = this.find(data)
    if (!entry) return
    for (const each of this.held) if (each.place < entry.place) this.overtaken.add(each)
    if (this.overtaken.has(entry)) this.reordered.add(entry)
    this.settle(entry, 'handedOver')
    Object.assign(entry, { connection, end: connection.bytes })
    connection.given.push(entry)
  }

  /** What a native close event says to be in the browser has not arrived, and goes back; of what we end nobody knows. */
  private end(connection: Connection, stuck: number, code: number): void {
    connection.isOver = true
    if (connection.isGivenUp || stuck === 0) return
    this.stuck.push([
      connection.number,
      `${code} at ${Date.now()}, ${stuck} of ${connection.bytes} bytes left`,
    ])
    const kept = connection.given.filter(({ end }) => end > connection.bytes - stuck)
    // WebKit, which hangs up itself when it cannot read a Blob, may have let go of all ahead of it.
    const doubtful = isWebKit && code === 1006 ? kept.map(({ isBlob }) => isBlob).lastIndexOf(true) : 0
    for (const entry of kept.slice(Math.max(0, doubtful)).reverse()) {
      if (entry.connection !== connection || entry.fate !== 'handedOver') continue
      this.putBack++
      const isReplaced = entry.key !== undefined && [...this.held].some(({ key }) => key === entry.key)
      if (isReplaced) this.settle(entry, 'replaced')
      else this.hold(entry)
    }
  }

  private hold(entry: Entry): void {
    entry.fate = 'held'
    this.held.add(entry)
  }

  private settle(entry: Entry | undefined, fate: Fate): void {
    if (!entry) return
    entry.fate = fate
    this.held.delete(entry)
  }

  private find(data: unknown): Entry | undefined {
    return this.entries.get(this.numberOf(data) ?? Number.NaN)
  }

  private numberOf(data: unknown): number | undefined {
    if (data instanceof Blob) return this.blobs.get(data)
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : data
    const text = bytes instanceof Uint8Array ? new TextDecoder().decode(bytes.subarray(0, 12)) : String(data)
    return readWord(text)?.number
  }
}
