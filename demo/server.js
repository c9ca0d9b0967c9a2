/** Puts the server together: one process on one port serves the pages and the WebSockets. */

import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { createChat } from './server/chat.js'
import { openDoor } from './server/door.js'
import { hello } from './server/hello.js'
import { createLab } from './server/lab.js'
import { builtPages, livePages } from './server/pages.js'

const { host, port, production } = readOptions()
const origins = (process.env.ORIGINS ?? '').split(',').map((origin) => origin.trim())

const http = createServer((request, response) => {
  if (!lab.control(request, response)) pages.serve(request, response)
})
const pages = production ? await orFail(builtPages) : await livePages(http)
const chat = await createChat(process.env.REDIS_URL || undefined)
const lab = createLab(origins)
const door = openDoor(
  http,
  { chat: chat.room, hello, lab: lab.room },
  {
    origins,
    // Vite's own connection, over which it tells the page what you have changed.
    leave: ({ headers }) => !production && Boolean(headers['sec-websocket-protocol']?.startsWith('vite-')),
  },
)

http.on('error', (error) => {
  if ('code' in error && error.code === 'EADDRINUSE')
    fail(`Port ${port} is in use: stop what runs there, or choose another by --port or the variable PORT.`)
  fail(`Cannot listen on ${host}:${port}: ${error.message}`)
})

http.listen(port, host, () => {
  const address = http.address()
  if (address && typeof address === 'object')
    console.log(`Open http://${host}:${address.port}/ in two tabs. Ctrl+C stops the server.`)
})

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)

async function stop() {
  http.close(() => process.exit())
  setTimeout(() => process.exit(), 1000).unref() // for those who do not answer
  door.close()
  await Promise.all([pages.close(), chat.close()])
  http.closeAllConnections()
}

function readOptions() {
  return orFail(() => {
    const { values } = parseArgs({
      options: {
        port: { type: 'string', default: process.env.PORT || '8080' },
        host: { type: 'string', default: '127.0.0.1' },
        production: { type: 'boolean', default: process.env.NODE_ENV === 'production' },
      },
    })
    if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65535)
      throw new Error(`Expected a port between 0 and 65535, got ${values.port}`)
    return { ...values, port: Number(values.port) }
  })
}

/**
 * @template T
 * @param {() => T} run
 */
function orFail(run) {
  try {
    return run()
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
