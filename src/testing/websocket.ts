/** The class that a page takes for the native `WebSocket`. */
import { domException } from '../errors.ts'
import { byteLength } from '../frame.ts'
import { resolveUrl } from '../page/url.ts'
import { readCloseArguments } from '../rules/close-codes.ts'
import { startTimer, type Timer } from '../timer.ts'
import type { Upgrade } from './connection.ts'
import { createEvent, handlerAttribute } from './events.ts'
import { frameData, type Message, messageOf } from './message.ts'
import { type Network, patience } from './network.ts'
import { abnormal, type Ending, type PageEnd, type Wire } from './wire.ts'

type NativeClass = typeof WebSocket

const constants = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const
const { CONNECTING, OPEN, CLOSING, CLOSED } = constants
const types = ['open', 'message', 'error', 'close']

/** A page that wants to connect. */
export interface Request extends Upgrade {
  readonly page: PageEnd
  /** The server has refused. */
  readonly refused: () => void
  /** There once the server has accepted. */
  wire?: Wire
  /** The page does not want to any more. */
  isOver: boolean
}

/** @param connect hands a request to the server */
export function createWebSocketClass(network: Network, connect: (request: Request) => void): NativeClass {
  const { engine } = network

  class WebSocket extends EventTarget {
    readonly url: string
    private state: 0 | 1 | 2 | 3 = CONNECTING
    private buffered = 0
    private chosen = ''
    private binary: BinaryType = 'blob'
    private readonly request: Request
    private readonly limit: Timer

    constructor(...args: [url?: unknown, protocols?: unknown]) {
      if (args.length === 0) throw new TypeError('A WebSocket needs a URL')
      super()
      this.url = resolveUrl(`${args[0]}`)
      const page: PageEnd = {
        opened: (protocol) => this.open(protocol),
        received: (message) => this.receive(message),
        left: (bytes) => {
          // What a closing socket still counts stands still.
          if (this.state === OPEN) this.buffered -= bytes
        },
        closing: () => {
          if (this.state === OPEN) this.state = CLOSING
        },
        closed: (ending) => this.end(ending),
        lost: () => this.lose(),
      }
      const refused = (): void => this.fail()
      this.request = { url: this.url, protocols: readProtocols(args[1]), page, refused, isOver: false }
      this.limit = startTimer(patience[engine].upgrade, refused)
      connect(this.request)
    }

    get readyState(): number {
      return this.state
    }

    get bufferedAmount(): number {
      return this.buffered
    }

    get protocol(): string {
      return this.chosen
    }

    get extensions(): string {
      return ''
    }

    get binaryType(): BinaryType {
      return this.binary
    }

    set binaryType(type: BinaryType) {
      if (type === 'blob' || type === 'arraybuffer') this.binary = type
    }

    send(...args: [data?: unknown]): void {
      if (args.length === 0) throw new TypeError('There is nothing to send')
      const data = frameData(args[0])
      if (this.state === CONNECTING)
        throw domException('InvalidStateError', 'The WebSocket is still connecting')
      const size = byteLength(data)
      this.buffered += size
      if (this.state === OPEN) this.request.wire?.push(messageOf(data), size)
    }

    close(code?: number, reason = ''): void {
      const [status = 1005, text] = readCloseArguments(code, reason)
      if (this.state >= CLOSING) return
      const wasOpen = this.state === OPEN
      this.state = CLOSING
      if (wasOpen) this.request.wire?.hangUp(status, text)
      else {
        this.request.isOver = true
        setTimeout(() => this.fail())
      }
    }

    private open(protocol: string): void {
      if (this.state !== CONNECTING) return
      clearTimeout(this.limit)
      this.state = OPEN
      this.chosen = protocol
      this.dispatchEvent(createEvent('open'))
    }

    private receive(message: Message): void {
      if (this.state !== OPEN) return
      const data =
        typeof message === 'string' || this.binary === 'arraybuffer' ? message : new Blob([message])
      this.dispatchEvent(createEvent('message', 'MessageEvent', { data, origin: new URL(this.url).origin }))
    }

    /** It did not open. */
    private fail(): void {
      if (this.state === CLOSED) return
      this.state = CLOSED
      this.dispatchEvent(createEvent('error'))
      this.tellClose(abnormal)
    }

    /** A connection is lost, which each engine tells in its way. */
    private lose(): void {
      if (engine === 'chromium') this.end(abnormal)
      else if (engine === 'firefox') this.fail()
      else if (this.state !== CLOSED) {
        this.state = CLOSED
        setTimeout(() => this.tellClose(abnormal))
        this.dispatchEvent(createEvent('error'))
      }
    }

    private end(ending: Ending): void {
      if (this.state === CLOSED) return
      this.state = CLOSED
      this.tellClose({
        ...ending,
        wasClean: ending.wasClean && !(engine === 'chromium' && this.buffered > 0),
      })
    }

    private tellClose(ending: Ending): void {
      clearTimeout(this.limit)
      this.request.isOver = true
      this.request.wire?.abandon()
      this.dispatchEvent(createEvent('close', 'CloseEvent', ending))
    }
  }

  const { prototype } = WebSocket
  for (const [name, value] of Object.entries(constants))
    for (const each of [WebSocket, prototype]) Object.defineProperty(each, name, { value, enumerable: true })
  for (const type of types) Object.defineProperty(prototype, `on${type}`, handlerAttribute(type))
  Object.defineProperty(prototype, Symbol.toStringTag, { value: 'WebSocket', configurable: true })
  return WebSocket as unknown as NativeClass
}

/** WHATWG WebSockets: a token of HTTP each, and none twice. */
function readProtocols(protocols: unknown = []): string[] {
  const isList = typeof protocols === 'object' && protocols !== null && Symbol.iterator in protocols
  const offered = isList ? Array.from(protocols as Iterable<unknown>, String) : [`${protocols}`]
  const isToken = (text: string): boolean => /^[!#$%&'*+\-.^_`|~\w]+$/.test(text)
  if (offered.every(isToken) && new Set(offered).size === offered.length) return offered
  throw domException('SyntaxError', `Not a list of different subprotocols: ${offered.join()}`)
}
