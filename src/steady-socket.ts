/// <reference lib="esnext.disposable" preserve="true" />
/** The class: its public methods and its life cycle. Nothing else changes the state. */
import { EventEmitter } from 'eventemitter3'
import { CloseCode, checkCloseArguments } from './close-codes.ts'
import { Connection, OPEN } from './connection.ts'
import { messageOf, report, SteadySocketError, show } from './errors.ts'
import { EventQueue } from './event-queue.ts'
import type {
  BinaryData,
  CloseDescription,
  CloseInfo,
  DropReason,
  FrameData,
  RetryInfo,
  SteadySocketEvents,
} from './events.ts'
import { byteLength, contentOf, createFrame, type Frame, isBinary } from './frame.ts'
import { Handshake, type Inbound } from './handshake.ts'
import { Heartbeat } from './heartbeat.ts'
import {
  checkSendOptions,
  type HeartbeatOptions,
  readOptions,
  type SendOptions,
  type Settings,
  type SteadySocketOptions,
  type UrlProvider,
  type WaitOptions,
  type WebSocketLike,
} from './options.ts'
import { ask, whatFollows } from './policy.ts'
import { SendQueue } from './send-queue.ts'
import { snapshot } from './snapshot.ts'
import { type ConnectingState, readyStateOf, type State } from './state.ts'
import { Throttle } from './throttle.ts'
import { soon, startTimer } from './timer.ts'
import { Waiters } from './until.ts'
import { checkUrl } from './url.ts'
import { isPageAway, unwatch, type WakeSignal, watch } from './wake.ts'

/** `sent`: handed to the browser. `queued`: waits. `dropped`: will not be sent; a `drop` event says why. */
export type SendResult = 'sent' | 'queued' | 'dropped'

/** The messages that wait, seen from outside. */
export interface QueueView {
  readonly length: number
  readonly bytes: number
  /** Empties the queue and gives back what was in it, as encoded for the wire: text, Blobs, and all else as `Uint8Array`. */
  clear(): FrameData[]
}

/**
 * Counters since construction; a new object at each reading. Bytes are those of payloads. What comes in counts from the
 * handshake on, pongs too; what goes out from `open` on, pings too.
 */
export interface Stats {
  /** Times it was open. */
  readonly connections: number
  readonly attempts: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** Messages that were given up; each was a `drop` event. */
  readonly dropped: number
  /** Messages that went back to the queue when a connection was lost. */
  readonly requeued: number
  /** Ms from the last answered ping of the heartbeat to its pong, or without `isPong` to the next frame. */
  readonly roundTrip: number | undefined
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] }

type EventNames<In> = EventEmitter.EventNames<SteadySocketEvents<In>>
type Listener<In, Name extends EventNames<In>> = EventEmitter.EventListener<SteadySocketEvents<In>, Name>

type Emission<In> = {
  [Name in keyof SteadySocketEvents<In>]: [Name, ...SteadySocketEvents<In>[Name]]
}[keyof SteadySocketEvents<In>]

/** What timed-out attempts grow `connectTimeout` to, in ms: just above the 60 s for which Firefox holds sockets back. */
const longestAttempt = 65_000

/** How a socket ends that has no connection to end. */
const noConnection: CloseDescription = {
  code: CloseCode.AbnormalClosure,
  reason: '',
  wasClean: false,
  opened: false,
  phase: 'none',
  unsentBytes: 0,
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

  /** What waits to be sent. */
  readonly queue: QueueView

  private readonly source: UrlProvider
  private readonly settings: Settings<In, Out>
  private readonly backlog: SendQueue
  private readonly events: EventQueue<Emission<In>>
  private readonly subscribers = new Set<() => void>()
  private readonly openWaiters = new Waiters()
  private readonly drainWaiters = new Waiters()
  private current: State = Object.freeze({ name: 'idle' })
  /** The one timer of the present state. */
  private timer: ReturnType<typeof setTimeout> | undefined
  private connection: Connection | undefined
  private handshake: Handshake<In, Out> | undefined
  private throttle: Throttle | undefined
  private heartbeat: Heartbeat | undefined
  private wantedBinaryType: BinaryType
  /** Retries since a connection was last stable. */
  private retries = 0
  /** `connectTimeout`, or what it has grown to. */
  private attemptLimit: number
  private wasOpen = false
  private lostAt = 0
  private lastClose: CloseInfo | undefined
  /** What follows the end of a connection that we end ourselves, during that; otherwise the policy decides. */
  private afterEnd: ((close: CloseDescription) => void) | undefined
  /** How a connection ended, while the policy is asked what follows: the state is still that of before. */
  private undecided: CloseDescription | undefined
  /** How the connection ended that `close()` ended, until `finishClosing` tells it. */
  private closingEnd: CloseDescription | undefined
  private readonly counters: Writable<Stats> = {
    connections: 0,
    attempts: 0,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    dropped: 0,
    requeued: 0,
    roundTrip: undefined,
  }

  /**
   * @param url where to connect: absolute or relative to the page, `ws(s):` or `http(s):`; or a function that is asked
   *   before every attempt and may answer later
   * @throws TypeError for a bad option, naming it; DOMException `SyntaxError` for a bad URL
   */
  constructor(url: UrlProvider, options?: SteadySocketOptions<In, Out>) {
    super()
    this.settings = readOptions(options)
    if (typeof url !== 'function') checkUrl(url)
    this.source = typeof url === 'function' ? url : String(url)
    this.attemptLimit = this.settings.connectTimeout
    this.wantedBinaryType = this.settings.binaryType
    this.backlog = new SendQueue(this.settings.queue)
    this.queue = this.viewOf(this.backlog)
    this.events = new EventQueue((emission) => this.tell(emission))
    // Listeners added right after construction shall miss nothing; and the page is not touched before.
    this.events.hold()
    this.events.post(() => this.follow())
    soon(() => this.events.release())
    if (this.settings.signal?.aborted) this.close()
    else if (this.settings.autoConnect) this.start()
  }

  /** What the socket is doing: a new frozen value at each change. */
  get state(): State {
    return this.current
  }

  /** The native number nearest to `state`. */
  get readyState(): 0 | 1 | 2 | 3 {
    return readyStateOf(this.current)
  }

  /** The URL of the present connection, or `''`. */
  get url(): string {
    return this.connection?.native?.url ?? ''
  }

  /** The subprotocol that the server chose for the present connection, or `''`. */
  get protocol(): string {
    return this.connection?.native?.protocol ?? ''
  }

  /** The extensions of the present connection, or `''`. */
  get extensions(): string {
    return this.connection?.native?.extensions ?? ''
  }

  /** How binary frames come out. A change applies at once, and to every later connection. */
  get binaryType(): BinaryType {
    return this.wantedBinaryType
  }

  set binaryType(type: BinaryType) {
    // As natively, what is no binary type changes nothing (Web IDL: enumerations as attributes).
    if (type !== 'blob' && type !== 'arraybuffer') return
    this.wantedBinaryType = type
    const native = this.connection?.native
    if (native) native.binaryType = this.nativeBinaryType
  }

  /** Bytes that wait, here and in the browser. */
  get bufferedAmount(): number {
    return this.backlog.bytes + this.nativeBufferedAmount
  }

  private get nativeBufferedAmount(): number {
    return this.connection?.native?.bufferedAmount ?? 0
  }

  get stats(): Stats {
    return { ...this.counters }
  }

  /**
   * Sends a message, or queues it until it can be sent. Messages leave in the order in which they were given.
   *
   * It is encoded at once: what the codec throws, this throws, and nothing is queued. Delivery is at most once:
   * a message that had left the browser when the connection was lost may or may not have arrived.
   */
  send(data: Extract<Out, string> | BinaryData, options?: SendOptions): SendResult
  // Apart, since TypeScript's errors quote the last overload: what a message looks like, and not a Blob.
  send(message: Out, options?: SendOptions): SendResult
  send(message: Out | BinaryData, options: SendOptions = {}): SendResult {
    checkSendOptions(options)
    const { ttl, key, queue = true } = options
    const frame = createFrame(this.encode(message), { ttl, key, ifLost: queue ? 'resend' : 'drop' })
    const { name } = this.current
    const { throttle } = this
    if (name === 'closing' || name === 'closed') return this.drop(frame, 'closed')
    if (throttle && this.backlog.isClearFor(frame) && (queue ? throttle.ready : throttle.hasRoom))
      return throttle.send(frame) ? 'sent' : 'dropped'
    if (!queue) return this.drop(frame, throttle ? 'busy' : 'not-open')
    if (!throttle && !this.settings.queue.whileNotOpen) return this.drop(frame, 'not-open')
    const casualties = this.backlog.push(frame)
    if (!casualties) return this.drop(frame, 'overflow')
    for (const casualty of casualties) this.drop(casualty, 'overflow')
    throttle?.nudge()
    return 'queued'
  }

  /** Connects, with a full budget of retries. Does nothing while connecting or open. */
  connect(): void {
    const { name } = this.current
    if (this.undecided || (name !== 'connecting' && name !== 'open')) this.start()
  }

  /**
   * Closes the present connection, if any, and connects again at once, with a full budget of retries.
   * What waits is kept for the new connection.
   *
   * @throws DOMException as `close()` does
   */
  reconnect(code: number = CloseCode.NormalClosure, reason = ''): void {
    checkCloseArguments(code, reason)
    const { connection } = this
    if (this.settings.signal?.aborted) {
      this.close()
      return
    }
    if (!connection || this.current.name === 'closing') {
      this.start()
      return
    }
    this.afterEnd = (close) => {
      this.undecided = close
      this.start()
    }
    connection.abandon(code, reason)
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
    checkCloseArguments(code, reason)
    const { name } = this.current
    if (name !== 'closing' && name !== 'closed') this.moveTo({ name: 'closing', code, reason })
  }

  override on<Name extends EventNames<In>>(
    name: Name,
    listener: Listener<In, Name>,
    context?: unknown,
  ): this {
    super.on(name, listener, context)
    return this.listenedFor(name)
  }

  override once<Name extends EventNames<In>>(
    name: Name,
    listener: Listener<In, Name>,
    context?: unknown,
  ): this {
    super.once(name, listener, context)
    return this.listenedFor(name)
  }

  // In eventemitter3 an alias of its own `on`.
  override addListener<Name extends EventNames<In>>(
    name: Name,
    listener: Listener<In, Name>,
    context?: unknown,
  ): this {
    return this.on(name, listener, context)
  }

  /** While nobody listens for `drain` nobody looks whether the browser's buffer is empty. */
  private listenedFor(name: EventNames<In>): this {
    if (name === 'drain') this.throttle?.look()
    return this
  }

  /** `close()`, and every listener is removed. */
  [Symbol.dispose](): void {
    this.close()
    this.removeAllListeners()
    this.subscribers.clear()
  }

  /**
   * Resolves when the socket is open: now, or when it is next (which an idle socket never is without `connect()`).
   * Rejects with code `CLOSED` if it closes for good first.
   */
  opened(options: WaitOptions = {}): Promise<void> {
    const isOpen = (): boolean => {
      const { name } = this.current
      if (name === 'closing' || name === 'closed')
        throw new SteadySocketError('CLOSED', `The socket is ${name}`)
      return name === 'open'
    }
    return this.openWaiters.until('open', isOpen, options)
  }

  /**
   * Resolves when nothing waits any more, neither here nor in the browser: now, or when that is so.
   * Rejects with code `CLOSED` if the socket closes for good first.
   */
  drained(options: WaitOptions = {}): Promise<void> {
    const isDrained = (): boolean => {
      const { current, closingEnd } = this
      const end = closingEnd ?? (current.name === 'closed' ? current.close : undefined)
      if (end && (end.unsentBytes > 0 || this.backlog.length > 0))
        throw new SteadySocketError('CLOSED', 'The socket is closed')
      return this.backlog.length === 0 && this.nativeBufferedAmount === 0
    }
    const promise = this.drainWaiters.until('drained', isDrained, options)
    this.throttle?.look()
    return promise
  }

  /**
   * Calls the listener at once with `state`, and at every change of it until the function it answers is called.
   * Bound, so that React may take it as it is.
   */
  readonly subscribe = (listener: (state: State) => void): (() => void) => {
    let seen = this.current
    const look = (): void => {
      if (seen === this.current || !this.subscribers.has(look)) return
      seen = this.current
      listener(seen)
    }
    listener(seen)
    this.subscribers.add(look)
    look()
    return () => {
      this.subscribers.delete(look)
    }
  }

  /** The one place where the state changes: first the state, then what it starts and stops, then the events. */
  private moveTo(state: State, ...emissions: Emission<In>[]): void {
    const previous = this.current
    this.current = Object.freeze(state)
    this.events.hold()
    this.events.post(
      () => this.follow(),
      ['state', state, previous],
      ...this.subscribers,
      ...emissions,
      () => {
        this.openWaiters.look()
        this.drainWaiters.look()
      },
    )
    clearTimeout(this.timer)
    this.timer = undefined
    switch (state.name) {
      case 'connecting':
        this.connection = this.newConnection(state)
        break
      case 'waiting':
        this.timer = startTimer(state.delay, () => this.startAttempt(state.attempt))
        break
      case 'closing':
        this.startClosing(state.code, state.reason)
        break
      case 'idle':
      case 'open':
      case 'closed':
        break
      default:
        state satisfies never
    }
    this.events.release()
  }

  /** Starts afresh: no delay, a full budget. First a closing is finished, and an end that was not told yet is told. */
  private start(): void {
    if (this.settings.signal?.aborted) return
    const { current } = this
    if (current.name === 'closing') {
      this.connection?.abandon(current.code, current.reason)
      // That aborts the signal which the application was given with the attempt, and a listener of it may have come here.
      if (this.current !== current) return
    }
    // A listener told of the end shall find the beginning made.
    this.events.hold()
    this.finishClosing()
    const { undecided } = this
    this.undecided = undefined
    this.retries = 0
    this.startAttempt(0, ...(undecided ? this.endEvents(this.noteEnd(undecided, true)) : []))
    this.events.release()
  }

  private startAttempt(attempt: number, ...emissions: Emission<In>[]): void {
    if (this.settings.wake && isPageAway()) {
      const { lastClose: close = { ...noConnection, willRetry: true } } = this
      this.moveTo({ name: 'waiting', attempt, delay: Infinity, at: Infinity, close }, ...emissions)
    } else {
      this.moveTo({ name: 'connecting', attempt, reconnected: this.wasOpen }, ...emissions)
    }
  }

  private newConnection({ attempt, reconnected }: ConnectingState): Connection {
    this.counters.attempts += 1
    const { protocols, WebSocket } = this.settings
    const connection: Connection = new Connection(
      {
        url: this.source,
        protocols,
        WebSocket,
        binaryType: () => this.nativeBinaryType,
        timeout: this.attemptLimit,
        attempt: { attempt, reconnected, lastClose: this.lastClose },
      },
      {
        handshake: (native, signal) => this.shakeHands(native, signal),
        opened: (native) => this.open(connection, native, attempt),
        received: (data) => this.receive(data),
        ended: (close, isNativeClose) => this.ended(close, isNativeClose),
      },
    )
    return connection
  }

  private shakeHands(native: WebSocketLike, signal: AbortSignal): unknown {
    const { handshake } = this.settings
    if (!handshake) return undefined
    this.handshake = new Handshake<In, Out>((message) => {
      const frame = snapshot(this.encode(message))
      if (native.readyState !== OPEN) throw new SteadySocketError('CLOSED', 'The connection is closing')
      native.send(frame)
    }, signal)
    return handshake(this.handshake)
  }

  private open(connection: Connection, native: WebSocketLike, attempt: number): void {
    const { queue, heartbeat, connectTimeout } = this.settings
    const reconnected = this.wasOpen
    const { protocol = '', extensions = '', url = '' } = native
    const downtime = reconnected ? Date.now() - this.lostAt : 0
    this.wasOpen = true
    this.attemptLimit = connectTimeout
    this.counters.connections += 1
    const throttle = new Throttle(native, this.backlog, queue.highWaterMark, {
      sent: (bytes) => {
        this.counters.messagesOut += 1
        this.counters.bytesOut += bytes
      },
      dropped: (frame, reason, cause) => {
        this.drop(frame, reason)
        if (reason === 'failed') {
          const data = contentOf(frame)
          this.events.post([
            'error',
            new SteadySocketError('SEND_FAILED', 'The browser refused a message', { cause, data }),
          ])
        }
      },
      wantsDrain: () => this.drainWaiters.size > 0 || this.listenerCount('drain') > 0,
      drained: () => this.tellDrained(),
    })
    this.throttle = throttle
    if (heartbeat) {
      this.heartbeat = new Heartbeat(heartbeat, {
        ping: () => this.ping(heartbeat, throttle),
        progress: () => throttle.progress,
        dead: () => this.pronounceDead(heartbeat, connection),
      })
    }
    const unread = this.handshake?.end() ?? []
    this.handshake = undefined
    // What listeners of `open` send leaves before the backlog.
    this.backlog.setAside()
    this.moveTo({ name: 'open', attempt, reconnected, since: Date.now() }, [
      'open',
      { attempt, reconnected, downtime, protocol, extensions, url },
    ])
    for (const message of unread) {
      this.events.post(() => {
        if (throttle.isAlive && this.current.name === 'open') this.tell(message)
      })
    }
    this.events.post(() => {
      this.backlog.rejoin()
      throttle.look()
    })
  }

  /** Hands what waits to the browser, and then ends the connection, if there is one. */
  private startClosing(code: number | undefined, reason: string): void {
    const { connection, throttle } = this
    this.heartbeat?.stop()
    this.heartbeat = undefined
    if (!connection) {
      this.closingEnd = this.undecided ?? noConnection
      this.undecided = undefined
      soon(() => this.finishClosing())
    } else if (throttle) {
      this.backlog.rejoin()
      if (throttle.isOpen) throttle.flush()
      connection.closeWhenSent(code, reason, this.settings.closeTimeout)
    } else {
      connection.abandon(code, reason)
    }
  }

  /**
   * A connection is over: by its native close event, or because we have given it up.
   *
   * ```
   *                         ┌─ closing ───► finishClosing ─► closed
   *   ended ─ the state is ─┤
   *                         └─ any other ─┬─ afterEnd ─► start, or wait      (reconnect(), the page goes away)
   *                                       └─ decide ───► wait, or giveUp     (nobody asked for it)
   * ```
   */
  private ended(close: CloseDescription, isNativeClose: boolean): void {
    const { throttle, connection, afterEnd, current } = this
    const { reconnect } = this.settings
    if (throttle) this.lostAt = Date.now()
    if (current.name === 'open' && reconnect && this.lostAt - current.since >= reconnect.stableAfter)
      this.retries = 0
    const stuck = throttle?.stop() ?? []
    const owesDrain = throttle?.owesDrain
    this.heartbeat?.stop()
    this.connection = this.handshake = this.throttle = this.heartbeat = this.afterEnd = undefined
    this.backlog.rejoin()
    this.events.hold()
    // Only in the native close event, and only if the socket was not told to close, does the amount tell what is lost.
    const [lost, why] = this.save(isNativeClose && !connection?.toldToClose ? stuck : [], close.code)
    const unwanted = this.settings.queue.whileNotOpen ? [] : this.backlog.takeAll()
    if (close.error?.code === 'CONNECT_TIMEOUT') {
      const { connectTimeout } = this.settings
      this.attemptLimit = Math.min(this.attemptLimit * 2, Math.max(longestAttempt, connectTimeout))
    }
    if (current.name === 'closing') {
      this.closingEnd = close
      if (isNativeClose) this.finishClosing()
      // As natively, `close` comes after `close()` has returned.
      else soon(() => this.finishClosing())
    } else if (afterEnd) {
      afterEnd(close)
    } else {
      this.decide(close)
    }
    for (const frame of lost) this.drop(frame, why)
    for (const frame of unwanted) this.drop(frame, 'not-open')
    // Nothing is left to wait for, unless `close()` has left something behind.
    const leftBehind = current.name === 'closing' && close.unsentBytes > 0
    if (owesDrain && this.backlog.length === 0 && !leftBehind) this.tellDrained()
    this.events.release()
  }

  private tellDrained(): void {
    this.events.post(['drain'], () => this.drainWaiters.look())
  }

  /** Saves what was not delivered when the connection was lost. Answers what cannot be saved, and why. */
  private save(stuck: Frame[], code: number): [Frame[], DropReason] {
    const { resendUnsent, whileNotOpen } = this.settings.queue
    // Sent again, one message that is too big would end every connection.
    if (code === CloseCode.MessageTooBig) return [stuck, 'too-big']
    const isSaved = ({ ifLost }: Frame): boolean => resendUnsent && whileNotOpen && ifLost === 'resend'
    this.counters.requeued += this.backlog.restore(stuck.filter(isSaved))
    return [stuck.filter((frame) => !isSaved(frame)), 'unsent']
  }

  /** After an end that nobody asked for: a retry, or the end of it all. */
  private decide(description: CloseDescription): void {
    const attempt = this.retries + 1
    this.undecided = description
    const next = whatFollows(this.settings.reconnect, description, attempt)
    // The application's own function may have closed or restarted the socket; then the end is told with that.
    if (!this.undecided) return
    this.undecided = undefined
    if (typeof next === 'number') this.wait(attempt, next, description)
    else this.giveUp(next, description)
  }

  private wait(attempt: number, exactDelay: number, description: CloseDescription): void {
    this.retries = attempt
    const delay = Math.floor(exactDelay)
    const close = this.noteEnd(description, true)
    const retry: RetryInfo = { attempt, delay, at: Date.now() + delay, close }
    this.moveTo({ name: 'waiting', ...retry }, ...this.endEvents(close), ['retry', retry])
  }

  private giveUp(
    cause: 'exhausted' | 'refused' | 'unsupported' | 'requested',
    description: CloseDescription,
  ): void {
    const close = this.noteEnd(description, false)
    this.moveTo({ name: 'closed', cause, close }, ...this.endEvents(close))
  }

  /** The second half of `close()`, once its connection has ended. */
  private finishClosing(): void {
    const { closingEnd } = this
    this.closingEnd = undefined
    if (closingEnd) this.giveUp('requested', closingEnd)
  }

  private noteEnd(description: CloseDescription, willRetry: boolean): CloseInfo {
    const close: CloseInfo = Object.freeze({ ...description, willRetry })
    this.lastClose = close
    return close
  }

  private endEvents(close: CloseInfo): Emission<In>[] {
    return close.error
      ? [
          ['error', close.error],
          ['close', close],
        ]
      : [['close', close]]
  }

  private tell(emission: Emission<In>): void {
    this.emit.apply(this, emission as never)
  }

  private receive(data: unknown): void {
    const { connection, handshake, heartbeat, throttle } = this
    this.counters.messagesIn += 1
    if (typeof data === 'string' || isBinary(data)) this.counters.bytesIn += byteLength(data)
    heartbeat?.heard()
    if (!connection || !this.listensTo(connection)) return
    const inbound = this.decode(data)
    const isPong = !handshake && inbound !== undefined && this.isPong(inbound)
    if (heartbeat && (isPong || !this.settings.heartbeat?.isPong)) {
      heartbeat.answered()
      this.counters.roundTrip = heartbeat.roundTrip ?? this.counters.roundTrip
    }
    // The codec and `isPong` are the application's, and may have called anything.
    if (inbound && !isPong && this.listensTo(connection)) {
      if (handshake) handshake.deliver(inbound)
      else this.events.postOne(inbound)
    }
    throttle?.nudge()
  }

  /** As natively, nothing is delivered after `close()`. */
  private listensTo({ isOver }: Connection): boolean {
    return !isOver && this.current.name !== 'closing'
  }

  private decode(data: unknown): Inbound<In> | undefined {
    const { codec } = this.settings
    try {
      if (typeof data === 'string') return ['message', codec.decode(data)]
      if (codec.decodeBinary) return ['message', codec.decodeBinary(data as ArrayBuffer)]
      return ['binary', data as ArrayBuffer | Blob]
    } catch (cause) {
      this.events.post([
        'error',
        new SteadySocketError('DECODE_FAILED', `A frame made no sense: ${messageOf(cause)}`, { cause, data }),
      ])
      return undefined
    }
  }

  private isPong([kind, message]: Inbound<In>): boolean {
    const { heartbeat } = this.settings
    if (kind === 'binary' || !heartbeat?.isPong) return false
    const { isPong } = heartbeat
    const isBoolean = (answer: unknown): boolean => typeof answer === 'boolean'
    return ask('heartbeat.isPong', () => isPong(message), isBoolean, 'true or false') ?? false
  }

  private encode(message: Out | BinaryData): FrameData {
    if (isBinary(message)) return message
    const frame: unknown = this.settings.codec.encode(message)
    if (typeof frame === 'string' || isBinary(frame)) return frame
    throw new TypeError(`Expected \`codec.encode\` to give a string or binary data, got ${show(frame)}`)
  }

  private drop(frame: Frame, reason: DropReason): 'dropped' {
    this.counters.dropped += 1
    this.events.post(['drop', { data: contentOf(frame), reason }])
    return 'dropped'
  }

  private ping({ message }: HeartbeatOptions<In, Out>, throttle: Throttle): boolean {
    try {
      const ping = typeof message === 'function' ? (message as () => Out | BinaryData)() : message
      const frame = createFrame(this.encode(ping), { ifLost: 'forget' })
      // Asked last: the application's functions may have closed the socket.
      return throttle.isOpen && throttle.send(frame)
    } catch (error) {
      report(error)
      return false
    }
  }

  private pronounceDead({ timeout }: HeartbeatOptions<In, Out>, connection: Connection): void {
    const error = new SteadySocketError('HEARTBEAT_TIMEOUT', `Nothing heard for ${timeout} ms after a ping`)
    connection.abandon(CloseCode.Timeout, 'heartbeat', 'heartbeat', error)
  }

  private readonly onWake = (signal: WakeSignal): void => {
    const { name } = this.current
    if (signal === 'leave') this.suspend()
    else if (name === 'waiting') this.start()
    else if (name === 'open') {
      this.heartbeat?.probe()
      this.throttle?.nudge()
    }
  }

  /** The page goes away: a socket kept in the back/forward cache would come back dead, saying it is open. */
  private suspend(): void {
    const state = this.current
    if (state.name === 'waiting') this.moveTo({ ...state, delay: Infinity, at: Infinity })
    else if (state.name !== 'closing' && this.connection) {
      this.afterEnd = (close) =>
        this.settings.reconnect ? this.wait(this.retries + 1, Infinity, close) : this.giveUp('refused', close)
      this.connection.abandon(CloseCode.NormalClosure, 'page hidden', 'pagehide')
    }
  }

  private readonly onAbort = (): void => this.close()

  /** Listens to what matters in the present state: the page while something is to be kept up, the signal until the end. */
  private follow(): void {
    const { signal, wake } = this.settings
    const { name } = this.current
    if (wake && (name === 'connecting' || name === 'open' || name === 'waiting')) watch(this.onWake)
    else unwatch(this.onWake)
    if (name === 'closed') signal?.removeEventListener('abort', this.onAbort)
    else if (signal?.aborted) this.close()
    else signal?.addEventListener('abort', this.onAbort)
  }

  /** With `decodeBinary` no binary frame comes out as it is; a Blob could not be decoded in its turn. */
  private get nativeBinaryType(): BinaryType {
    return this.settings.codec.decodeBinary ? 'arraybuffer' : this.wantedBinaryType
  }

  private viewOf(queue: SendQueue): QueueView {
    return {
      get length() {
        return queue.length
      },
      get bytes() {
        return queue.bytes
      },
      clear: () => {
        const removed = queue.takeAll().map(contentOf)
        if (removed.length === 0) return removed
        if (this.throttle) this.throttle.cleared()
        else this.tellDrained()
        return removed
      },
    }
  }
}
