/**
 * What the page and the server say to each other: one JSON object a frame, told apart by `type`. Binary frames are
 * the bytes of the picture that the same side has spoken of last.
 */

export interface ChatMessage {
  /** Chosen by the page that wrote it: a message sent twice is told once. */
  id: string
  /** Given by the server: larger than that of every message before. The page asks for what it missed by it. */
  number: number
  from: string
  /** When the server took it, in ms since 1970. */
  at: number
  /** What was written, or the name of the picture. */
  text: string
  /** The media type of the picture, if it is one. */
  picture?: string
}

export type ServerMessage =
  /** News, and what was missed. */
  | { type: 'chat'; messages: ChatMessage[] }
  | { type: 'people'; count: number; names: string[] }
  /** So much of a picture has come; send what follows. All of it: it is told as a message. */
  | { type: 'received'; id: string; bytes: number }
  /** The next binary frame is this picture. */
  | { type: 'picture'; id: string }
  /** That message, picture or piece of one was not taken, and why. */
  | { type: 'refused'; id?: string; reason: string }
  | { type: 'pong' }

export type ClientMessage =
  /** Who this is, and the number of the last message it has; first on each connection, and again with another name. */
  | { type: 'hello'; name: string; since: number }
  | { type: 'chat'; id: string; text: string }
  /** The next binary frames are this picture, from where `received` says. */
  | { type: 'picture'; id: string; text: string; mediaType: string; bytes: number }
  /** Asks for a picture. */
  | { type: 'show'; id: string }
  | { type: 'ping' }
