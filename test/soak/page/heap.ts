/** What a reconnection leaves behind in the heap, where the engine tells. */
import { SteadySocket } from '../../../src/index.ts'

interface Measured {
  gc(options: { type: 'major'; execution: 'async' }): Promise<void>
  performance: { memory: { usedJSHeapSize: number } }
}

const blocks = 4

/** Bytes per reconnect: of the library, and of native sockets alone. */
export interface Growth {
  readonly own: number
  readonly native: number
}

/** Undefined where there is no telling. */
export async function heapGrowth(url: string, count: number): Promise<Growth | undefined> {
  if (!('memory' in performance) || !('gc' in globalThis)) return undefined
  const native = await growth(count, async () => {
    const bare = new WebSocket(url)
    await once(bare, 'open')
    bare.send('ping')
    await once(bare, 'message')
    bare.close()
    await once(bare, 'close')
  })
  const socket = new SteadySocket(url)
  const own = await growth(count, async () => {
    await socket.opened()
    socket.send('ping')
    await new Promise((resolve) => socket.once('message', resolve))
    socket.reconnect()
  })
  socket.close()
  return { own, native }
}

/** The least that any block adds, since a leak is in all of them. */
async function growth(count: number, step: () => Promise<void>): Promise<number> {
  const sizes: number[] = []
  for (let block = 0; block <= blocks; block++) {
    for (let done = 0; done < count; done++) await step()
    sizes.push(await collectedHeap())
  }
  // The first block warms up.
  return Math.min(...sizes.slice(1).map((size, index) => (size - (sizes[index] as number)) / count))
}

async function collectedHeap(): Promise<number> {
  const { gc, performance } = globalThis as unknown as Measured
  for (let times = 0; times < 3; times++) {
    await gc({ type: 'major', execution: 'async' })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return performance.memory.usedJSHeapSize
}

function once(target: EventTarget, type: string): Promise<unknown> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }))
}
