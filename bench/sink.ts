/**
 * The server that only counts, in a process of its own so that nothing else slows it: `/?frames=N` says `done` after
 * N frames.
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
server.on('connection', (socket, { url = '/' }) => {
  let frames = Number(new URL(url, 'ws://sink').searchParams.get('frames'))
  socket.on('error', () => {})
  socket.on('message', () => {
    frames -= 1
    if (frames === 0) socket.send('done')
  })
})
await once(server, 'listening')
process.once('disconnect', () => process.exit())
process.send?.((server.address() as AddressInfo).port)
