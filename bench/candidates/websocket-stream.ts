/** WebSocketStream, the engine's own answer to back-pressure; it has no `bufferedAmount`. */
import type { Candidate } from './candidate.ts'

interface Connection {
  readable: ReadableStream<string | Uint8Array>
  writable: WritableStream<string | BufferSource>
}

declare const WebSocketStream:
  | (new (
      url: string,
    ) => { opened: Promise<Connection>; closed: Promise<unknown>; close(): void })
  | undefined

export const webSocketStream: Candidate = {
  name: 'WebSocketStream',
  available: typeof WebSocketStream === 'function',
  reconnects: false,
  connect(url, { open, message }, { json } = {}) {
    if (!WebSocketStream) throw new Error('This engine has no WebSocketStream')
    const stream = new WebSocketStream(url)
    let writer: WritableStreamDefaultWriter | undefined
    const read = async (): Promise<void> => {
      const { readable, writable } = await stream.opened
      writer = writable.getWriter()
      open()
      const reader = readable.getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        message(json ? JSON.parse(next.value as string) : next.value)
      }
    }
    read().catch(() => {})
    stream.closed.catch(() => {})
    return {
      // Unawaited, so that the stream's own queue and back-pressure are measured.
      send: (data) => void writer?.write(data).catch(() => {}),
      close: () => stream.close(),
    }
  },
}
