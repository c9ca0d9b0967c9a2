/** What is watched while a candidate works: the page's liveness, the native buffer, the heap. */
import type { Candidate, Client } from '../candidates/candidate.ts'

/** Every native socket built since the page was last settled, whoever built it. */
export const natives: WebSocket[] = []

/** The page does this once, before anything else. The instances stay what they are. */
export function recordNatives(): void {
  globalThis.WebSocket = new Proxy(globalThis.WebSocket, {
    construct(WebSocket, args) {
      const socket = Reflect.construct(WebSocket, args) as WebSocket
      natives.push(socket)
      return socket
    },
  })
}

export interface Observation {
  /** The longest that the page could not have answered its user, in ms. */
  stall: number
  /** The most that was seen in the buffers of all native sockets, in bytes; null where there was none to ask. */
  buffered: number | null
  /** What the JavaScript heap grew by at its highest, in bytes, where the engine tells. */
  heap: number | null
}

/** Watches the page while a candidate works. */
export class Observer {
  private readonly heapBefore = heapSize()
  private readonly seen: Observation
  private readonly timer: ReturnType<typeof setInterval>
  private last = now()

  constructor() {
    this.seen = { stall: 0, buffered: natives.length > 0 ? 0 : null, heap: this.heapBefore && 0 }
    // As often as engines let a timer repeat; a spinning channel would take the processor from what is measured.
    this.timer = setInterval(() => this.look(), 4)
  }

  look(): void {
    const { seen, heapBefore, last } = this
    this.last = now()
    seen.stall = Math.max(seen.stall, this.last - last)
    if (seen.buffered !== null) seen.buffered = Math.max(seen.buffered, bufferedNatively())
    if (heapBefore !== null) seen.heap = Math.max(seen.heap ?? 0, (heapSize() ?? 0) - heapBefore)
  }

  /** What was before does not count as a stall. */
  forget(): void {
    this.seen.stall = 0
    this.last = now()
  }

  stop(): Observation {
    this.look()
    clearInterval(this.timer)
    return this.seen
  }
}

export function bufferedNatively(): number {
  return natives.reduce((sum, { bufferedAmount }) => sum + bufferedAmount, 0)
}

/** Only Chromium tells, precisely so by a switch that the launcher sets. */
function heapSize(): number | null {
  const { memory } = performance as { memory?: { usedJSHeapSize: number } }
  return memory ? memory.usedJSHeapSize : null
}

/** The same without garbage; null where there is no telling. */
export function collectedHeap(): number | null {
  const { gc } = globalThis as { gc?: () => void }
  if (!gc) return null
  gc()
  return heapSize()
}

/** Starts from a quiet page: nothing of the candidate before. */
export async function settle(): Promise<void> {
  natives.length = 0
  ;(globalThis as { gc?: () => void }).gc?.()
  await sleep(30)
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** In ms. */
export function now(): number {
  return performance.now()
}

/** A client, and promises for what happens to it. */
export interface Connected {
  client: Client
  /** Resolves once it has been open so many times. */
  opens(times: number): Promise<void>
  /** The next message. */
  next(): Promise<unknown>
}

export function connect(candidate: Candidate, url: string): Connected {
  const messages: unknown[] = []
  let opened = 0
  let changed = (): void => {}
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      changed = resolve
    })
  const client = candidate.connect(url, {
    open() {
      opened += 1
      changed()
    },
    message(message) {
      messages.push(message)
      changed()
    },
  })
  return {
    client,
    async opens(times) {
      while (opened < times) await change()
    },
    async next() {
      while (messages.length === 0) await change()
      return messages.shift()
    },
  }
}
