// The same with what a script tag has brought.
const url = new URLSearchParams(location.search).get('server')
const socket = new SteadySocket(url, { codec: SteadySocket.json() })
socket.on('message', ({ text }) => {
  document.title = text
})
socket.send({ text: 'it works' })
