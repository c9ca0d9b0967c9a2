// The same library for CommonJS.
import steadysocket = require('steadysocket')

const socket = new steadysocket.SteadySocket('wss://example.com', {
  codec: steadysocket.json<{ n: number }>(),
})
socket.on('message', ({ n }) => n.toFixed())
socket.once('close', ({ code }) => code.toFixed()).removeAllListeners('close')
// @ts-expect-error no such event
socket.on('messages', () => {})
// @ts-expect-error the library has not added this name to the language
Symbol.dispose
