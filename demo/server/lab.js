/**
 * The server of the laboratory, which misbehaves on demand. Each page has a bench of its own, so that it harms no other;
 * it says over HTTP what is to happen to its sockets.
 */

import { Socket } from 'node:net'
import { isAllowed, refuse } from './door.js'
import { send } from './guard.js'

/**
 * @import { IncomingMessage, ServerResponse } from 'node:http'
 * @import { Duplex } from 'node:stream'
 * @import { WebSocket } from 'ws'
 * @import { Room } from './door.js'
 *
 * @typedef {object} Link one connection of a page
 * @property {WebSocket} socket
 * @property {Duplex} stream
 * @property {number} paidUntil when what was read is paid for, at the rate of the bench
 * @property {NodeJS.Timeout | undefined} pause
 *
 * @typedef {object} Bench
 * @property {Set<Link>} links
 * @property {'welcome' | 'refuse' | 'ignore' | 'expel'} door
 * @property {boolean} stalled
 * @property {number} rate bytes a second; 0 for no limit
 */

const MAX_BENCHES = 200
const MAX_FRAME_BYTES = 4 * 1024 * 1024
/** In bytes, at once. */
const MAX_WORDS = 1024 * 1024
const IGNORED_FOR = 120_000
const REPORT_INTERVAL = 50

/** What a page may ask for. @type {Record<string, (bench: Bench, value: any) => void>} */
const actions = {
  /** Ends the connections without a word. */
  drop: ({ links }) => {
    for (const { socket } of links) socket.terminate()
  },
  reset: ({ links }) => {
    for (const { stream } of links) reset(stream)
  },
  restart: ({ links }) => {
    for (const { socket } of links) socket.close(1012, 'Restarting')
  },
  /** Forgets the connections, and does not tell: what comes in leads nowhere, for ever. */
  halfOpen: ({ links }) => {
    for (const link of links) forget(link)
    links.clear()
  },
  /** Reads nothing and so answers nothing, until told otherwise. */
  stall(bench, value) {
    bench.stalled = value === true
    for (const link of bench.links) look(bench, link)
  },
  /** What happens to new connections. */
  door(bench, value) {
    if (['welcome', 'refuse', 'ignore', 'expel'].includes(value)) bench.door = value
  },
  /** Reads no faster than this. */
  rate(bench, value) {
    bench.rate = Number(value) > 0 ? Math.max(4096, Number(value)) : 0
    for (const link of bench.links) {
      link.paidUntil = 0
      look(bench, link)
    }
  },
  /** Says something by itself. */
  speak({ links }, value) {
    const size = Math.min(Number(value?.bytes) || 0, MAX_WORDS)
    const count = Math.min(Number(value?.count) || 1, MAX_WORDS / Math.max(1, size))
    const words = 'The server says something. '.repeat(size / 27 + 1).slice(0, size)
    for (const { socket } of links) {
      for (let i = 0; i < count; i++) send(socket, value?.binary === true ? Buffer.from(words) : words)
    }
  },
}

/** @param {string[]} origins */
export function createLab(origins) {
  /** @type {Map<string, Bench>} */
  const benches = new Map()

  /** @param {string | undefined} id */
  function benchOf(id) {
    if (!id || !/^[\w-]{8,64}$/.test(id)) return undefined
    const bench = benches.get(id) ?? { links: new Set(), door: 'welcome', stalled: false, rate: 0 }
    // The one that was used least lately goes.
    benches.delete(id)
    benches.set(id, bench)
    const [oldest] = benches.keys()
    if (benches.size > MAX_BENCHES && oldest !== undefined) benches.delete(oldest)
    return bench
  }

  /** @type {Room} */
  const room = {
    maxPayload: MAX_FRAME_BYTES,

    keepsOut({ path, stream }) {
      const bench = benchOf(path[0])
      if (!bench) refuse(stream, '404 Not Found')
      else if (bench.door === 'refuse') refuse(stream, '401 Unauthorized')
      else if (bench.door === 'ignore') ignore(stream)
      else return false
      return true
    },

    welcome(socket, { path, stream }) {
      const bench = benchOf(path[0])
      socket.on('error', () => {})
      if (!bench || bench.door === 'expel') return socket.close(4401, 'Token expired')
      const link = { socket, stream, paidUntil: 0, pause: undefined }
      bench.links.add(link)
      socket.once('close', () => {
        clearTimeout(link.pause)
        bench.links.delete(link)
      })
      receive(socket)
      stream.on('data', (chunk) => charge(bench, link, chunk.length))
      look(bench, link)
    },
  }

  return {
    room,

    /**
     * Answers `POST /lab/BENCH`.
     *
     * @param {IncomingMessage} request
     * @param {ServerResponse} response
     * @returns {boolean} whether it was meant
     */
    control(request, response) {
      const id = /^\/lab\/([\w-]+)$/.exec(request.url ?? '')?.[1]
      if (request.method !== 'POST' || !id) return false
      const bench = isAllowed(request.headers, origins) ? benchOf(id) : undefined
      let body = ''
      request.setEncoding('utf8')
      request.on('data', (text) => {
        body = (body + text).slice(0, 1024)
      })
      request.on('end', () => response.writeHead(bench && act(bench, body) ? 204 : 400).end())
      return true
    },
  }
}

/**
 * @param {Bench} bench
 * @param {string} body
 */
function act(bench, body) {
  try {
    const { action, value } = JSON.parse(body)
    if (!Object.hasOwn(actions, action)) return false
    actions[action]?.(bench, value)
    return true
  } catch {
    return false
  }
}

/**
 * Answers pings, and says now and then how much has come.
 *
 * @param {WebSocket} socket
 */
function receive(socket) {
  const received = { text: 0, binary: 0 }
  /** @type {NodeJS.Timeout | undefined} */
  let report
  const tell = () => {
    report = undefined
    send(socket, JSON.stringify(received))
  }
  socket.on('message', (/** @type {Buffer} */ data, isBinary) => {
    if (!isBinary && data.toString() === 'ping') return send(socket, 'pong')
    received[isBinary ? 'binary' : 'text'] += data.length
    report ??= setTimeout(tell, REPORT_INTERVAL)
  })
  socket.once('close', () => clearTimeout(report))
}

/**
 * @param {Bench} bench
 * @param {Link} link
 * @param {number} bytes
 */
function charge(bench, link, bytes) {
  if (bench.rate === 0) return
  link.paidUntil = Math.max(link.paidUntil, Date.now()) + (bytes / bench.rate) * 1000
  look(bench, link)
}

/**
 * Reads on, or does not.
 *
 * @param {Bench} bench
 * @param {Link} link
 */
function look(bench, link) {
  clearTimeout(link.pause)
  const debt = link.paidUntil - Date.now()
  if (bench.stalled || debt > 0) link.socket.pause()
  else link.socket.resume()
  if (!bench.stalled && debt > 0) link.pause = setTimeout(look, debt, bench, link)
}

/** @param {Link} link */
function forget({ stream, pause }) {
  clearTimeout(pause)
  // Without these, ws answers neither a ping nor a close.
  stream.removeAllListeners('data')
  ignore(stream)
}

/**
 * Says nothing, until the client has gone, or has waited for too long.
 *
 * @param {Duplex} stream
 */
function ignore(stream) {
  stream.on('data', () => {})
  const patience = setTimeout(() => stream.destroy(), IGNORED_FOR)
  stream.once('end', () => stream.destroy())
  stream.once('close', () => clearTimeout(patience))
  stream.resume()
}

/**
 * Sends a RST. Never on a socket that has ended: there `resetAndDestroy` fails, and Node does not end any more.
 *
 * @param {Duplex} stream
 */
function reset(stream) {
  if (stream instanceof Socket && !stream.writableEnded) stream.resetAndDestroy()
  else stream.destroy()
}
