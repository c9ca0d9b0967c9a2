/**
 * What the server processes of one chat share: the messages, the pictures, and who is here. One process alone keeps it
 * in its memory; with a Redis, several are one chat.
 *
 * @import { ChatMessage } from '../src/messages.ts'
 *
 * @typedef {Omit<ChatMessage, 'number'>} Draft
 *
 * @typedef {object} Bus
 * @property {(draft: Draft) => Promise<void>} publish tells it to every process, this one included; once for each `id`
 * @property {(id: string, bytes: Buffer) => Promise<void>} keepPicture
 * @property {(id: string) => Promise<Buffer | undefined>} picture nothing where it is too old
 * @property {(names: string[]) => Promise<void>} here who is connected to this process
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Listener
 * @property {(message: ChatMessage) => void} take hears each message, in order; perhaps more than once
 * @property {(names: string[]) => void} people hears who is connected to all processes
 */

/** So many messages are kept for those who come later. */
export const HISTORY = 100
const MAX_PICTURE_BYTES = 64 * 1024 * 1024

/**
 * @param {Listener} listener
 * @returns {Bus}
 */
export function createMemoryBus({ take, people }) {
  /** @type {Set<string>} */
  const known = new Set()
  /** @type {Map<string, Buffer>} */
  const pictures = new Map()
  let pictureBytes = 0
  let last = 0

  return {
    async publish(draft) {
      if (known.has(draft.id)) return
      known.add(draft.id)
      dropOldest(known, () => known.size > 1_000)
      // Of the time, so that numbers go on growing after a restart.
      last = Math.max(last + 1, Date.now())
      take({ ...draft, number: last })
    },
    async keepPicture(id, bytes) {
      // Sent twice, or by somebody else under the same name.
      if (pictures.has(id)) return
      pictures.set(id, bytes)
      pictureBytes += bytes.length
      for (const [oldest, { length }] of pictures) {
        if (pictureBytes <= MAX_PICTURE_BYTES) break
        pictures.delete(oldest)
        pictureBytes -= length
      }
    },
    picture: async (id) => pictures.get(id),
    here: async (names) => people(names),
    close: async () => {},
  }
}

/**
 * @param {Set<string>} set
 * @param {() => boolean} tooMany
 */
function dropOldest(set, tooMany) {
  for (const oldest of set) {
    if (!tooMany()) return
    set.delete(oldest)
  }
}
