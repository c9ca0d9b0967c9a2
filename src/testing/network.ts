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
export interface Lane {
  post(arrive: () => void): void
  /** Keeps what arrives until further notice. */
  hold(on: boolean): void
  /** What is under way never arrives. */
  cut(): void
}

export function createLane(network: Network): Lane {
  const underWay: Array<() => void> = []
  let due = 0
  let isHeld = false
  const arrive = (): void => {
    for (; due > 0 && !isHeld; due -= 1) underWay.shift()?.()
  }
  return {
    post(one) {
      underWay.push(one)
      setTimeout(() => {
        due += 1
        arrive()
      }, network.latency)
    },
    hold(on) {
      isHeld = on
      arrive()
    },
    cut() {
      underWay.length = 0
    },
  }
}

/** Something on its way out of the page: a message, or a close frame, which weighs nothing. */
export interface Parcel {
  readonly size: number
  /** False while it is a Blob that has not been read. */
  isReady: boolean
  /** It has left the browser. */
  readonly taken?: (() => void) | undefined
  /** It has come to the server. */
  readonly arrive: () => void
}

/** What the page has sent and the server has not read. */
export interface Backlog {
  readonly isEmpty: boolean
  push(parcel: Parcel): void
  /** The first one may be ready now. */
  look(): void
  hold(on: boolean): void
  clear(): void
}

/** Ms between two looks at how much a slow server has read. */
const tick = 20

/**
 * @param left told of bytes that the engine no longer counts as buffered
 * @param read told of each parcel of which the last byte was taken
 */
export function createBacklog(
  network: Network,
  left: (bytes: number) => void,
  read: (parcel: Parcel) => void,
): Backlog {
  const { engine } = network
  const parcels: Parcel[] = []
  let timer: Timer
  let isHeld = false
  /** Bytes of the first parcel that were read, and a beginning of the next byte. */
  let begun = 0
  let credit = 0

  const stop = (): void => {
    clearTimeout(timer)
    timer = undefined
  }

  const look = (): void => {
    if (timer !== undefined || isHeld || !parcels[0]?.isReady) return
    const isFast = network.rate === Infinity
    const since = Date.now()
    const run = (): void => {
      timer = undefined
      // What is late has read the more; a clock that stands still, or was set, counts for little.
      const elapsed = Math.min(Math.max(Date.now() - since, tick), 1_000)
      take(isFast ? Infinity : credit + (network.rate * elapsed) / 1_000)
      look()
    }
    timer = setTimeout(run, isFast ? 0 : tick)
  }

  const take = (allowance: number): void => {
    let rest = allowance
    for (let first = parcels[0]; first?.isReady; first = parcels[0]) {
      const bytes = Math.min(Math.floor(rest), first.size - begun)
      rest -= bytes
      begun += bytes
      if (engine === 'chromium') left(bytes)
      if (begun < first.size) break
      if (engine === 'firefox') left(first.size)
      begun = 0
      parcels.shift()
      read(first)
    }
    credit = parcels.length > 0 && rest < Infinity ? rest : 0
  }

  return {
    get isEmpty() {
      return parcels.length === 0
    },
    push(parcel) {
      parcels.push(parcel)
      // WebKit's network process takes whatever it is given.
      if (engine === 'webkit') setTimeout(() => left(parcel.size))
      look()
    },
    look,
    hold(on) {
      isHeld = on
      stop()
      look()
    },
    clear() {
      parcels.length = 0
      begun = 0
      stop()
    },
  }
}
