// A test of an application, in Node: the server inside the page by import and by require.
import { createRequire } from 'node:module'
import * as imported from 'steadysocket/testing'

const required = createRequire(import.meta.url)('steadysocket/testing')

const told = []
for (const { createServer } of [imported, required]) {
  const server = createServer((connection) => connection.on('message', (message) => connection.send(message)))
  const socket = new server.WebSocket('wss://example.com/')
  socket.onopen = () => socket.send('hi')
  socket.onmessage = ({ data }) => {
    told.push(data)
    server.connections[0].close(4000, 'done')
  }
  const { code, reason, wasClean } = await new Promise((closed) => {
    socket.onclose = closed
  })
  told.push(code, reason, wasClean)
}
console.log(JSON.stringify({ told, names: Object.keys(imported) }))
