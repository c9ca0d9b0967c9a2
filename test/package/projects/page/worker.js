// The application in a worker of any kind: it hears where the server is, and answers by the port that came along.
import { json, SteadySocket } from '/node_modules/steadysocket/dist/index.js'

function hear({ data: server, ports: [port] }) {
  const socket = new SteadySocket(server, { codec: json() })
  socket.on('message', ({ text }) => {
    port.postMessage(text)
    socket.close()
  })
  socket.send({ text: 'it works' })
}

addEventListener('message', hear)
addEventListener('connect', ({ ports: [page] }) => {
  page.onmessage = hear
})
