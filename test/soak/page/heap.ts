/** What a reconnection leaves behind in the heap, where the engine tells. */
import { SteadySocket } from '../../../src/index.ts'

interface Measured {
  gc?: (options?: { type: 'major'; execution: 'async' }) => Promise<void>
}

const blocks = 4

/**
 * Bytes per reconnect, by blocks of so many with a message each way: the least that any block adds, since a leak
 * is in all of them. Undefined where there is no telling.
 */
export async function heapPerReconnect(url: string, count: number): Promise<number | undefined> {
  const { memory } = performance as { memory?: { usedJSHeapSize: number } }
  const { gc } = globalThis as Measured
  if (!memory || !gc) return undefined
  const socket = new SteadySocket(url)
  const sizes: number[] = []
  for (let block = 0; block <= blocks; block++) {
    for (let done = 0; done < count; done++) {
      await socket.opened()
      socket.send('ping')
      await new Promise((resolve) => socket.once('message', resolve))
      socket.reconnect()
    }
    for (let times = 0; times < 3; times++) {
      await gc({ type: 'major', execution: 'async' })
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    sizes.push((performance as unknown as { memory: { usedJSHeapSize: number } }).memory.usedJSHeapSize)
  }
  socket.close()
  // The first block warms up.
  return Math.min(...sizes.slice(1).map((size, index) => (size - (sizes[index] as number)) / count))
}
