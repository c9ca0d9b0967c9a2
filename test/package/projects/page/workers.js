// A page that has the application in a worker, of the kind that its address names.
const query = new URLSearchParams(location.search)
const module = { type: 'module' }

const kinds = {
  web: () => new Worker('/page/worker.js', module),
  shared: () => new SharedWorker('/page/worker.js', module).port,
  async service() {
    return (await navigator.serviceWorker.register('/page/worker.js', module)).installing
  },
}

const { port1, port2 } = new MessageChannel()
port1.onmessage = ({ data }) => {
  document.title = data
}
const worker = await kinds[document.documentElement.dataset.worker]()
worker.postMessage(query.get('server'), [port2])
