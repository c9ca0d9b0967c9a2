/** The libraries as somebody gets them who passes nothing but a URL. */
import { ReconnectingWebSocket as Rews } from '@nktkas/rews'
import PartySocket from 'partysocket/ws'
import ReconnectingWebSocket from 'reconnecting-websocket'
import { SteadySocket } from '../../src/index.ts'

export interface Candidate {
  readonly name: string
  /** Where it comes from, if from npm. */
  readonly package?: string
  /** Connects; `opened` is called at every connection. A function is asked for the URL at each attempt. */
  connect(url: string | (() => string), opened: () => void): void
}

export const candidates: readonly Candidate[] = [
  {
    name: 'steadysocket',
    connect(url, opened) {
      new SteadySocket(url).on('open', opened)
    },
  },
  {
    name: 'reconnecting-websocket',
    package: 'reconnecting-websocket',
    connect(url, opened) {
      // Its own default, but drawn for each client: it draws once for each page, and a page has but one client.
      const minReconnectionDelay = 1_000 + Math.random() * 4_000
      new ReconnectingWebSocket(url, [], { minReconnectionDelay }).addEventListener('open', opened)
    },
  },
  {
    name: 'partysocket',
    package: 'partysocket',
    connect(url, opened) {
      new PartySocket(url).addEventListener('open', opened)
    },
  },
  {
    name: 'rews',
    package: '@nktkas/rews',
    connect(url, opened) {
      new Rews(url).addEventListener('open', opened)
    },
  },
]
