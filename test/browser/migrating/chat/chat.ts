/** What the chat is to the rest of its page, whatever it is built on. */

export interface Said {
  from: string
  text: string
}

export interface ChatView {
  said(message: Said): void
  picture(bytes: Uint8Array): void
  status(text: 'here' | 'away' | 'left'): void
}

export interface Chat {
  say(message: Said): void
  show(picture: Uint8Array<ArrayBuffer>): void
  leave(): void
}
