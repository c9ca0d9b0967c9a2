/** A drop-in for the native `WebSocket` class: its interface, over a `SteadySocket`. */
import { createHandlers, type Handlers } from '../event-handlers.ts'
import {
  type BinaryData,
  type Codec,
  type Provider,
  SteadySocket,
  type SteadySocketOptions,
  type UrlProvider,
  type WebSocketLike,
} from '../index.ts'
import { resolveUrl } from '../page/url.ts'
import { createEvent, demandArgument, dress, toProtocols } from '../web-idl.ts'
import { nativeClass, shown } from './native-class.ts'
import { optionsIn, type ReconnectingWebSocketOptions } from './options.ts'

/** As natively, all that is not binary is text. */
const codec: Codec<string, string> = { encode: (data) => `${data}`, decode: (data) => data }

/** As natively, once and for all; what is no URL is left to the socket, which refuses it. */
function resolve(url: string): string {
  try {
    return resolveUrl(url)
  } catch {
    return url
  }
}

/** `EventTarget`, with the types of our events. */
const Target: new () => Pick<WebSocket, keyof EventTarget> = EventTarget

/**
 * Takes the place of the native `WebSocket`, and comes back when the connection is lost. `open` and `close` are told of
 * each connection, `error` and `close` of each attempt that failed; what is sent meanwhile waits.
 *
 * Libraries call it with two arguments; options are bound by a subclass:
 *
 * ```ts
 * class Socket extends ReconnectingWebSocket {
 *   constructor(url: string | URL, protocols?: string | string[]) {
 *     super(url, protocols, { reconnect: { maxDelay: 30_000 } })
 *   }
 * }
 * ```
 */
export class ReconnectingWebSocket extends Target implements WebSocket {
  declare static readonly CONNECTING: 0
  declare static readonly OPEN: 1
  declare static readonly CLOSING: 2
  declare static readonly CLOSED: 3
  declare readonly CONNECTING: 0
  declare readonly OPEN: 1
  declare readonly CLOSING: 2
  declare readonly CLOSED: 3

  readonly #steady: SteadySocket
  readonly #handlers: Handlers = createHandlers(this as unknown as EventTarget)
  readonly #url: string
  readonly #reconnects: boolean
  /** The newest native socket, and the same until its end is told. */
  #native: WebSocketLike | undefined
  #present: WebSocketLike | undefined
  /** Whether that has told of an error. */
  #hasFailed = false
  /** Whether the end is there, and about to be told. */
  #isEnding = false
  /** Bytes that were sent in vain. */
  #lost = 0

  /**
   * @param url as natively; or a function that is asked before every attempt and may answer later
   * @param protocols as natively; or such a function
   * @param options names that are none are ignored
   * @throws DOMException `SyntaxError` for a bad URL or subprotocol; TypeError for a bad option, naming it
   */
  constructor(
    url: UrlProvider,
    protocols: Provider<string | readonly string[]> = [],
    options?: ReconnectingWebSocketOptions,
  ) {
    // biome-ignore lint/complexity/noArguments: natively, `undefined` is one
    demandArgument(arguments)
    super()
    const settings = optionsIn(options)
    const { WebSocket = nativeClass() } = settings
    const reconnects = settings.reconnect !== false
    const address = typeof url === 'function' ? url : resolve(`${url}`)
    this.#reconnects = reconnects
    this.#url = typeof address === 'string' ? address : ''
    this.#steady = connect(address, {
      ...settings,
      codec,
      protocols: typeof protocols === 'function' ? protocols : toProtocols(protocols),
      connectTimeout: settings.connectTimeout ?? (reconnects ? undefined : Infinity),
      wake: settings.wake ?? reconnects,
      queue: reconnects && settings.queue,
      WebSocket: shown(WebSocket, (native) => this.#meet(native)),
    })
    this.#listen()
  }

  /** Listens to a new native socket for what `SteadySocket` has no use for. */
  #meet(native: WebSocketLike): void {
    this.#native = this.#present = native
    native.addEventListener?.('error', () => {
      if (native !== this.#present) return
      this.#hasFailed = true
      this.dispatchEvent(new Event('error'))
    })
  }

  #listen(): void {
    let origin = ''
    const steady = this.#steady
    const receive = (data: string | ArrayBuffer | Blob): void => {
      this.dispatchEvent(new MessageEvent('message', { data, origin }))
    }
    steady.on('message', receive)
    steady.on('binary', receive)
    steady.on('open', () => {
      this.#lost = 0
      origin = this.url && new URL(this.url).origin
      this.dispatchEvent(new Event('open'))
    })
    steady.on('close', (info) => {
      const isFailure = (info.error || !info.opened) && !this.#hasFailed
      const end = (): void => {
        this.#isEnding = false
        if (isFailure) {
          this.dispatchEvent(new Event('error'))
          // As natively, who awaits the one has time to ask for the other.
          queueMicrotask(tellClose)
        } else tellClose()
      }
      const tellClose = (): void => {
        this.dispatchEvent(createEvent('close', 'CloseEvent', info))
      }
      this.#present = undefined
      this.#hasFailed = false
      if (!info.willRetry) this.#lost += info.unsentBytes
      // As natively, even what was closed when it had hardly begun ends in a task of its own.
      this.#isEnding = !info.opened && !info.error && !info.willRetry
      if (this.#isEnding) setTimeout(end)
      else end()
    })
  }

  /** Without reconnection, the native socket knows best. */
  get #target(): WebSocketLike | SteadySocket {
    return (!this.#reconnects && this.#present) || this.#steady
  }

  /** What is underneath: `state`, `stats`, `reconnect()`, the events `retry` and `drop`, and all else. */
  get steady(): SteadySocket {
    return this.#steady
  }

  /** The URL of the newest connection; of the first attempt before there is one, or `''` if that is not known yet. */
  get url(): string {
    return this.#native?.url || this.#url
  }

  /** As natively; between connections, while it will reconnect, `CONNECTING`. */
  get readyState(): WebSocket['readyState'] {
    const { state, readyState } = this.#steady
    if (this.#isEnding) return 2
    return state.name === 'idle' ? 0 : (Math.max(readyState, this.#target.readyState) as 0 | 1 | 2 | 3)
  }

  /** Bytes that wait, here and in the browser; as natively, with those that were lost when it closed for good. */
  get bufferedAmount(): number {
    return (this.#target.bufferedAmount ?? 0) + this.#lost
  }

  get extensions(): string {
    return this.#native?.extensions ?? ''
  }

  get protocol(): string {
    return this.#native?.protocol ?? ''
  }

  get binaryType(): BinaryType {
    return this.#steady.binaryType
  }

  set binaryType(type: BinaryType) {
    this.#steady.binaryType = `${type}`
  }

  /** Closes for good. */
  close(...how: [code?: number, reason?: string]): void {
    this.#target.close(...how)
  }

  /**
   * Sends, or queues until it can be sent.
   *
   * @throws DOMException `InvalidStateError` before `open`, with `reconnect: false`
   */
  send(data: Parameters<WebSocket['send']>[0]): void {
    // biome-ignore lint/complexity/noArguments: natively, `undefined` is one
    demandArgument(arguments)
    const { readyState } = this
    if (this.#target.send(data as BinaryData) !== 'dropped') return
    // As `send()` does, a Blob takes whatever it is given.
    if (readyState > 1) this.#lost += new Blob([data as BlobPart]).size
    else if (!this.#reconnects) throw new DOMException('Not open yet', 'InvalidStateError')
  }

  get onopen(): WebSocket['onopen'] {
    return this.#handlers.get('open')
  }

  set onopen(handler: WebSocket['onopen']) {
    this.#handlers.set('open', handler)
  }

  get onmessage(): WebSocket['onmessage'] {
    return this.#handlers.get('message')
  }

  set onmessage(handler: WebSocket['onmessage']) {
    this.#handlers.set('message', handler)
  }

  get onerror(): WebSocket['onerror'] {
    return this.#handlers.get('error')
  }

  set onerror(handler: WebSocket['onerror']) {
    this.#handlers.set('error', handler)
  }

  get onclose(): WebSocket['onclose'] {
    return this.#handlers.get('close')
  }

  set onclose(handler: WebSocket['onclose']) {
    this.#handlers.set('close', handler)
  }
}

// No static block: Safari has them since 16.4 only.
dress(ReconnectingWebSocket, 'WebSocket', { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })

/** A bad subprotocol is a `SyntaxError`, as natively. */
function connect(url: UrlProvider, options: SteadySocketOptions): SteadySocket {
  try {
    return new SteadySocket(url, options)
  } catch (error) {
    const { message } = error as Error
    throw message.includes('`protocols`') ? new DOMException(message, 'SyntaxError') : error
  }
}
