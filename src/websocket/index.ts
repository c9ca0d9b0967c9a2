/** The native class's interface over a socket that stays up. */
export type { ReconnectingWebSocketOptions } from './options.ts'
export { ReconnectingWebSocket } from './reconnecting-websocket.ts'
