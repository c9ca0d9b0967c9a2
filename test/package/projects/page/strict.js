// The application where no import map may be: a policy allows no script inside the page.
import { json, SteadySocket } from '/node_modules/steadysocket/dist/steadysocket.js'

const url = new URLSearchParams(location.search).get('server')
const socket = new SteadySocket(url, { codec: json() })
socket.on('message', ({ text }) => {
  document.title = text
})
socket.send({ text: 'it works' })
