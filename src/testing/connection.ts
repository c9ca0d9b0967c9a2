/** The server's end of a connection: what a script does to the socket of a page. */
import { EventEmitter } from 'eventemitter3'
import { expected } from '../errors.ts'
import { byteLength } from '../frame.ts'
import { type Message, messageOf } from './message.ts'
import type { Network } from './network.ts'
import { createWire, type Ending, type PageListener, type Wire } from './wire.ts'

export interface ConnectionEvents {
  /** A message of the page's has arrived. */
  message: [message: Message]
  /** The connection has ended, as the server sees it. */
  close: [ending: Ending]
}

/** What a page asks for when it connects. */
export interface Upgrade {
  readonly url: string
  /** The subprotocols that it offers. */
  readonly protocols: readonly string[]
}

/** The server's end of a connection that it has accepted. */
export class Connection extends EventEmitter<ConnectionEvents> implements Upgrade {
  readonly url: string
  readonly protocols: readonly string[]
  /** The one that was chosen, or `''`. */
  readonly protocol: string
  /** Every message so far, oldest first; none where the server's `record` is false. */
  readonly received: Message[] = []
  /** How it ended, once it has. */
  ending: Ending | undefined
  /** @internal */
  readonly wire: Wire
  private readonly records: boolean
  private asked = 0

  /** @internal */
  constructor(network: Network, { url, protocols }: Upgrade, protocol: string, page: PageListener) {
    super()
    this.url = url
    this.protocols = protocols
    this.protocol = protocol
    this.records = network.record
    this.wire = createWire(network, protocol, page, {
      received: (message) => {
        if (this.records) this.received.push(message)
        this.emit('message', message)
      },
      closed: (ending) => {
        this.ending = ending
        this.emit('close', ending)
      },
    })
  }

  /** Sends a message to the page; nothing once the connection has ended or been closed from here. */
  send(message: string | ArrayBufferLike | ArrayBufferView): void {
    this.wire.deliver(messageOf(message) as Message)
  }

  /**
   * Closes as a server does: the page hears of it when it has answered.
   *
   * @param code any that may stand in a close frame: 1000 to 1003, 1007 to 1014, 3000 to 4999; without it the page is told 1005
   * @throws RangeError for any other, and for a reason longer than 123 bytes in UTF-8
   */
  close(code?: number, reason = ''): void {
    if (code !== undefined && !isSendable(code))
      throw new RangeError(expected('code', 'to be one that a close frame may hold', code))
    if (byteLength(reason) > 123)
      throw new RangeError(expected('reason', 'to be at most 123 bytes in UTF-8', reason))
    this.wire.close(code ?? 1005, reason)
  }

  /** Resets the connection: no close frame, code 1006. What the server has not read is lost. */
  drop(): void {
    this.wire.drop()
  }

  /** Stops reading: what the page sends stays in its buffer, and its close frame is not answered. */
  stall(): void {
    this.wire.stall(true)
  }

  /** Reads again. */
  resume(): void {
    this.wire.stall(false)
  }

  /**
   * Nothing arrives any more, either way, and nobody is told, as when a cable is pulled: what the page sends leaves its
   * buffer and is lost. Only `drop()` still comes through.
   */
  halfOpen(): void {
    this.wire.halve()
  }

  /**
   * The first message that was not asked for yet, as soon as it is there; where the server's `record` is false, the next
   * that comes. Rejects if the connection ends first.
   */
  nextMessage(): Promise<Message> {
    const index = this.asked++
    return new Promise((resolve, reject) => {
      const look = (latest?: Message): void => {
        const message = this.records ? this.received[index] : latest
        if (message !== undefined) resolve(message)
        else if (this.ending) reject(new Error(`The connection has ended with ${this.ending.code}`))
        else return
        this.off('message', look).off('close', end)
      }
      const end = (): void => look()
      this.on('message', look).on('close', end)
      look()
    })
  }
}

function isSendable(code: number): boolean {
  if (code >= 3000) return code <= 4999
  return code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
}
