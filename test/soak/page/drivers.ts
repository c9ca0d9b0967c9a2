/** The ways in which the library is used. A further one is a further entry of this list. */
import { SteadySocket, type SteadySocketOptions } from '../../../src/index.ts'
import { readable, writable } from '../../../src/streams.ts'
import { ReconnectingWebSocket } from '../../../src/websocket/index.ts'
import type { Chance } from '../chance.ts'

export type Data = string | ArrayBuffer | Uint8Array<ArrayBuffer> | Blob
export type Received = string | ArrayBuffer | Blob

export interface Driver {
  readonly name: string
  /** Whether messages have options. */
  readonly hasOptions: boolean
  make(url: () => string, options: SteadySocketOptions): Vehicle
}

export interface Vehicle {
  readonly socket: SteadySocket
  /**
   * @param receive takes what comes, in order
   * @param missed tells that some of it may be missing by rule
   * @returns sends something, or answers that it cannot now
   */
  drive(chance: Chance, receive: (data: Received) => void, missed: () => void): (data: Data) => boolean
}

/** Chunks that wait for the writer. */
const most = 300

export const drivers: readonly Driver[] = [
  {
    name: 'class',
    hasOptions: true,
    make(url, options) {
      const socket = new SteadySocket(url, options)
      return {
        socket,
        drive(_, receive) {
          socket.on('message', receive).on('binary', receive)
          return (data) => {
            socket.send(data)
            return true
          }
        },
      }
    },
  },
  {
    name: 'drop-in',
    hasOptions: false,
    make(url, options) {
      const socket = new ReconnectingWebSocket(url, [], options)
      return {
        socket: socket.steady,
        drive(_, receive) {
          socket.onmessage = ({ data }) => receive(data)
          return (data) => {
            socket.send(data)
            return true
          }
        },
      }
    },
  },
  {
    name: 'streams',
    hasOptions: false,
    make(url, options) {
      const socket = new SteadySocket(url, options)
      return {
        socket,
        drive(chance, receive, missed) {
          void read(socket, receive, missed)
          const chunks: Data[] = []
          let wake = (): void => {}
          const next = async (): Promise<Data> => {
            while (chunks.length === 0) {
              await new Promise<void>((resolve) => {
                wake = resolve
              })
            }
            return chunks.shift() as Data
          }
          void write(socket, chance, next)
          return (data) => {
            if (chunks.length >= most) return false
            chunks.push(data)
            wake()
            return true
          }
        },
      }
    },
  },
]

/** Reads for ever: a stream that has ended is followed by another before anything can come in. */
async function read(
  socket: SteadySocket,
  receive: (data: Received) => void,
  missed: () => void,
): Promise<void> {
  const readers = [readable(socket).getReader()]
  let wake = (): void => {}
  socket.on('state', ({ name }, previous) => {
    if (name !== 'connecting' || (previous.name !== 'closing' && previous.name !== 'closed')) return
    readers.push(readable(socket).getReader())
    wake()
  })
  for (;;) {
    const [reader] = readers
    try {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true }
        if (done) break
        receive(value as Received)
      }
    } catch {
      // It fails when the socket gives up, and what was not read yet is gone.
      missed()
    }
    while (readers.length === 1) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    readers.shift()
  }
}

/** Writes for ever: to one stream until it fails, then to the next. */
async function write(socket: SteadySocket, chance: Chance, next: () => Promise<Data>): Promise<void> {
  for (;;) {
    const stream = writable(socket, {
      spanConnections: chance.happens(0.5),
      highWaterMark: chance.between(1, 200_000),
    })
    const writer = stream.getWriter()
    writer.closed.catch(() => {})
    try {
      for (;;) {
        const chunk = await next()
        await writer.ready
        await writer.write(chunk)
      }
    } catch {
      // Whoever closes the socket ends the stream at once; the socket is not closed for long.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
