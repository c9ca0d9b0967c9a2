/** The application's first words on a new connection, before anybody else may speak. */
import { SteadySocketError } from './errors.ts'
import type { BinaryData } from './events.ts'
import type { HandshakeConnection } from './options.ts'

/** What came in: the event by which it is told. */
export type Inbound<In> = ['message', In] | ['binary', ArrayBuffer | Blob]

interface Reader<In> {
  resolve(message: In | ArrayBuffer | Blob): void
  reject(error: Error): void
}

/** Messages that come while the handshake runs: for whoever asks, the rest for later. */
export class Handshake<In, Out> implements HandshakeConnection<In, Out> {
  readonly signal: AbortSignal
  private readonly transmit: (message: Out | BinaryData) => void
  private unread: Inbound<In>[] = []
  private readers: Reader<In>[] = []
  private over = false

  constructor(transmit: (message: Out | BinaryData) => void, signal: AbortSignal) {
    this.transmit = transmit
    this.signal = signal
    signal.addEventListener('abort', () => this.end())
  }

  /** Bound, like `receive`, so that the application may take them apart. */
  readonly send = (message: Out | BinaryData): void => {
    if (this.over) throw overError()
    this.transmit(message)
  }

  readonly receive = (): Promise<In | ArrayBuffer | Blob> => {
    const message = new Promise<In | ArrayBuffer | Blob>((resolve, reject) => {
      const next = this.unread.shift()
      if (next) resolve(next[1])
      else if (this.over) reject(overError())
      else this.readers.push({ resolve, reject })
    })
    // The attempt may end before anybody awaits it.
    message.catch(() => {})
    return message
  }

  deliver(inbound: Inbound<In>): void {
    const reader = this.readers.shift()
    if (reader) reader.resolve(inbound[1])
    else this.unread.push(inbound)
  }

  /** Answers what came and nobody asked for; who still asks is told that it is too late. */
  end(): Inbound<In>[] {
    const { readers, unread } = this
    this.over = true
    this.readers = []
    this.unread = []
    for (const { reject } of readers) reject(overError())
    return unread
  }
}

function overError(): SteadySocketError {
  return new SteadySocketError('CLOSED', 'The handshake is over')
}
