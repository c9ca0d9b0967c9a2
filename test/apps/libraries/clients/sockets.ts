/** What a library is given for a `WebSocket`: options are bound by a subclass. */
import { ReconnectingWebSocket } from 'steadysocket/websocket'

/** For a library that makes a new socket when one has closed. */
export class Socket extends ReconnectingWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { reconnect: false })
  }
}

/** For one that keeps its socket; the wait is short, so that the test is. */
export class LastingSocket extends ReconnectingWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { reconnect: { delay: () => 10 } })
  }
}

/** A conversation over the library: the server answers with the same text. */
export type Ask = (text: string) => Promise<string>
