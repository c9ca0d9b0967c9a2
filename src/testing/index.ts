/** steadysocket/testing: a `WebSocket` class whose server is a script inside the page. */
export type { Connection, ConnectionEvents, Ending, Upgrade } from './connection.ts'
export type { Message } from './message.ts'
export type { Engine } from './network.ts'
export {
  type ConnectionListener,
  createServer,
  type Server,
  type ServerOptions,
  type UpgradeAnswer,
} from './server.ts'
