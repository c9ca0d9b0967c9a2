/** The rate limiting that tutorials show: every 100 ms, one message, if the browser has sent the last. */
import { type Candidate, type Data, listen } from './candidate.ts'

export const tutorial: Candidate = {
  name: 'tutorial',
  reconnects: false,
  framesPerSecond: 10,
  connect(url, events, { json } = {}) {
    const socket = new WebSocket(url)
    listen(socket, events, json)
    const waiting: Data[] = []
    const timer = setInterval(() => {
      const next = socket.readyState === 1 && socket.bufferedAmount === 0 && waiting.shift()
      if (next) socket.send(next)
    }, 100)
    return {
      send: (data) => waiting.push(data),
      close() {
        clearInterval(timer)
        socket.close()
      },
      clear: () => waiting.splice(0),
    }
  },
}
