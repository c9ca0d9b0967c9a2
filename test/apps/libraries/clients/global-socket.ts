/** Takes the place of the global class before a library looks for it. */
import { Socket } from './sockets.ts'

globalThis.WebSocket = Socket
