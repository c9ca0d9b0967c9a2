// An application of Node's: the library by import and by require, whole and in one file.
import { createRequire } from 'node:module'
import * as imported from 'steadysocket'
import * as selfContained from 'steadysocket/dist/steadysocket.js'
import manifest from 'steadysocket/package.json' with { type: 'json' }

const required = createRequire(import.meta.url)('steadysocket')

const told = []
for (const { SteadySocket, json } of [imported, required, selfContained]) {
  const socket = new SteadySocket('ws://127.0.0.1:9', { autoConnect: false, codec: json() })
  socket.on('message', () => {})
  told.push([SteadySocket.name, socket.state.name, socket.listenerCount('message')])
}
const names = [imported, required, selfContained].map((face) => Object.keys(face).sort())
console.log(JSON.stringify({ name: manifest.name, told, names }))
