/** The npm package @nktkas/rews. */
import { ReconnectingWebSocket } from '@nktkas/rews'
import { type Candidate, listen, patience } from './candidate.ts'

export const rews: Candidate = {
  name: 'rews',
  package: '@nktkas/rews',
  connect(url, events, { json } = {}) {
    const socket = new ReconnectingWebSocket(url, { connectionTimeout: patience, reconnectionDelay: 1 })
    listen(socket, events, json)
    return socket as typeof socket & { send(data: unknown): void }
  },
}
