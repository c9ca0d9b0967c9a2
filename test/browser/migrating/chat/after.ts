/** The same chat on steadysocket. */
import { json, SteadySocket } from '../../../../src/index.ts'
import type { Chat, ChatView, Said } from './chat.ts'

export function chat(url: string, view: ChatView): Chat {
  const socket = new SteadySocket(url, {
    codec: json<Said>(),
    binaryType: 'arraybuffer',
    reconnect: {
      baseDelay: 100,
      maxDelay: 1_000,
      shouldReconnect: ({ code }) => code !== 4403,
    },
  })
  socket.on('open', () => view.status('here'))
  socket.on('message', (message) => view.said(message))
  socket.on('binary', (data) => view.picture(new Uint8Array(data as ArrayBuffer)))
  socket.on('close', ({ willRetry }) => view.status(willRetry ? 'away' : 'left'))
  return {
    say(message) {
      socket.send(message)
    },
    show(picture) {
      socket.send(picture)
    },
    leave: () => socket.close(1000),
  }
}
