/** The server's end of a connection, and what happens between the two ends. */
import { EventEmitter } from 'eventemitter3'
import { expected } from '../errors.ts'
import { byteLength, type FrameData } from '../frame.ts'
import { isPromise } from '../sync.ts'
import { startTimer, type Timer } from '../timer.ts'
import { type Message, messageOf } from './message.ts'
import { Backlog, Lane, type Network, patience } from './network.ts'

/** What a page asks for when it connects. */
export interface Upgrade {
  readonly url: string
  /** The subprotocols that it offers. */
  readonly protocols: readonly string[]
}

/** How a connection ended. */
export interface Ending {
  /** 1005 where the close frame held none, 1006 where there was no close frame. */
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

export const abnormal: Ending = { code: 1006, reason: '', wasClean: false }

export interface ConnectionEvents {
  /** A message of the page's has arrived. */
  message: [message: Message]
  /** The connection has ended, as the server sees it. */
  close: [ending: Ending]
}

/** What the page is told. */
export interface PageListener {
  opened(protocol: string): void
  received(message: Message): void
  /** So many bytes are no longer counted as buffered. */
  left(bytes: number): void
  /** The server's close frame has come. */
  closing(code: number): void
  closed(ending: Ending): void
  /** The connection has ended without a close frame. */
  lost(): void
}

/** The server's end of a connection that it has accepted. */
export class Connection extends EventEmitter<ConnectionEvents> implements Upgrade {
  readonly url: string
  readonly protocols: readonly string[]
  /** The one that was chosen, or `''`. */
  readonly protocol: string
  /** Every message so far, oldest first; none where the server's `record` is false. */
  readonly received: Message[] = []
  private asked = 0
  private ended: Ending | undefined
  /** What the server's close frame says. */
  private closeSent: Ending | undefined
  private isHalfOpen = false
  private timer: Timer
  private readonly network: Network
  private readonly page: PageListener
  private readonly up: Lane
  private readonly down: Lane
  private readonly backlog: Backlog

  /** @internal */
  constructor(network: Network, { url, protocols }: Upgrade, protocol: string, page: PageListener) {
    super()
    this.url = url
    this.protocols = protocols
    this.protocol = protocol
    this.network = network
    this.page = page
    this.up = new Lane(network)
    this.down = new Lane(network)
    this.backlog = new Backlog(network, page.left)
    this.tell(() => page.opened(protocol))
  }

  /** How it ended, once it has. */
  get ending(): Ending | undefined {
    return this.ended
  }

  /** Sends a message to the page; nothing once the connection has ended or been closed from here. */
  send(message: string | ArrayBufferLike | ArrayBufferView): void {
    // Only a Blob's is a promise.
    const copy = messageOf(message) as Message
    if (!this.ended && !this.closeSent) this.tell(() => this.page.received(copy))
  }

  /**
   * Closes as a server does: the page hears of it, and answers.
   *
   * @param code any that a close frame may hold: 1000 to 1003, 1007 to 1014, 3000 to 4999; without it the page is told 1005
   * @throws RangeError for any other, and for a reason longer than 123 bytes in UTF-8
   */
  close(code?: number, reason = ''): void {
    if (code !== undefined && !isSendable(code))
      throw new RangeError(expected('code', 'to be one that a close frame may hold', code))
    if (byteLength(reason) > 123)
      throw new RangeError(expected('reason', 'to be at most 123 bytes in UTF-8', reason))
    if (this.ended || this.closeSent) return
    const { backlog, page } = this
    const { engine } = this.network
    const ending: Ending = { code: code ?? 1005, reason, wasClean: true }
    this.closeSent = ending
    this.tell(() => {
      page.closing(ending.code)
      // Chromium answers at once: what it has not sent by then stays unsent. Firefox sends it first, as long as it takes.
      if (engine === 'chromium') backlog.clear()
      if (engine !== 'firefox' || backlog.isEmpty) this.wait(patience[engine].end, () => page.closed(ending))
      this.answerWith(ending)
    })
  }

  /** Resets the connection: no close frame, code 1006. What the server has not read is lost. */
  drop(): void {
    if (this.ended) return
    this.down.post(() => this.page.lost())
    this.end(abnormal)
  }

  /** Stops reading: what the page sends stays in its buffer, and its close frame is not answered. */
  stall(): void {
    this.backlog.hold(true)
    this.up.hold(true)
  }

  /** Reads again. */
  resume(): void {
    this.backlog.hold(false)
    this.up.hold(false)
  }

  /**
   * Nothing arrives any more, either way, and nobody is told, as when a cable is pulled: what the page sends leaves its
   * buffer and is lost. Only `drop()` still comes through.
   */
  halfOpen(): void {
    this.isHalfOpen = true
    this.up.cut()
    this.down.cut()
  }

  /**
   * The first message that was not asked for yet, as soon as it is there; where the server's `record` is false, the next
   * that comes. Rejects if the connection ends first.
   */
  nextMessage(): Promise<Message> {
    const index = this.asked++
    return new Promise((resolve, reject) => {
      const look = (latest?: Message): void => {
        const message = this.network.record ? this.received[index] : latest
        if (message !== undefined) resolve(message)
        else if (this.ended) reject(new Error(`The connection has ended with ${this.ended.code}`))
        else return
        this.off('message', look).off('close', end)
      }
      const end = (): void => look()
      this.on('message', look).on('close', end)
      look()
    })
  }

  /** @internal The page sends. */
  push(data: FrameData, size: number): void {
    let message = messageOf(data)
    const receive = (): void => {
      if (this.network.record) this.received.push(message as Message)
      this.emit('message', message as Message)
    }
    const parcel = { size, isReady: !isPromise(message), taken: () => this.arrive(receive) }
    if (isPromise(message))
      void message.then((bytes) => {
        message = bytes
        parcel.isReady = true
        this.backlog.look()
      })
    this.backlog.push(parcel)
  }

  /** @internal The page closes. */
  hangUp(code: number, reason: string): void {
    // Of the three, Firefox alone tells of an error then.
    const giveUp = (): void =>
      this.network.engine === 'firefox' ? this.page.lost() : this.page.closed(abnormal)
    // With something before it that does not leave, it waits for ever.
    const beginToWait = (): void => this.wait(patience[this.network.engine].close, giveUp)
    if (this.backlog.isEmpty) beginToWait()
    this.answerWith({ code, reason, wasClean: true }, beginToWait)
  }

  /** @internal The page is no longer there. */
  abandon(): void {
    clearTimeout(this.timer)
    if (!this.ended) this.arrive(() => this.end(abnormal))
  }

  /** The page sends a close frame, which the server answers unless it is an answer. */
  private answerWith(ending: Ending, taken?: () => void): void {
    const receive = (): void => {
      this.tell(() => this.page.closed(this.closeSent ?? ending))
      this.end(ending)
    }
    this.backlog.push({
      size: 0,
      isReady: true,
      taken: () => {
        taken?.()
        this.arrive(receive)
      },
    })
  }

  /** Something sets out for the page. */
  private tell(receive: () => void): void {
    if (!this.isHalfOpen) this.down.post(receive)
  }

  /** Something sets out for the server. */
  private arrive(receive: () => void): void {
    if (!this.isHalfOpen) this.up.post(receive)
  }

  private wait(milliseconds: number, run: () => void): void {
    clearTimeout(this.timer)
    this.timer = startTimer(milliseconds, run)
  }

  private end(ending: Ending): void {
    if (this.ended) return
    this.ended = ending
    this.backlog.clear()
    this.up.cut()
    this.emit('close', ending)
  }
}

function isSendable(code: number): boolean {
  if (code >= 3000) return code <= 4999
  return code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
}
