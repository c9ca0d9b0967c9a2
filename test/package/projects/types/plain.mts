// An application that does not use `using`: its `lib` has the language and the page, and nothing else.
import {
  backoff,
  CloseCode,
  type Codec,
  json,
  type State,
  SteadySocket,
  SteadySocketError,
  text,
} from 'steadysocket'

interface Message {
  type: 'chat'
  text: string
}

const socket = new SteadySocket(new URL('wss://example.com'), { codec: json<Message, { n: number }>() })
socket
  .on('message', (message) => message.text.length)
  .on('binary', (data) => data)
  .once('close', ({ code, willRetry }) => willRetry && code === CloseCode.GoingAway)
  .on('error', (error) => error instanceof SteadySocketError && error.code)
const undo: () => void = socket.subscribe((state: State) => state.name)
const result: 'sent' | 'queued' | 'dropped' = socket.send({ n: 1 }, { ttl: 1_000, key: 'n' })
socket.send(new Uint8Array(8))
socket.send(new Blob())
socket.listenerCount('message') + backoff(1)
socket.opened({ timeout: 1_000 }).then(undo)
export const told = [result, text.decode('')]

export class Chat<T> extends SteadySocket<T, T> {
  constructor(url: string, codec: Codec<T, T>) {
    super(url, { codec })
  }
}

// @ts-expect-error not of these messages
socket.send({ n: '1' })
// @ts-expect-error a codec is needed
new SteadySocket<Message, Message>('wss://example.com')
// @ts-expect-error the library has not added this name to the language
Symbol.dispose
// @ts-expect-error nor this one
export type Added = Disposable
