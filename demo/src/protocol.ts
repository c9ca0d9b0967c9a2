/** What the page and the server say to each other: one JSON object a frame, told apart by `type`. */

export interface ChatMessage {
  /** Chosen by the page that wrote it, so that it knows its own message when the server repeats it. */
  id: string
  from: string
  text: string
  /** When the server took it, in ms since 1970. */
  at: number
}

export type ServerMessage =
  | { type: 'history'; messages: ChatMessage[] }
  | { type: 'chat'; message: ChatMessage }
  | { type: 'presence'; online: number }
  | { type: 'error'; text: string }
  | { type: 'pong' }

export type ClientMessage = { type: 'chat'; id: string; from: string; text: string } | { type: 'ping' }
