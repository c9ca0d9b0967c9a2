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

/**
 * Looks every 4 ms, which is what engines slow repeated timers to; a spinning channel would take
 * the processor from what is measured.
 */
export function observe(): { look(): void; stop(): Observation } {
  const heapBefore = heapSize()
  const seen: Observation = { stall: 0, buffered: natives.length > 0 ? 0 : null, heap: heapBefore && 0 }
  let last = performance.now()
  const look = (): void => {
    const now = performance.now()
    seen.stall = Math.max(seen.stall, now - last)
    last = now
    if (seen.buffered !== null) seen.buffered = Math.max(seen.buffered, bufferedNatively())
    if (heapBefore !== null) seen.heap = Math.max(seen.heap ?? 0, (heapSize() ?? 0) - heapBefore)
  }
  const timer = setInterval(look, 4)
  return {
    look,
    stop() {
      look()
      clearInterval(timer)
      return seen
    },
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

/** Starts from a quiet page: nothing of the candidate before. */
export async function settle(): Promise<void> {
  natives.length = 0
  ;(globalThis as { gc?: () => void }).gc?.()
  await sleep(30)
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

/** A client that is open, and the messages that come. */
export interface Connected {
  client: Client
  next(): Promise<unknown>
}

export async function connected(candidate: Candidate, url: string): Promise<Connected> {
  const messages: unknown[] = []
  let wake = (): void => {}
  let opened = (): void => {}
  const open = new Promise<void>((resolve) => {
    opened = resolve
  })
  const client = candidate.connect(url, {
    open: opened,
    message(message) {
      messages.push(message)
      wake()
    },
  })
  await open
  return {
    client,
    async next() {
      while (messages.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return messages.shift()
    },
  }
}
