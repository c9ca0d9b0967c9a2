/**
 * The place of the experiments: where the sockets connect to, by which class, and how the server there is made to
 * misbehave. `in-page.ts` is another, for a page without a server.
 */

import type { UrlProvider, WebSocketClass } from 'steadysocket'
import { askFor, type Misbehaviour } from './misbehaviour.ts'

export interface Place {
  url: UrlProvider
  /** Nothing for the browser's own. */
  WebSocket: WebSocketClass | undefined
  misbehaviour: Misbehaviour
}

/** A bench of our own at the server: nobody else's sockets suffer. */
const bench = `lab/${crypto.getRandomValues(new Uint32Array(4)).join('-')}`

export const place: Place = {
  url: () => `${bench}/${Date.now()}`,
  WebSocket: undefined,
  misbehaviour: askFor(bench),
}
