// An application that gives the drop-in to code which knows the native class alone.
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from 'steadysocket/websocket'

class Socket extends ReconnectingWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols, { reconnect: { maxDelay: 30_000 }, heartbeat: false })
  }
}

export const options: ReconnectingWebSocketOptions = { reconnect: false, connectTimeout: undefined }
export const Class: typeof WebSocket = Socket
export const socket: WebSocket = new ReconnectingWebSocket('wss://example.com', ['chat'], options)
globalThis.WebSocket = Socket
globalThis.WebSocket = new Proxy(ReconnectingWebSocket, {
  construct: (Class, [url, protocols], target) =>
    Reflect.construct(Class, [url, protocols, { reconnect: false }], target),
})

const own = new Socket('wss://example.com')
own.onmessage = ({ data, origin }) => console.log(data, origin)
own.onclose = function ({ code }) {
  this.send(String(code))
}
own.addEventListener('close', ({ code, reason }) => console.log(code + 1, reason.length), { once: true })
own.addEventListener('anything', (event) => console.log(event.type))
own.send(new Uint8Array(1))
own.send(new Blob([]))
own.close(1000, 'done')
own.binaryType = 'arraybuffer'
export const state: 'idle' | 'connecting' | 'open' | 'waiting' | 'closing' | 'closed' = own.steady.state.name
export const open: 1 = ReconnectingWebSocket.OPEN

// @ts-expect-error it can only be read
own.readyState = 1
// @ts-expect-error data is text or binary
own.send({})
// @ts-expect-error it has no such type
own.binaryType = 'text'
// @ts-expect-error data is as natively
new ReconnectingWebSocket('wss://example.com', [], { codec: {} })
