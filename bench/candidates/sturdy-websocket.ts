/** The npm package sturdy-websocket. */
import SturdyWebSocket from 'sturdy-websocket'
import { type Candidate, listen, patience } from './candidate.ts'

export const sturdyWebsocket: Candidate = {
  name: 'sturdy-websocket',
  package: 'sturdy-websocket',
  connect(url, events, { json } = {}) {
    const socket = new SturdyWebSocket(url, {
      connectTimeout: patience,
      minReconnectDelay: 1,
      maxReconnectDelay: 1,
    })
    listen(socket, events, json, ['open', 'reopen'])
    return socket
  },
}
