/** The same ticker on steadysocket. */
import { SteadySocket } from '../../../../src/index.ts'
import type { Ticker, TickerView } from './ticker.ts'

export function ticker(url: string, getToken: () => Promise<string>, view: TickerView): Ticker {
  const socket = new SteadySocket(async () => `${url}?token=${await getToken()}`, {
    reconnect: { baseDelay: 100, maxDelay: 1_000 },
    queue: { maxMessages: 100 },
  })
  socket.on('open', () => view.status('live'))
  socket.on('message', (price) => view.price(price))
  socket.on('retry', ({ attempt }) => view.status(`back soon, try ${attempt}`))
  socket.on('close', ({ willRetry }) => {
    if (!willRetry) view.status('over')
  })
  return {
    follow(symbol) {
      socket.send(symbol)
    },
    close: () => socket.close(1000),
  }
}
