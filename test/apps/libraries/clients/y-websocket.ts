/** y-websocket, which reconnects by itself: the server copies what it finds among the questions to the answers. */
import { WebsocketProvider } from 'y-websocket'
import { Doc } from 'yjs'
import { type Ask, Socket } from './sockets.ts'

export default (url: string): Ask => {
  const doc = new Doc()
  new WebsocketProvider(url, 'room', doc, { WebSocketPolyfill: Socket, disableBc: true, maxBackoffTime: 10 })
  const answers = doc.getMap<string>('answers')
  return (text) => {
    doc.getMap('questions').set(text, text)
    return new Promise((resolve) => {
      const look = (): void => {
        const answer = answers.get(text)
        if (answer === undefined) return
        answers.unobserve(look)
        resolve(answer)
      }
      answers.observe(look)
      look()
    })
  }
}
