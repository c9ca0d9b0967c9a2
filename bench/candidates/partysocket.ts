/** The npm package partysocket. */
import PartySocket from 'partysocket/ws'
import { type Candidate, listen, patience } from './candidate.ts'

export const partysocket: Candidate = {
  name: 'partysocket',
  package: 'partysocket',
  connect(url, events, { json } = {}) {
    const socket = new PartySocket(url, undefined, {
      connectionTimeout: patience,
      minReconnectionDelay: 1,
      maxReconnectionDelay: 1,
    })
    listen(socket, events, json)
    return socket
  },
}
