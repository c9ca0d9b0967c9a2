/** What happens between the two ends of a connection, from the moment in which the server has accepted it. */
import { startTimer, type Timer } from '../timer.ts'
import type { Message } from './message.ts'
import { createBacklog, createLane, type Network, patience } from './network.ts'

/** How a connection ended. */
export interface Ending {
  /** 1005 where the close frame held none, 1006 where there was no close frame. */
  readonly code: number
  readonly reason: string
  readonly wasClean: boolean
}

export const abnormal: Ending = { code: 1006, reason: '', wasClean: false }

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

export interface ServerListener {
  received(message: Message): void
  closed(ending: Ending): void
}

export interface Wire {
  /** The page sends: `message` may be a promise, of a Blob's bytes. */
  push(message: Message | Promise<Message>, size: number): void
  /** The page closes. */
  hangUp(code: number, reason: string): void
  /** The page is no longer there. */
  abandon(): void
  /** The server sends. */
  deliver(message: Message): void
  /** The server closes. */
  close(code: number, reason: string): void
  /** The connection is reset. */
  drop(): void
  /** The server stops reading, or goes on. */
  stall(on: boolean): void
  /** From now on nothing arrives, either way. */
  halve(): void
}

export function createWire(
  network: Network,
  protocol: string,
  page: PageListener,
  server: ServerListener,
): Wire {
  const { engine } = network
  const up = createLane(network)
  const down = createLane(network)
  let isHalfOpen = false
  let isOver = false
  /** The server's close frame. */
  let closeSent: Ending | undefined
  let timer: Timer

  const backlog = createBacklog(network, page.left, ({ arrive, taken }) => {
    taken?.()
    if (!isHalfOpen) up.post(arrive)
  })

  const wait = (milliseconds: number, run: () => void): void => {
    clearTimeout(timer)
    timer = startTimer(milliseconds, run)
  }

  const tell = (arrive: () => void): void => {
    if (!isHalfOpen) down.post(arrive)
  }

  /** The server's end is over. */
  const end = (ending: Ending): void => {
    if (isOver) return
    isOver = true
    backlog.clear()
    up.cut()
    server.closed(ending)
  }

  /** The page sends a close frame, which the server answers unless it is an answer. */
  const sendClose = (ending: Ending, taken?: () => void): void => {
    const arrive = (): void => {
      tell(() => page.closed(closeSent ?? ending))
      end(ending)
    }
    backlog.push({ size: 0, isReady: true, arrive, taken })
  }

  const giveUp = (): void => {
    page.lost()
    if (!isHalfOpen) up.post(() => end(abnormal))
  }

  tell(() => page.opened(protocol))

  return {
    push(message, size) {
      const parcel = { size, isReady: true, arrive: () => server.received(message as Message) }
      if (typeof message === 'object' && 'then' in message) {
        parcel.isReady = false
        void message.then((read) => {
          parcel.isReady = true
          parcel.arrive = () => server.received(read)
          backlog.look()
        })
      }
      backlog.push(parcel)
    },
    hangUp(code, reason) {
      // With something before it that does not leave, it would wait for ever.
      const beginToWait = (): void => wait(patience[engine].close, giveUp)
      if (backlog.isEmpty) beginToWait()
      sendClose({ code, reason, wasClean: true }, beginToWait)
    },
    abandon() {
      clearTimeout(timer)
      if (!isHalfOpen && !isOver) up.post(() => end(abnormal))
    },
    deliver(message) {
      if (!isOver && !closeSent) tell(() => page.received(message))
    },
    close(code, reason) {
      if (isOver || closeSent) return
      const ending = { code, reason, wasClean: true }
      closeSent = ending
      tell(() => {
        page.closing(code)
        // Chromium answers at once: what it has not sent by then stays unsent. Firefox sends it first, as long as it takes.
        if (engine === 'chromium') backlog.clear()
        if (engine !== 'firefox' || backlog.isEmpty) wait(patience[engine].end, () => page.closed(ending))
        sendClose(ending)
      })
    },
    drop() {
      if (isOver) return
      isHalfOpen = false
      down.post(page.lost)
      end(abnormal)
    },
    stall(on) {
      backlog.hold(on)
      up.hold(on)
    },
    halve() {
      isHalfOpen = true
      up.cut()
      down.cut()
    },
  }
}
