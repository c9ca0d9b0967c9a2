/** Pictures on their way in, piece by piece. One that is cut off goes on where it was, on the next connection. */

/**
 * @import { WebSocket } from 'ws'
 *
 * @typedef {object} Announced
 * @property {string} id
 * @property {string} from
 * @property {string} text
 * @property {string} mediaType
 * @property {number} bytes of the whole
 *
 * @typedef {object} Upload
 * @property {Announced} announced
 * @property {WebSocket | undefined} sender whoever has announced it last
 * @property {Buffer[]} pieces
 * @property {number} received
 * @property {NodeJS.Timeout | undefined} forgetting
 */

/** No SVG: it can carry scripts. */
const PICTURE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']
const MAX_PICTURE = 8 * 1024 * 1024
const MAX_UPLOADS = 16
const FORGET_AFTER = 60_000

export function createUploads() {
  /** @type {Map<string, Upload>} */
  const uploads = new Map()
  /** @type {Map<WebSocket, Upload>} */
  const senders = new Map()

  /** @param {Upload} upload */
  function forget(upload) {
    clearTimeout(upload.forgetting)
    uploads.delete(upload.announced.id)
    if (upload.sender) senders.delete(upload.sender)
  }

  /** @param {WebSocket} socket */
  function leave(socket) {
    const upload = senders.get(socket)
    senders.delete(socket)
    if (!upload) return
    upload.sender = undefined
    upload.forgetting = setTimeout(forget, FORGET_AFTER, upload).unref()
  }

  return {
    leave,

    /**
     * Begins an upload, or takes one up again.
     *
     * @param {WebSocket} socket
     * @param {Announced} announced
     * @returns {string | undefined} why not
     */
    begin(socket, announced) {
      const { id, mediaType, bytes } = announced
      if (!PICTURE_TYPES.includes(mediaType)) return `Pictures are ${PICTURE_TYPES.join(', ')}`
      if (bytes === 0 || bytes > MAX_PICTURE) return `A picture has up to ${MAX_PICTURE / 1024 / 1024} MiB`
      const known = uploads.get(id)
      if (known && known.announced.bytes !== bytes) return 'There is another picture of that id'
      if (!known && uploads.size >= MAX_UPLOADS) return 'Too many pictures are on their way; try again later'
      leave(socket)
      const upload = known ?? { announced, sender: undefined, pieces: [], received: 0, forgetting: undefined }
      // A connection that was given up may still deliver: its pieces are not this one's.
      if (upload.sender) senders.delete(upload.sender)
      clearTimeout(upload.forgetting)
      upload.sender = socket
      uploads.set(id, upload)
      senders.set(socket, upload)
      return undefined
    },

    /**
     * How much of its picture has come.
     *
     * @param {WebSocket} socket
     */
    progress: (socket) => senders.get(socket)?.received ?? 0,

    /**
     * @param {WebSocket} socket
     * @param {Buffer} piece
     * @returns {Announced & { complete?: Buffer } | undefined} `bytes` so far, and the whole at its end
     */
    take(socket, piece) {
      const upload = senders.get(socket)
      if (!upload) return undefined
      const { announced } = upload
      upload.pieces.push(piece)
      upload.received += piece.length
      if (upload.received > announced.bytes) {
        forget(upload)
        return undefined
      }
      const bytes = upload.received
      if (bytes < announced.bytes) return { ...announced, bytes }
      forget(upload)
      return { ...announced, bytes, complete: Buffer.concat(upload.pieces) }
    },
  }
}
