/** The whole server in one process on one port: the page over HTTP, the chat over WebSocket at `/chat`, `/chat/1` … */

import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import sirv from 'sirv'
import { WebSocket, WebSocketServer } from 'ws'

/** @import { ChatMessage, ClientMessage, ServerMessage } from './src/protocol.ts' */

const MAX_TEXT = 50
const MAX_NAME = 20
const MAX_HISTORY = 50
const MAX_FRAME_BYTES = 4 * 1024
const MAX_UNREAD_BYTES = 1024 * 1024
const PING_INTERVAL = 30_000

const { host, port, production } = readOptions()
const allowedOrigins = (process.env.ALLOWED_ORIGINS ?? '').split(',').map((origin) => origin.trim())

// ---------------------------------------------------------------------------------------------- the page

const httpServer = createServer((request, response) => page(request, response))
const vite = production ? undefined : await startVite()
const page = vite ? vite.middlewares : builtPage()

async function startVite() {
  const { createServer } = await import('vite')
  return createServer({
    root: import.meta.dirname,
    appType: 'spa',
    server: { middlewareMode: true, ws: { server: httpServer } },
  })
}

function builtPage() {
  const folder = join(import.meta.dirname, 'dist')
  if (!existsSync(folder)) fail('There is no built page yet. Build it first: npm run build')
  return sirv(folder, {
    setHeaders: (response) => {
      response.setHeader('Content-Security-Policy', "default-src 'self'; img-src 'self' data:")
      response.setHeader('X-Content-Type-Options', 'nosniff')
    },
  })
}

// ---------------------------------------------------------------------------------------------- the chat

const chat = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME_BYTES })
/** @type {ChatMessage[]} */
const history = []
/** Who has answered the last ping. @type {WeakSet<WebSocket>} */
const alive = new WeakSet()

httpServer.on('upgrade', (request, socket, head) => {
  const isVite = request.headers['sec-websocket-protocol']?.startsWith('vite-')
  if (vite && isVite) return
  // The number at the end is another one at each attempt and means nothing: src/main.ts says what it is for.
  if (!/^\/chat(\/\d+)?(\?|$)/.test(request.url ?? '')) return refuse('404 Not Found')
  if (!isAllowed(request.headers)) return refuse('403 Forbidden')
  chat.handleUpgrade(request, socket, head, welcome)

  /** @param {string} status */
  function refuse(status) {
    socket.on('error', () => socket.destroy())
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
})

/**
 * Any web page may open a WebSocket to any server: only `Origin` tells which page it was. A client that
 * sends none is no browser, and could have written there whatever it liked.
 * @param {import('node:http').IncomingHttpHeaders} headers
 */
function isAllowed({ origin, host }) {
  return (
    origin === undefined ||
    origin === `http://${host}` ||
    origin === `https://${host}` ||
    allowedOrigins.includes(origin)
  )
}

/** @param {WebSocket} client */
function welcome(client) {
  alive.add(client)
  client.on('pong', () => alive.add(client))
  client.on('message', (data, isBinary) => receive(client, isBinary ? undefined : parse(data.toString())))
  client.on('close', announcePresence)
  // A frame that is too big or malformed: `ws` closes the connection with the fitting code by itself.
  client.on('error', (error) => console.warn(`A client was cut off: ${error.message}`))
  send(client, { type: 'history', messages: history })
  announcePresence()
}

/**
 * @param {WebSocket} client
 * @param {ClientMessage | undefined} message
 */
function receive(client, message) {
  switch (message?.type) {
    case 'ping':
      return send(client, { type: 'pong' })
    case 'chat': {
      const { id, from, text } = message
      const taken = { id, from, text, at: Date.now() }
      history.push(taken)
      if (history.length > MAX_HISTORY) history.shift()
      return broadcast({ type: 'chat', message: taken })
    }
    default:
      return send(client, { type: 'error', text: 'That was no message this chat understands' })
  }
}

/**
 * Everything that comes in is checked here, once.
 * @param {string} frame
 * @returns {ClientMessage | undefined}
 */
function parse(frame) {
  try {
    const { type, id, from, text } = JSON.parse(frame)
    if (type === 'ping') return { type }
    if (type !== 'chat' || typeof id !== 'string' || id.length > 64) return undefined
    return { type, id, from: cut(from, MAX_NAME), text: cut(text, MAX_TEXT) }
  } catch {
    return undefined
  }
}

/**
 * The first characters of a text. Counted as characters, since cutting bytes or UTF-16 units would tear emoji.
 * @param {string} text
 * @param {number} limit
 */
function cut(text, limit) {
  const kept = Array.from(text.trim()).slice(0, limit).join('')
  if (!kept) throw new TypeError('Expected some text')
  return kept
}

function announcePresence() {
  broadcast({ type: 'presence', online: chat.clients.size })
}

/** @param {ServerMessage} message */
function broadcast(message) {
  for (const client of chat.clients) send(client, message)
}

/**
 * @param {WebSocket} client
 * @param {ServerMessage} message
 */
function send(client, message) {
  if (client.readyState !== WebSocket.OPEN) return
  // Who does not read fast enough is cut off (and comes back) rather than filling the server's memory.
  if (client.bufferedAmount > MAX_UNREAD_BYTES) client.terminate()
  else client.send(JSON.stringify(message))
}

setInterval(() => {
  for (const client of chat.clients) {
    if (alive.delete(client)) client.ping()
    else client.terminate()
  }
}, PING_INTERVAL).unref()

// ------------------------------------------------------------------------------------------- start and stop

httpServer.on('error', (error) => {
  if ('code' in error && error.code === 'EADDRINUSE') {
    fail(`Port ${port} is in use: stop what runs there, or choose another by --port or the variable PORT.`)
  }
  fail(`Cannot listen on ${host}:${port}: ${error.message}`)
})

httpServer.listen(port, host, () => {
  const address = httpServer.address()
  if (address && typeof address === 'object')
    console.log(`Open http://${host}:${address.port}/ in two tabs. Ctrl+C stops the server.`)
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)

async function stop() {
  httpServer.close(() => process.exit())
  for (const client of chat.clients) client.close(1001, 'The server is going away')
  setTimeout(() => process.exit(), 1000).unref() // for those who do not answer
  await vite?.close()
  httpServer.closeAllConnections()
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: process.env.PORT || '8080' },
        host: { type: 'string', default: '127.0.0.1' },
        production: { type: 'boolean', default: process.env.NODE_ENV === 'production' },
      },
    })
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535) {
      return fail(`Expected a port between 0 and 65535, got ${values.port}`)
    }
    return { ...values, port: Number(values.port) }
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
