/** What keeps one client from harming the others: how fast it may write, how much may wait for it, and whether it lives. */

import { WebSocket } from 'ws'

/** A message costs 1, and 1 more for each 32 KiB. */
const RATE_PER_SECOND = 100
const BURST = 200
const PIECE = 32 * 1024
/** Room for a picture, which waits as one buffer for all. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024
const PING_INTERVAL = 30_000

/**
 * Slows down who writes too fast, by not reading: the client's own queue grows, and the server's memory does not. Whoever
 * has written far too much before that is felt is sent away. To be called first, since what is too much is not to be looked at.
 *
 * @param {WebSocket} socket
 */
export function guard(socket) {
  let tokens = BURST
  let counted = Date.now()
  /** @type {NodeJS.Timeout | undefined} */
  let pause

  socket.on('message', (/** @type {Buffer} */ data) => {
    const now = Date.now()
    tokens = Math.min(BURST, tokens + ((now - counted) / 1000) * RATE_PER_SECOND)
    counted = now
    tokens -= 1 + data.length / PIECE
    if (tokens >= 0) return
    if (tokens < -BURST) {
      socket.removeAllListeners('message')
      socket.close(1008, 'Too many messages')
      return
    }
    socket.pause()
    clearTimeout(pause)
    pause = setTimeout(() => socket.resume(), (-tokens / RATE_PER_SECOND) * 1000)
  })

  let alive = true
  socket.on('pong', () => {
    alive = true
  })
  const pings = setInterval(() => {
    if (!alive) return socket.terminate()
    alive = socket.isPaused
    socket.ping()
  }, PING_INTERVAL)

  socket.once('close', () => {
    clearTimeout(pause)
    clearInterval(pings)
  })
  // A frame that is too big or malformed: `ws` closes the connection with the fitting code by itself.
  socket.on('error', (error) => console.warn(`A client was cut off: ${error.message}`))
}

/**
 * Whoever does not read fast enough is cut off (and comes back) rather than filling the server's memory.
 *
 * @param {WebSocket} socket
 * @param {string | Buffer} data
 */
export function send(socket, data) {
  if (socket.readyState !== WebSocket.OPEN) return
  if (socket.bufferedAmount > MAX_UNREAD_BYTES) socket.terminate()
  else socket.send(data)
}
