/** A WebSocket class for unit tests that does nothing by itself: the test plays the network and the server. */

export type FakeWebSocketClass = ReturnType<typeof createFakeWebSocket>

export interface FakeWebSocketOptions {
  /** Makes `send` add to `bufferedAmount`, until the test calls `drain`. @default false */
  buffering?: boolean
  /** Runs at the end of the constructor; may throw, or change the socket. */
  onCreate?: (socket: FakeWebSocket) => void
}

export interface CloseCall {
  code?: number | undefined
  reason?: string | undefined
}

interface CloseInit {
  code?: number
  reason?: string
  wasClean?: boolean
}

type Payload = Parameters<WebSocket['send']>[0]

interface Registration {
  type: string
  listener: EventListenerOrEventListenerObject
  capture: boolean
}

const events = ['open', 'message', 'error', 'close'] as const

/** How engines tell of a lost connection: WebKit's `close` comes in a later task, in a fifth of all cases after a timer. */
export const manners = ['chromium', 'firefox', 'webkit', 'webkit, after a timer'] as const
export type Manner = (typeof manners)[number]

/** A class of its own for each test, so that `instances` holds what this test built and nothing else. */
export function createFakeWebSocket({ buffering = false, onCreate }: FakeWebSocketOptions = {}) {
  const instances: FakeWebSocket[] = []
  return class extends FakeWebSocket {
    /** Everything built, oldest first. */
    static readonly instances: readonly FakeWebSocket[] = instances

    /** The newest one. */
    static get last(): FakeWebSocket {
      const last = instances.at(-1)
      if (!last) throw new Error('No FakeWebSocket was built')
      return last
    }

    constructor(url: string | URL, protocols: string | string[] = []) {
      super(url, protocols, buffering)
      instances.push(this)
      onCreate?.(this)
    }
  }
}

export class FakeWebSocket extends EventTarget implements WebSocket {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3

  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3

  readyState: WebSocket['readyState'] = FakeWebSocket.CONNECTING
  bufferedAmount = 0
  binaryType: BinaryType = 'blob'
  protocol = ''
  extensions = ''
  readonly url: string

  onopen: WebSocket['onopen'] = null
  onmessage: WebSocket['onmessage'] = null
  onerror: WebSocket['onerror'] = null
  onclose: WebSocket['onclose'] = null

  /** What the constructor was given, as a list. */
  readonly protocols: readonly string[]
  /** What was given to `send` while open; binary data as it was at that moment. */
  readonly sent: Payload[] = []
  /** The arguments of each `close` call that did not throw. */
  readonly closeCalls: CloseCall[] = []

  private readonly buffering: boolean
  private readonly registrations: Registration[] = []

  constructor(url: string | URL, protocols: string | string[], buffering: boolean) {
    super()
    this.url = String(url)
    this.protocols = [protocols].flat()
    this.buffering = buffering
    for (const type of events) {
      super.addEventListener(type, (event) => this[`on${type}`]?.call(this, event as never))
    }
  }

  send(data: Payload): void {
    if (this.readyState === FakeWebSocket.CONNECTING) {
      throw new DOMException('Still in CONNECTING state', 'InvalidStateError')
    }
    const open = this.readyState === FakeWebSocket.OPEN
    if (open) this.sent.push(isBinary(data) ? structuredClone(data) : data)
    if (!open || this.buffering) this.bufferedAmount += byteSize(data)
  }

  close(code?: number, reason?: string): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException(`${code} is neither 1000 nor 3000 to 4999`, 'InvalidAccessError')
    }
    if (reason !== undefined && byteSize(reason) > 123) {
      throw new DOMException('The reason is longer than 123 bytes', 'SyntaxError')
    }
    this.closeCalls.push({ code, reason })
    if (this.readyState < FakeWebSocket.CLOSING) this.readyState = FakeWebSocket.CLOSING
  }

  /** The server accepts the upgrade. */
  accept({ protocol = '', extensions = '' }: { protocol?: string; extensions?: string } = {}): void {
    if (this.readyState !== FakeWebSocket.CONNECTING) throw new Error('Only a connecting socket can open')
    Object.assign(this, { readyState: FakeWebSocket.OPEN, protocol, extensions })
    this.dispatchEvent(new Event('open'))
  }

  /** A frame arrives, whatever the state; binary data in the shape that `binaryType` asks for. */
  receive(data: string | ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    const blob = isBinary(data) ? new Blob([data]) : undefined
    if (!blob || this.binaryType === 'blob') {
      this.dispatchEvent(new MessageEvent('message', { data: blob ?? data }))
      return
    }
    const bytes = ArrayBuffer.isView(data) ? bytesOf(data) : new Uint8Array(data as ArrayBuffer)
    this.dispatchEvent(new MessageEvent('message', { data: bytes.slice().buffer }))
  }

  /** The connection fails: `error` and `close`, or one of them, in either order. */
  fail({
    error = true,
    close = {},
    order = ['error', 'close'],
  }: {
    error?: boolean
    close?: CloseInit | false
    order?: readonly ('error' | 'close')[]
  } = {}): void {
    this.readyState = FakeWebSocket.CLOSED
    for (const type of order) {
      if (type === 'error' && error) this.dispatchEvent(new Event('error'))
      if (type === 'close' && close) this.dispatchEvent(closeEvent(close))
    }
  }

  /** The connection is lost, and that is told as an engine tells it; all is told 2 ms later. */
  lose(manner: Manner, close: CloseInit = {}): void {
    const tellClose = (): void => this.fail({ error: false, close })
    if (manner === 'chromium') tellClose()
    else if (manner === 'firefox') this.fail({ close })
    else {
      // Started before `error` is told, it comes before any timer that a listener starts.
      if (manner === 'webkit') setTimeout(tellClose)
      this.fail({ close: false })
      if (manner !== 'webkit') setTimeout(tellClose, 2)
    }
  }

  /** The server closes, or answers a close. */
  serverClose(code = 1000, reason = '', wasClean = true): void {
    this.fail({ error: false, close: { code, reason, wasClean } })
  }

  /** So many bytes leave for the network; all of them unless told. */
  drain(bytes = Number.POSITIVE_INFINITY): void {
    this.bufferedAmount = Math.max(0, this.bufferedAmount - bytes)
  }

  /** Listeners attached now, `on` attributes among them. */
  listenerCount(type?: string): number {
    const registered = this.registrations.filter((each) => type === undefined || each.type === type)
    const attributes = events.filter((each) => (type === undefined || each === type) && this[`on${each}`])
    return registered.length + attributes.length
  }

  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options: boolean | AddEventListenerOptions = {},
  ): void {
    super.addEventListener(type, listener, options)
    const { capture = false, once, signal } = typeof options === 'boolean' ? { capture: options } : options
    if (!listener || signal?.aborted || this.find(type, listener, capture) !== -1) return
    this.registrations.push({ type, listener, capture })
    const forget = (): void => this.forget(type, listener, capture)
    signal?.addEventListener('abort', forget, { once: true })
    if (once) super.addEventListener(type, forget, { once: true })
  }

  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options: boolean | EventListenerOptions = {},
  ): void {
    super.removeEventListener(type, listener, options)
    const capture = typeof options === 'boolean' ? options : (options.capture ?? false)
    if (listener) this.forget(type, listener, capture)
  }

  private find(type: string, listener: EventListenerOrEventListenerObject, capture: boolean): number {
    return this.registrations.findIndex(
      (each) => each.type === type && each.listener === listener && each.capture === capture,
    )
  }

  private forget(type: string, listener: EventListenerOrEventListenerObject, capture: boolean): void {
    const index = this.find(type, listener, capture)
    if (index !== -1) this.registrations.splice(index, 1)
  }
}

/** Built by hand: Node 20 has no CloseEvent. */
function closeEvent({ code = 1006, reason = '', wasClean = false }: CloseInit): CloseEvent {
  return Object.assign(new Event('close'), { code, reason, wasClean }) as CloseEvent
}

function isBinary<T>(data: T): data is Exclude<T, string | Blob> {
  return typeof data !== 'string' && !(data instanceof Blob)
}

function bytesOf(view: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

function byteSize(data: Payload): number {
  if (typeof data === 'string') return new TextEncoder().encode(data).length
  return data instanceof Blob ? data.size : data.byteLength
}
