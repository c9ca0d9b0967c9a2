/** A ticker on reconnecting-websocket: a fresh token for every attempt, and a line that says how it stands. */
import ReconnectingWebSocket from 'reconnecting-websocket'
import type { Ticker, TickerView } from './ticker.ts'

export function ticker(url: string, getToken: () => Promise<string>, view: TickerView): Ticker {
  let isOver = false
  const socket = new ReconnectingWebSocket(async () => `${url}?token=${await getToken()}`, [], {
    minReconnectionDelay: 100,
    maxReconnectionDelay: 1_000,
    connectionTimeout: 5_000,
    maxEnqueuedMessages: 100,
  })
  socket.addEventListener('open', () => view.status('live'))
  socket.addEventListener('message', ({ data }) => view.price(data))
  socket.addEventListener('close', () => {
    view.status(isOver ? 'over' : `back soon, try ${socket.retryCount}`)
  })
  return {
    follow: (symbol) => socket.send(symbol),
    close() {
      isOver = true
      socket.close()
    },
  }
}
