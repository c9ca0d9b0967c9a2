/** The hello page: one connection, from its beginning to its end. */

import { SteadySocket } from 'steadysocket'
import { showBadge } from '../badge.ts'
import { describe, onBinaryType, onHangUp, onSay, write } from './page.ts'

const socket = new SteadySocket('hello', { reconnect: false, autoConnect: false })

socket.on('open', () => write('open', 'the connection is made'))
socket.on('message', (text) => write('message', text))
socket.on('binary', async (data) => write('message', await describe(data)))
socket.on('close', ({ wasClean, code, reason }) => {
  write('close', wasClean ? `cleanly, code ${code} ${reason}` : `the connection died, code ${code}`)
})
socket.on('error', (error) => write('error', error.message))

onSay((message) => {
  socket.connect() // does nothing while it is open
  socket.send(message) // waits until it is
})
onHangUp(() => socket.close(1000, 'That is enough'))
onBinaryType((type) => {
  socket.binaryType = type
})
showBadge(socket)
