/** This library, as an application uses it: by events, with nothing tuned but its delays and bounds. */
import { json, SteadySocket, type SteadySocketOptions } from '../../src/index.ts'
import { type Candidate, patience } from './candidate.ts'

const options = {
  connectTimeout: patience,
  reconnect: { baseDelay: 1 },
  queue: { maxBytes: Infinity },
} satisfies SteadySocketOptions

export const steadysocket: Candidate = {
  name: 'steadysocket',
  connect(url, { open, message }, { json: parse = false } = {}) {
    const socket = parse
      ? (new SteadySocket(url, { ...options, codec: json() }) as unknown as SteadySocket)
      : new SteadySocket(url, options)
    socket.on('open', open).on('message', message)
    return {
      send: (data) => socket.send(data),
      close: () => socket.close(),
      clear: () => socket.queue.clear(),
      get bufferedAmount() {
        return socket.bufferedAmount
      },
    }
  },
}
