/** socket.io over its WebSocket transport, which takes the global class; it reconnects by itself. */
import './global-socket.ts'
import { io } from 'socket.io-client'
import type { Ask } from './sockets.ts'

export default (url: string): Ask => {
  const socket = io(url, { transports: ['websocket'], reconnectionDelay: 10, reconnectionDelayMax: 20 })
  return (text) => socket.emitWithAck('echo', text)
}
