/** The npm package reconnecting-websocket. */
import ReconnectingWebSocket from 'reconnecting-websocket'
import { type Candidate, listen, patience } from './candidate.ts'

export const reconnectingWebsocket: Candidate = {
  name: 'reconnecting-websocket',
  package: 'reconnecting-websocket',
  connect(url, events, { json } = {}) {
    const socket = new ReconnectingWebSocket(url, [], {
      connectionTimeout: patience,
      minReconnectionDelay: 1,
      maxReconnectionDelay: 1,
    })
    listen(socket, events, json)
    return socket
  },
}
