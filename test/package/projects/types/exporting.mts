// A library that stands on this one: what its declarations have to name is inferred.
import { json, SteadySocket } from 'steadysocket'

interface Message {
  text: string
}

export const lines = new SteadySocket('wss://example.com')
export const socket = new SteadySocket('wss://example.com', { codec: json<Message>() })
export const { queue, stats, state, binaryType } = socket
export const listened = socket.on('message', () => {})
export const listeners = socket.listeners('message')
export const { on, emit, send, subscribe } = socket
export const cleared = queue.clear()
export const connect = (...rest: ConstructorParameters<typeof SteadySocket<Message, Message>>) =>
  new SteadySocket(...rest)

export class Chat extends SteadySocket<Message, Message> {
  constructor() {
    super('wss://example.com', { codec: json() })
  }

  say(text: string) {
    return this.send({ text })
  }

  names = this.eventNames()
}
