/** The server of the hello page: greets whoever says a name, and takes its leave after a few seconds. */

import { guard, send } from './guard.js'

/** @import { Room } from './door.js' */

const STAYS = 5_000

/** @type {Room} */
export const hello = {
  maxPayload: 1024,
  welcome(socket) {
    guard(socket)
    socket.on('message', (/** @type {Buffer} */ name, isBinary) => {
      const greeting = `Hello from server, ${name}!`
      // Text is answered with text, bytes with bytes.
      send(socket, isBinary ? Buffer.from(greeting) : greeting)
    })
    const leave = setTimeout(() => socket.close(1000, 'Bye!'), STAYS)
    socket.once('close', () => clearTimeout(leave))
  },
}
