/** The page's end of a connection: what state it is in and what it tells, in each engine's manner. */
import { domException } from '../errors.ts'
import { byteLength } from '../frame.ts'
import { startTimer } from '../timer.ts'
import { createEvent } from '../web-idl.ts'
import { abnormal, type Connection, type Ending, type PageListener, type Upgrade } from './connection.ts'
import { frameData } from './message.ts'
import { type Network, patience } from './network.ts'

export const readyStates = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 } as const
const { CONNECTING, OPEN, CLOSING, CLOSED } = readyStates

/** What the server gets of a page that wants to connect. */
export interface Request extends Upgrade {
  readonly page: PageListener
  /** To be called if the server refuses. */
  readonly refused: () => void
  /** There once the server has accepted. */
  connection?: Connection
  /** The page does not want to any more. */
  isOver: boolean
}

export interface PageEnd {
  readonly url: string
  readonly readyState: 0 | 1 | 2 | 3
  readonly bufferedAmount: number
  readonly protocol: string
  binaryType: BinaryType
  send(data: unknown): void
  close(code: number | undefined, reason: string): void
}

/** @param connect hands the request to the server */
export function createPageEnd(
  socket: EventTarget,
  { url, protocols }: Upgrade,
  network: Network,
  connect: (request: Request) => void,
): PageEnd {
  const { engine } = network
  let state: PageEnd['readyState'] = CONNECTING
  let chosen = ''
  /** Bytes on their way out, and those that were sent too late to go. */
  let buffered = 0
  let late = 0

  const tell = (type: string, name?: 'MessageEvent' | 'CloseEvent', init?: object): void => {
    socket.dispatchEvent(createEvent(type, name, init))
  }

  const tellClose = (ending: Ending): void => {
    request.isOver = true
    clearTimeout(limit)
    request.connection?.abandon()
    tell('close', 'CloseEvent', ending)
  }

  const fail = (): void => {
    if (state === CLOSED) return
    state = CLOSED
    // Elsewhere `close` comes in a later task: begun here, before any timer that a listener of `error` begins.
    if (engine !== 'chromium') setTimeout(tellClose, 0, abnormal)
    tell('error')
    if (engine === 'chromium') tellClose(abnormal)
  }

  const end = (ending: Ending): void => {
    if (state === CLOSED) return
    state = CLOSED
    const isWhole = engine !== 'chromium' || buffered === 0
    tellClose({ ...ending, wasClean: ending.wasClean && isWhole })
  }

  const page: PageListener = {
    opened(protocol) {
      if (state !== CONNECTING) return
      const isRight = protocol
        ? protocols.includes(protocol)
        : engine !== 'chromium' || protocols.length === 0
      if (!isRight) return fail()
      clearTimeout(limit)
      state = OPEN
      chosen = protocol
      tell('open')
    },
    received(message) {
      if (state !== OPEN) return
      const isAsItIs = typeof message === 'string' || own.binaryType === 'arraybuffer'
      const data = isAsItIs ? message : new Blob([message])
      tell('message', 'MessageEvent', { data, origin: new URL(url).origin })
    },
    left(bytes) {
      if (state !== CLOSED) buffered -= bytes
    },
    closing(code) {
      // WebKit takes these for a breach of the protocol, and stays open to all appearance with any other.
      if (engine === 'webkit') {
        if (code >= 1012 && code <= 1014) fail()
      } else if (state === OPEN) state = CLOSING
    },
    closed: end,
    lost: () => (engine === 'chromium' || (engine === 'firefox' && buffered > 0) ? end(abnormal) : fail()),
  }
  const request: Request = { url, protocols, page, refused: fail, isOver: false }
  const limit = startTimer(patience[engine].upgrade, fail)

  const own: PageEnd = {
    url,
    get readyState() {
      return state
    },
    get bufferedAmount() {
      return buffered + late
    },
    get protocol() {
      return chosen
    },
    binaryType: 'blob',
    send(data) {
      const frame = frameData(data)
      if (state === CONNECTING) throw domException('InvalidStateError', 'The WebSocket is still connecting')
      const size = byteLength(frame)
      if (state === OPEN) {
        buffered += size
        request.connection?.push(frame, size)
      } else late += size + (engine === 'webkit' ? framing(size) : 0)
    },
    close(code = 1005, reason) {
      if (state === OPEN) request.connection?.hangUp(code, code === 1005 ? '' : reason)
      else if (state === CONNECTING) {
        request.isOver = true
        setTimeout(fail)
      }
      if (state < CLOSING) state = CLOSING
    },
  }
  connect(request)
  return own
}

/** RFC 6455 5.2: what a frame weighs beside its payload. */
function framing(size: number): number {
  return size > 65_535 ? 14 : size > 125 ? 8 : 6
}
