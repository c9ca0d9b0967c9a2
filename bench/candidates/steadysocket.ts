/** This library, as an application uses it: by events, with nothing tuned but its delays and bounds; as it is, and as it was. */
import * as before from 'before'
import { json, SteadySocket, type SteadySocketOptions } from '../../src/index.ts'
import { type Candidate, patience } from './candidate.ts'

const options = {
  connectTimeout: patience,
  reconnect: { baseDelay: 1 },
  queue: { maxBytes: Infinity },
} satisfies SteadySocketOptions

interface Library {
  SteadySocket: typeof SteadySocket
  json: typeof json
}

function candidateOf(name: string, { SteadySocket, json }: Library): Candidate {
  return {
    name,
    available: SteadySocket !== undefined,
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
}

export const steadysocket: Candidate = candidateOf('steadysocket', { SteadySocket, json })

/** An earlier build, where one is given: `npm run bench -- --before FILE`. */
export const earlier: Candidate = candidateOf('before', before as unknown as Library)
