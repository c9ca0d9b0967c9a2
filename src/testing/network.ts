/** The network between a page and a server inside it: how late, how fast, and in which engine's manner. */
import type { Timer } from '../timer.ts'

/** The browser engine that is imitated where engines differ. */
export type Engine = 'chromium' | 'firefox' | 'webkit'

export interface Network {
  /** Ms from one end to the other. */
  latency: number
  /** Bytes a second that the server reads of each connection. */
  rate: number
  readonly engine: Engine
  /** Whether connections keep the messages that have come. */
  readonly record: boolean
}

/** Ms that an engine waits for the answer to an upgrade, and to a close frame; and for the end after it has answered one. */
export const patience: Record<
  Engine,
  { readonly upgrade: number; readonly close: number; readonly end: number }
> = {
  chromium: { upgrade: 240_000, close: 60_000, end: 2_000 },
  firefox: { upgrade: 20_000, close: 20_000, end: 0 },
  webkit: { upgrade: Infinity, close: 5_000, end: 5_000 },
}

/** One direction: what is posted arrives in that order, each in a task of its own. */
export class Lane {
  private readonly network: Network
  private underWay: Array<{ readonly arrive: () => void; isDue: boolean }> = []
  private isHeld = false

  constructor(network: Network) {
    this.network = network
  }

  post(arrive: () => void): void {
    const one = { arrive, isDue: false }
    this.underWay.push(one)
    setTimeout(() => {
      one.isDue = true
      this.look()
    }, this.network.latency)
  }

  /** Keeps what arrives until further notice. */
  hold(on: boolean): void {
    this.isHeld = on
    this.look()
  }

  /** What is under way never arrives. */
  cut(): void {
    this.underWay = []
  }

  private look(): void {
    while (this.underWay[0]?.isDue && !this.isHeld) this.underWay.shift()?.arrive()
  }
}

/** Something on its way out of the page: a message, or a close frame, which weighs nothing. */
export interface Parcel {
  readonly size: number
  /** False while it is a Blob that has not been read. */
  isReady: boolean
  /** It has left the browser. */
  readonly taken: () => void
}

/** Ms between two looks at how much a slow server has read. */
const tick = 20

/** What the page has sent and the server has not read. */
export class Backlog {
  private readonly network: Network
  private readonly left: (bytes: number) => void
  private readonly parcels: Parcel[] = []
  private timer: Timer
  private isHeld = false
  /** Bytes of the first parcel that were read, and a beginning of the next byte. */
  private begun = 0
  private credit = 0

  /** @param left told of bytes that the engine no longer counts as buffered */
  constructor(network: Network, left: (bytes: number) => void) {
    this.network = network
    this.left = left
  }

  get isEmpty(): boolean {
    return this.parcels.length === 0
  }

  push(parcel: Parcel): void {
    this.parcels.push(parcel)
    // WebKit's network process takes whatever it is given.
    if (this.network.engine === 'webkit') setTimeout(this.left, 0, parcel.size)
    this.look()
  }

  /** Goes on reading, if there is something to read. */
  look(): void {
    if (this.timer !== undefined || this.isHeld || !this.parcels[0]?.isReady) return
    const isFast = this.network.rate === Infinity
    const since = Date.now()
    const read = (): void => {
      this.timer = undefined
      // What is late has read the more; a clock that stands still, or was set, counts for little.
      const elapsed = Math.min(Math.max(Date.now() - since, tick), 1_000)
      this.read(isFast ? Infinity : this.credit + (this.network.rate * elapsed) / 1_000)
      this.look()
    }
    this.timer = setTimeout(read, isFast ? 0 : tick)
  }

  hold(on: boolean): void {
    this.isHeld = on
    this.stop()
    this.look()
  }

  clear(): void {
    this.parcels.length = 0
    this.begun = 0
    this.stop()
  }

  private stop(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private read(allowance: number): void {
    const { engine } = this.network
    let rest = allowance
    for (let first = this.parcels[0]; first?.isReady; first = this.parcels[0]) {
      const bytes = Math.min(Math.floor(rest), first.size - this.begun)
      rest -= bytes
      this.begun += bytes
      if (engine === 'chromium') this.left(bytes)
      if (this.begun < first.size) break
      if (engine === 'firefox') this.left(first.size)
      this.begun = 0
      this.parcels.shift()
      first.taken()
    }
    this.credit = this.isEmpty || rest === Infinity ? 0 : rest
  }
}
