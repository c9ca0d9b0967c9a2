/** The application's first words on a new connection, before anybody else may speak. */
import { type Codec, encode } from '../codec.ts'
import type { Inbound, Part, PartMaker } from '../core/part.ts'
import { SteadySocketError } from '../errors.ts'
import type { BinaryData } from '../frame.ts'
import type { HandshakeConnection } from '../options.ts'
import type { Settings } from '../settings.ts'

/** How many messages may wait for a `receive()` that does not come: a server shall not fill the page's memory. */
const UNREAD = 10_000

interface Reader<In> {
  resolve(message: In | ArrayBuffer | Blob): void
  reject(error: Error): void
}

/** Claims what comes in while the handshake runs: for whoever asks, the rest for later. */
export function handshake<In, Out>(
  run: NonNullable<Settings<In, Out>['handshake']>,
  codec: Codec<In, Out>,
): PartMaker<In> {
  return (link): Part<In> => {
    const messages: Inbound<In>[] = []
    const readers: Reader<In>[] = []
    let isOver = false

    const connection: HandshakeConnection<In, Out> = {
      signal: link.signal,
      send(message: Out | BinaryData) {
        if (isOver) throw overError()
        if (!link.send(encode(codec, message)))
          throw new SteadySocketError('CLOSED', 'The connection is closing')
      },
      receive() {
        const message = new Promise<In | ArrayBuffer | Blob>((resolve, reject) => {
          const next = messages.shift()
          if (next) resolve(next[1])
          else if (isOver) reject(overError())
          else readers.push({ resolve, reject })
        })
        // The attempt may end before anybody awaits it.
        message.catch(() => {})
        return message
      },
    }

    const finish = (): void => {
      isOver = true
      for (const { reject } of readers.splice(0)) reject(overError())
    }

    return {
      shake: () => run(connection),
      received(inbound) {
        if (isOver || !inbound) return false
        const reader = readers.shift()
        if (reader) reader.resolve(inbound[1])
        else if (messages.push(inbound) > UNREAD)
          link.end(
            'handshake',
            new SteadySocketError('HANDSHAKE_FAILED', `More than ${UNREAD} unread messages`),
          )
        return true
      },
      opened() {
        finish()
        return messages.splice(0)
      },
      over() {
        finish()
        messages.length = 0
      },
    }
  }
}

function overError(): SteadySocketError {
  return new SteadySocketError('CLOSED', 'The handshake is over')
}
