/** The face: public methods, getters and promises. What lives behind them is in `core/`. */
import { EventEmitter } from 'eventemitter3'
import { encode } from './codec.ts'
import type { Context } from './core/context.ts'
import type { SteadySocketEvents } from './core/events.ts'
import { createLife, type Life } from './core/life.ts'
import { createOutbox, type Outbox, type SendResult } from './core/outbox.ts'
import type { PartMaker } from './core/part.ts'
import { readyStates, type State } from './core/state.ts'
import { createCounters, type Stats } from './core/stats.ts'
import { createSteps } from './core/steps.ts'
import { expected, SteadySocketError } from './errors.ts'
import { type BinaryData, createFrame, type FrameData } from './frame.ts'
import type {
  OptionsArguments,
  SendOptions,
  SteadySocketOptions,
  UrlProvider,
  WaitOptions,
} from './options.ts'
import { readUrl } from './page/url.ts'
import { handshake } from './parts/handshake.ts'
import { heartbeat } from './parts/heartbeat.ts'
import { CloseCode, readCloseArguments } from './rules/close-codes.ts'
import { readOptions, readSendOptions, readWaitOptions } from './settings.ts'
import { keepContext } from './timer.ts'
import { createLooks } from './until.ts'
import { aFunction, check } from './validation.ts'

/** The messages that wait, seen from outside. */
export interface QueueView {
  /** How many messages wait. */
  readonly length: number
  /** The size of what waits, in bytes; text as UTF-8. */
  readonly bytes: number
  /** Empties the queue and gives back what was in it, as encoded for the wire: text, Blobs, and all else as `Uint8Array`. */
  clear(): FrameData[]
}

/** What a socket is made of. */
interface Inside<In, Out> {
  readonly context: Context<In, Out>
  readonly life: Life
  readonly outbox: Outbox
  readonly queue: QueueView
  binaryType: BinaryType
}

/**
 * The one property that is not public. A symbol, so that no subclass has a member of that name; with a function, which no
 * store or reactive proxy wraps or copies.
 */
const inside = Symbol('steadysocket')

function insideOf<In, Out>(socket: SteadySocket<In, Out>): Inside<In, Out> {
  return (socket as unknown as { [inside]: () => Inside<In, Out> })[inside]()
}

/**
 * A WebSocket that stays up, sends no faster than the network takes, and speaks the application's types.
 *
 * `In` is what `message` events carry and `Out` what `send()` takes; both are inferred from the codec.
 */
export class SteadySocket<In = string, Out = string> extends EventEmitter<SteadySocketEvents<In>> {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readonly CONNECTING = 0
  readonly OPEN = 1
  readonly CLOSING = 2
  readonly CLOSED = 3

  /**
   * @param url where to connect: absolute or relative to the page, `ws(s):` or `http(s):`; or a function that is asked
   *   before every attempt and may answer later
   * @throws TypeError for a bad option, naming it; DOMException `SyntaxError` for a bad URL
   */
  constructor(url: UrlProvider, ...options: OptionsArguments<In, Out>)
  constructor(url: UrlProvider, options?: SteadySocketOptions<In, Out>, ...more: unknown[]) {
    super()
    if (more[0] !== undefined) throw new TypeError(expected('options', 'to be the second argument', more[0]))
    const settings = readOptions(options)
    const steps = createSteps()
    const looks = createLooks()
    const counters = createCounters()
    const { codec } = settings
    const parts: PartMaker<In>[] = []
    if (settings.handshake) parts.push(handshake(settings.handshake, codec))
    if (settings.heartbeat) parts.push(heartbeat(settings.heartbeat, codec, counters))
    const context: Context<In, Out> = {
      url: typeof url === 'function' ? url : readUrl(url),
      settings,
      parts,
      counters,
      steps,
      looks,
      inOwnContext: keepContext(),
      tell: (emission) => steps.run(() => this.emit.apply(this, emission as never)),
      lookAgain: () => {
        for (const each of looks.all()) steps.run(each)
      },
      wantsDrain: () => looks.waiting > 0 || this.listenerCount('drain') > 0,
      // With `decodeBinary` no binary frame comes out as it is; a Blob could not be decoded in its turn.
      nativeBinaryType: () => (codec.decodeBinary ? 'arraybuffer' : own.binaryType),
    }
    const outbox = createOutbox(context)
    const life = createLife(context, outbox)
    const queue: QueueView = {
      get length() {
        return outbox.length
      },
      get bytes() {
        return outbox.bytes
      },
      clear: () => outbox.clear().map(({ data }) => data),
    }
    const own: Inside<In, Out> = { context, life, outbox, queue, binaryType: settings.binaryType }
    Object.defineProperty(this, inside, { value: () => own, configurable: true })
    // A listener of `drain` may have come.
    shareListeners(this, outbox.pump)
  }

  /** What the socket is doing: a new frozen value at each change. */
  get state(): State {
    return insideOf(this).life.state
  }

  /** The native number nearest to `state`. */
  get readyState(): 0 | 1 | 2 | 3 {
    return readyStates[this.state.name]
  }

  /** The URL of the present connection, or `''`. */
  get url(): string {
    return insideOf(this).life.native?.url ?? ''
  }

  /** The subprotocol that the server chose for the present connection, or `''`. */
  get protocol(): string {
    return insideOf(this).life.native?.protocol ?? ''
  }

  /** The extensions of the present connection, or `''`. */
  get extensions(): string {
    return insideOf(this).life.native?.extensions ?? ''
  }

  /** How binary frames come out. A change applies at once, and to every later connection. */
  get binaryType(): BinaryType {
    return insideOf(this).binaryType
  }

  set binaryType(type: BinaryType) {
    // As natively, what is no binary type changes nothing (Web IDL: enumerations as attributes).
    if (type !== 'blob' && type !== 'arraybuffer') return
    const own = insideOf(this)
    own.binaryType = type
    const { native } = own.life
    if (native) native.binaryType = own.context.nativeBinaryType()
  }

  /** What waits to be sent. */
  get queue(): QueueView {
    return insideOf(this).queue
  }

  /** Bytes that wait, here and in the browser. */
  get bufferedAmount(): number {
    const { outbox, life } = insideOf(this)
    return outbox.bytes + (life.native?.bufferedAmount ?? 0)
  }

  /** Counters since construction; a new object at each reading. */
  get stats(): Stats {
    return { ...insideOf(this).context.counters }
  }

  /**
   * Sends a message, or queues it until it can be sent. Messages leave in the order in which they were given.
   *
   * It is encoded at once: what the codec throws, this throws, and nothing is queued. Delivery is at most once:
   * a message that had left the browser when the connection was lost may or may not have arrived.
   *
   * @throws TypeError for a bad option, naming it, and for binary data that cannot be read
   */
  send(data: Extract<Out, string> | BinaryData, options?: SendOptions): SendResult
  // A value that may be either; apart, so that of a message no property passes for one of a Blob.
  send<Either extends Out | BinaryData>(
    data: Either & ([Extract<Either, BinaryData>] extends [never] ? never : unknown),
    options?: SendOptions,
  ): SendResult
  // Apart, since TypeScript's errors quote the last overload: what a message looks like, and not a Blob.
  send(message: Out, options?: SendOptions): SendResult
  send(message: Out | BinaryData, options?: SendOptions): SendResult {
    const { context, life, outbox } = insideOf(this)
    const terms = readSendOptions(options)
    const frame = createFrame(encode(context.settings.codec, message), terms)
    life.noticeClosed()
    const { name } = life.state
    return name === 'closing' || name === 'closed' ? outbox.drop(frame, 'closed') : outbox.send(frame)
  }

  /** Connects, with a full budget of retries. Does nothing while connecting or open, nor once `signal` was aborted. */
  connect(): void {
    insideOf(this).life.connect()
  }

  /**
   * Closes the present connection, if any, and connects again at once, with a full budget of retries.
   * What waits is kept for the new connection. Once `signal` was aborted, nothing is begun.
   *
   * @throws DOMException as `close()` does
   */
  reconnect(code: number = CloseCode.NormalClosure, reason = ''): void {
    insideOf(this).life.reconnect(...readCloseArguments(code, reason))
  }

  /**
   * Sends what waits, if open, and closes for good: only `connect()` or `reconnect()` starts again. While not open, what
   * waits stays in the queue for that. One `close` event follows, also where there was no connection to close: when the
   * server has answered, or `closeTimeout` after the last byte was seen leaving.
   *
   * @throws DOMException as the native `close()` does: `InvalidAccessError` unless the code is 1000 or from 3000 to
   *   4999, `SyntaxError` if the reason is longer than 123 bytes in UTF-8
   */
  close(code?: number, reason = ''): void {
    insideOf(this).life.close(...readCloseArguments(code, reason))
  }

  /** `close()`, and every listener is removed. */
  [Symbol.dispose](): void {
    this.close()
    this.removeAllListeners()
    insideOf(this).context.looks.unsubscribeAll()
  }

  /**
   * Resolves when the socket is open: now, or when it is next (which an idle socket never is without `connect()`).
   * Rejects with code `CLOSED` if it closes for good first, and at once on a server that waits for `connect()`; with `TIMEOUT`
   * after `timeout`, and with the signal's reason.
   */
  opened(options?: WaitOptions): Promise<void> {
    const { context, life } = insideOf(this)
    const isOpen = (): boolean => {
      const { name } = life.state
      if (name === 'idle' && context.settings.autoConnect === undefined)
        throw new SteadySocketError('CLOSED', 'On a server a socket stays idle until `connect()`')
      if (name === 'closing' || name === 'closed')
        throw new SteadySocketError('CLOSED', `The socket is ${name}`)
      return name === 'open'
    }
    return context.looks.until('open', isOpen, () => readWaitOptions(options))
  }

  /**
   * Resolves when nothing waits any more, neither here nor in the browser: now, or when that is so.
   * Rejects with code `CLOSED` if the socket closes for good first; with `TIMEOUT` after `timeout`, and with the signal's reason.
   */
  drained(options?: WaitOptions): Promise<void> {
    const { context, life, outbox } = insideOf(this)
    const isDrained = (): boolean => {
      const { lastEnd } = life
      if (lastEnd && (lastEnd.unsentBytes > 0 || outbox.length > 0))
        throw new SteadySocketError('CLOSED', 'The socket is closed')
      return this.bufferedAmount === 0 && outbox.length === 0
    }
    const promise = context.looks.until('drained', isDrained, () => readWaitOptions(options))
    outbox.pump()
    return promise
  }

  /**
   * Calls the listener at once with `state`, and at every change of it until the function it answers is called.
   * Bound, so that React may take it as it is.
   *
   * @throws TypeError if the listener is no function
   */
  readonly subscribe = (listener: (state: State) => void): (() => void) => {
    check('listener', listener, aFunction)
    return insideOf(this).context.looks.subscribe(() => this.state, listener)
  }
}

/**
 * eventemitter3 keeps its listeners in two properties. As accessors they are the same ones in any proxy or copy of the
 * socket, and tell of an event's first listener.
 */
function shareListeners(emitter: object, changed: () => void): void {
  const properties = emitter as Record<string, unknown>
  for (const name of ['_events', '_eventsCount']) {
    let value = properties[name]
    Object.defineProperty(emitter, name, {
      get: () => value,
      set(next) {
        value = next
        changed()
      },
    })
  }
}
