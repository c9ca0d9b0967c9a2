// An application: it sends a message to a server that echoes, and shows what comes back.
import { json, SteadySocket } from 'steadysocket'

const url = new URLSearchParams(location.search).get('server')
const socket = new SteadySocket(url, { codec: json() })
socket.on('message', ({ text }) => {
  document.title = text
})
socket.send({ text: 'it works' })
