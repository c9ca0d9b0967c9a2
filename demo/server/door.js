/** Who may come in: by path, by `Origin`, and not too many. */

import { WebSocketServer } from 'ws'

/**
 * @import { IncomingHttpHeaders, IncomingMessage, Server } from 'node:http'
 * @import { Duplex } from 'node:stream'
 * @import { WebSocket } from 'ws'
 *
 * @typedef {object} Room
 * @property {number} maxPayload the largest frame that is read; a larger one ends the connection with 1009
 * @property {(socket: WebSocket, visit: Visit) => void} welcome
 * @property {(visit: Visit) => boolean} [keepsOut] answers true where it has dealt with the visitor in another way
 *
 * @typedef {object} Visit
 * @property {string[]} path the segments of the path after the name of the room
 * @property {Duplex} stream
 */

const MAX_CLIENTS = 5_000
// Behind a proxy every client has the proxy's address: count there, or by the header that it sets.
const MAX_CLIENTS_PER_ADDRESS = 200

/**
 * The first segment of the path names the room. The page puts another number at the end of it for each attempt, which
 * means nothing here: src/chat/main.ts says what it is for.
 *
 * @param {Server} http
 * @param {Record<string, Room>} rooms
 * @param {{ origins: string[], leave(request: IncomingMessage): boolean }} options `leave`: whose upgrades are somebody else's
 */
export function openDoor(http, rooms, { origins, leave }) {
  /** @type {Map<string, number>} */
  const clients = new Map()
  let count = 0
  const servers = Object.entries(rooms).map(([name, { maxPayload }]) => ({
    name,
    server: new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false }),
  }))

  http.on('upgrade', (request, stream, head) => {
    if (leave(request)) return
    stream.on('error', () => stream.destroy())
    const [pathname = ''] = (request.url ?? '').split('?')
    const [, name = '', ...path] = pathname.split('/')
    const room = Object.hasOwn(rooms, name) ? rooms[name] : undefined
    const server = servers.find((each) => each.name === name)?.server
    const address = request.socket.remoteAddress ?? ''
    const visit = { path, stream }
    if (!room || !server) return refuse(stream, '404 Not Found')
    if (!isAllowed(request.headers, origins)) return refuse(stream, '403 Forbidden')
    if (count >= MAX_CLIENTS || (clients.get(address) ?? 0) >= MAX_CLIENTS_PER_ADDRESS)
      return refuse(stream, '503 Service Unavailable')
    if (room.keepsOut?.(visit)) return

    server.handleUpgrade(request, stream, head, (socket) => {
      count++
      clients.set(address, (clients.get(address) ?? 0) + 1)
      socket.once('close', () => {
        count--
        const left = (clients.get(address) ?? 0) - 1
        if (left > 0) clients.set(address, left)
        else clients.delete(address)
      })
      room.welcome(socket, visit)
    })
  })

  return {
    /** Sends everybody home. They try again by themselves. */
    close() {
      for (const { server } of servers) {
        for (const socket of server.clients) socket.close(1001, 'The server is going away')
      }
    },
  }
}

/**
 * @param {Duplex} stream
 * @param {string} status
 */
export function refuse(stream, status) {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/**
 * Any web page may open a WebSocket to any server: only `Origin` tells which page it was. A client that
 * sends none is no browser, and could have written there whatever it liked.
 *
 * @param {IncomingHttpHeaders} headers
 * @param {string[]} origins
 */
export function isAllowed({ origin, host }, origins) {
  return (
    origin === undefined ||
    origin === `http://${host}` ||
    origin === `https://${host}` ||
    origins.includes(origin)
  )
}
