/**
 * The server for what must not be slowed by anything else, in a process of its own. `/?frames=N` counts, and says `done`
 * after N frames; `/?messages=N` sends so many JSON messages when it hears `go`.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  perMessageDeflate: false,
  skipUTF8Validation: true,
  maxPayload: 0,
})
server.on('connection', (socket, { url = '/', socket: stream }) => {
  const { searchParams } = new URL(url, 'ws://sink')
  let frames = Number(searchParams.get('frames'))
  const messages = jsonFrames(Number(searchParams.get('messages')))
  socket.on('error', () => {})
  socket.on('message', () => {
    frames -= 1
    if (frames === 0) socket.send('done')
    // Framed before, so that the page is what is measured.
    if (messages.length > 0) stream.write(messages)
  })
})

/** RFC 6455 5.2: unmasked text frames shorter than 126 bytes. */
function jsonFrames(count: number): Buffer {
  const frames = Array.from({ length: count }, (_, id) => {
    const text = JSON.stringify({ type: 'move', id, player: 'somebody', x: id % 640, y: id % 480 })
    return Buffer.from(`\x81${String.fromCharCode(text.length)}${text}`, 'latin1')
  })
  return Buffer.concat(frames)
}

await once(server, 'listening')
process.once('disconnect', () => process.exit())
process.send?.((server.address() as AddressInfo).port)
