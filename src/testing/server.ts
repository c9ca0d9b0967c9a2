/** A server inside the page. */
import { isPromise } from '../sync.ts'
import { Connection, type Upgrade } from './connection.ts'
import type { Engine, Network } from './network.ts'
import type { Request } from './page-end.ts'
import { createWebSocketClass } from './websocket.ts'

/** `true` accepts with the first subprotocol that was offered, a string with that one (`''` with none), `false` refuses. */
export type UpgradeAnswer = boolean | string

export interface ServerOptions {
  /** Ms that everything takes from one end to the other. @default 0 */
  latency?: number | undefined
  /** Bytes a second that the server reads of each connection. @default Infinity */
  rate?: number | undefined
  /**
   * Where browsers differ, whose manner it is: how a lost connection is told, how `bufferedAmount` falls, how long an
   * answer is waited for. @default 'chromium'
   */
  engine?: Engine | undefined
  /**
   * Whether connections keep what has come in `received`, and the server those that have ended until they are asked for.
   * A page that runs for long had better not. @default true
   */
  record?: boolean | undefined
  /** Asked for each connection; may answer later, or never. @default () => true */
  upgrade?: ((request: Upgrade) => UpgradeAnswer | Promise<UpgradeAnswer>) | undefined
}

/** Told of each connection that was accepted, before the page is. */
export type ConnectionListener = (connection: Connection) => void

export interface Server {
  /** For the `WebSocket` option, or in the place of `globalThis.WebSocket`. It knows no other server than this one. */
  readonly WebSocket: typeof WebSocket
  /** Those that are open, oldest first. */
  readonly connections: readonly Connection[]
  /** How many connections were asked for, those that were refused among them. */
  readonly attempts: number
  /** As in the options; a change holds from then on, also for connections that are open. */
  latency: number
  rate: number
  /** The first connection that was not asked for yet, as soon as it is there. */
  nextConnection(): Promise<Connection>
  /** Refuses whoever wants to connect. */
  refuse(): void
  /** Leaves unanswered whoever wants to connect, until another of these methods is called. */
  hang(): void
  /** Drops every connection, and refuses whoever wants to connect. */
  down(): void
  /** Accepts again. */
  up(): void
}

/**
 * Makes a server that answers the sockets of a class of its own, by timers and promises alone. It lives until it is
 * forgotten; `down()` ends what it may still have under way.
 */
export function createServer(listener?: ConnectionListener): Server
export function createServer(options: ServerOptions, listener?: ConnectionListener): Server
export function createServer(
  first: ServerOptions | ConnectionListener = {},
  second?: ConnectionListener,
): Server {
  const [options, listener] = typeof first === 'function' ? [{}, first] : [first, second]
  const { latency = 0, rate = Infinity, engine = 'chromium', record = true, upgrade = () => true } = options
  const network: Network = { latency, rate, engine, record }
  let open: Connection[] = []
  let unasked: Connection[] = []
  const wanting: Array<(connection: Connection) => void> = []
  const unanswered = new Set<Request>()
  let attempts = 0
  let mode: 'up' | 'refusing' | 'hanging' = 'up'

  const isOpen = ({ ending }: Connection): boolean => !ending

  const forgetEnded = (): void => {
    open = open.filter(isOpen)
    if (!record) unasked = unasked.filter(isOpen)
  }

  const ask = (request: Request): void => {
    if (request.isOver) return
    attempts += 1
    consider(request)
  }

  const consider = (request: Request): void => {
    if (mode === 'hanging') unanswered.add(request)
    else if (mode === 'refusing') answer(request, false)
    else {
      const decision = upgrade({ url: request.url, protocols: request.protocols })
      if (isPromise(decision)) void decision.then((late) => answer(request, late))
      else answer(request, decision)
    }
  }

  const answer = (request: Request, decision: UpgradeAnswer): void => {
    if (request.isOver) return
    const protocol = decision === true ? (request.protocols[0] ?? '') : decision
    if (protocol === false || mode === 'refusing') {
      setTimeout(request.refused, network.latency)
      return
    }
    const connection = new Connection(network, request, protocol, request.page)
    request.connection = connection
    forgetEnded()
    open.push(connection)
    listener?.(connection)
    const tell = wanting.shift()
    if (tell) tell(connection)
    else unasked.push(connection)
  }

  const turn = (next: typeof mode): void => {
    mode = next
    const waiting = [...unanswered]
    unanswered.clear()
    for (const request of waiting) if (!request.isOver) consider(request)
  }

  return {
    WebSocket: createWebSocketClass(network, (request) => void setTimeout(ask, network.latency, request)),
    get connections() {
      return open.filter(isOpen)
    },
    get attempts() {
      return attempts
    },
    get latency() {
      return network.latency
    },
    set latency(milliseconds) {
      network.latency = milliseconds
    },
    get rate() {
      return network.rate
    },
    set rate(bytes) {
      network.rate = bytes
    },
    async nextConnection() {
      forgetEnded()
      return unasked.shift() ?? new Promise((tell) => wanting.push(tell))
    },
    refuse: () => turn('refusing'),
    hang: () => turn('hanging'),
    up: () => turn('up'),
    down() {
      turn('refusing')
      for (const connection of open) connection.drop()
    },
  }
}
