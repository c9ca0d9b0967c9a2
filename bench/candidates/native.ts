/** The native class, used in a burst: every message is handed to the browser at once. */
import { type Candidate, listen } from './candidate.ts'

export const native: Candidate = {
  name: 'native',
  reconnects: false,
  connect(url, events, { json } = {}) {
    const socket = new WebSocket(url)
    listen(socket, events, json)
    return socket
  },
}
