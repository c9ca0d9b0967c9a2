/** A chat on partysocket: messages as JSON, pictures as binary frames, and a server that may turn one out. */
import { WebSocket } from 'partysocket'
import type { Chat, ChatView } from './chat.ts'

export function chat(url: string, view: ChatView): Chat {
  const socket = new WebSocket(url, undefined, {
    minReconnectionDelay: 100,
    maxReconnectionDelay: 1_000,
    shouldReconnectOnClose: ({ code }) => code !== 4403,
  })
  socket.binaryType = 'arraybuffer'
  socket.addEventListener('open', () => view.status('here'))
  socket.addEventListener('message', ({ data }) => {
    if (typeof data === 'string') view.said(JSON.parse(data))
    else view.picture(new Uint8Array(data))
  })
  socket.addEventListener('close', () => view.status(socket.shouldReconnect ? 'away' : 'left'))
  return {
    say(message) {
      socket.send(JSON.stringify(message))
    },
    show(picture) {
      socket.send(picture)
    },
    leave: () => socket.close(),
  }
}
