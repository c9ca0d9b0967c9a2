/** The chat: who is here, what was said, and the pictures on their way in. Everything that comes in is checked here, once. */

import { createMemoryBus, HISTORY } from './bus.js'
import { guard, send } from './guard.js'
import { createUploads } from './uploads.js'

/**
 * @import { ChatMessage, ClientMessage, ServerMessage } from '../src/messages.ts'
 * @import { WebSocket } from 'ws'
 * @import { Room } from './door.js'
 */

const MAX_TEXT = 500
const MAX_NAME = 20
const MAX_NAMES = 50
const MAX_FRAME_BYTES = 64 * 1024
/** A crowd that comes back at once is announced at once. */
const PEOPLE_DELAY = 100

/**
 * @param {string | undefined} redisUrl
 * @returns {Promise<{ room: Room, close(): Promise<void> }>}
 */
export async function createChat(redisUrl) {
  /** Who has said who they are. @type {Map<WebSocket, string>} */
  const here = new Map()
  /** @type {ChatMessage[]} */
  const history = []
  const uploads = createUploads()
  /** @type {string[]} */
  let names = []

  const listener = {
    take(/** @type {ChatMessage} */ message) {
      if (history.some(({ number }) => number === message.number)) return
      history.push(message)
      history.sort((a, b) => a.number - b.number)
      if (history.length > HISTORY) history.shift()
      tellAll({ type: 'chat', messages: [message] })
    },
    people(/** @type {string[]} */ all) {
      names = all
      tellAll(people())
    },
  }
  const bus = redisUrl
    ? await (await import('./redis.js')).createRedisBus(redisUrl, listener)
    : createMemoryBus(listener)

  /** @returns {ServerMessage} */
  function people() {
    return { type: 'people', count: names.length, names: names.slice(0, MAX_NAMES) }
  }

  /** @type {NodeJS.Timeout | undefined} */
  let announcing
  function announcePeople() {
    announcing ??= setTimeout(() => {
      announcing = undefined
      bus.here([...here.values()]).catch(console.warn)
    }, PEOPLE_DELAY)
  }

  /** @param {ServerMessage} message */
  function tellAll(message) {
    const frame = JSON.stringify(message)
    for (const socket of here.keys()) send(socket, frame)
  }

  /** @param {WebSocket} socket */
  function welcome(socket) {
    guard(socket)
    socket.on('message', (/** @type {Buffer} */ data, isBinary) => {
      const done = isBinary ? receivePiece(socket, data) : receive(socket, parse(data.toString()))
      done.catch((error) => {
        console.warn(error)
        tell(socket, { type: 'refused', reason: 'The server could not take that' })
      })
    })
    socket.once('close', () => {
      uploads.leave(socket)
      if (here.delete(socket)) announcePeople()
    })
  }

  /**
   * @param {WebSocket} socket
   * @param {ClientMessage | undefined} message
   */
  async function receive(socket, message) {
    if (message?.type === 'ping') return tell(socket, { type: 'pong' })
    if (message?.type === 'hello') return enter(socket, message)
    const from = here.get(socket)
    if (!message || !from)
      return tell(socket, { type: 'refused', reason: 'That was no message this chat understands' })
    switch (message.type) {
      case 'chat':
        return bus.publish({ id: message.id, from, at: Date.now(), text: message.text })
      case 'picture': {
        const problem = uploads.begin(socket, { ...message, from })
        if (problem) return tell(socket, { type: 'refused', id: message.id, reason: problem })
        return tell(socket, { type: 'received', id: message.id, bytes: uploads.progress(socket) })
      }
      case 'show':
        return show(socket, message.id)
    }
  }

  /**
   * @param {WebSocket} socket
   * @param {{ name: string, since: number }} message
   */
  function enter(socket, { name, since }) {
    if (!here.has(socket)) {
      tell(socket, { type: 'chat', messages: history.filter(({ number }) => number > since) })
      tell(socket, people())
    }
    here.set(socket, name)
    announcePeople()
  }

  /**
   * @param {WebSocket} socket
   * @param {Buffer} piece
   */
  async function receivePiece(socket, piece) {
    const upload = uploads.take(socket, piece)
    if (!upload) return
    const { id, from, text, mediaType, bytes } = upload
    if (upload.complete) {
      await bus.keepPicture(id, upload.complete)
      await bus.publish({ id, from, at: Date.now(), text, picture: mediaType })
    }
    tell(socket, { type: 'received', id, bytes })
  }

  /**
   * @param {WebSocket} socket
   * @param {string} id
   */
  async function show(socket, id) {
    const bytes = await bus.picture(id)
    if (!bytes) return tell(socket, { type: 'refused', id, reason: 'This picture is no longer kept' })
    tell(socket, { type: 'picture', id })
    send(socket, bytes)
  }

  return {
    room: { maxPayload: MAX_FRAME_BYTES, welcome },
    close: async () => {
      clearTimeout(announcing)
      await bus.close()
    },
  }
}

/**
 * @param {WebSocket} socket
 * @param {ServerMessage} message
 */
function tell(socket, message) {
  send(socket, JSON.stringify(message))
}

/**
 * @param {string} frame
 * @returns {ClientMessage | undefined}
 */
function parse(frame) {
  try {
    const message = JSON.parse(frame)
    switch (message.type) {
      case 'ping':
        return { type: 'ping' }
      case 'hello':
        return { type: 'hello', name: words(message.name, MAX_NAME), since: count(message.since) }
      case 'chat':
        return { type: 'chat', id: id(message.id), text: words(message.text, MAX_TEXT) }
      case 'show':
        return { type: 'show', id: id(message.id) }
      case 'picture':
        return {
          type: 'picture',
          id: id(message.id),
          text: words(message.text, MAX_TEXT),
          mediaType: String(message.mediaType),
          bytes: count(message.bytes),
        }
    }
  } catch {}
  return undefined
}

/** @param {unknown} value */
function id(value) {
  if (typeof value !== 'string' || !/^[\w-]{1,64}$/.test(value)) throw new TypeError('Expected an id')
  return value
}

/** @param {unknown} value */
function count(value) {
  if (!Number.isSafeInteger(value) || Number(value) < 0) throw new TypeError('Expected a count')
  return Number(value)
}

/**
 * The first characters of a text. Counted as characters, since cutting bytes or UTF-16 units would tear emoji.
 *
 * @param {unknown} value
 * @param {number} limit
 */
function words(value, limit) {
  if (typeof value !== 'string') throw new TypeError('Expected a text')
  const kept = Array.from(value.trim()).slice(0, limit).join('')
  if (!kept) throw new TypeError('Expected some text')
  return kept
}
