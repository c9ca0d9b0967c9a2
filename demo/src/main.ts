/** The chat: one socket, and what its events do to the page. */

import { json, type State, SteadySocket } from 'steadysocket'
import { showMessage, showWaiting } from './messages.ts'
import { find, showBadge, writeLog } from './page.ts'
import type { ClientMessage, ServerMessage } from './protocol.ts'

// Relative to the page, so that the whole may live in any folder of any host. Firefox keeps new sockets to a path that has
// failed waiting, for up to a minute; the number makes a path of its own of each attempt.
const socket = new SteadySocket(() => `chat/${Date.now()}`, {
  codec: json<ServerMessage, ClientMessage>(),
  heartbeat: {
    interval: 15_000,
    timeout: 5_000,
    message: { type: 'ping' },
    isPong: (message) => message.type === 'pong',
  },
})

// ------------------------------------------------------------------------------------- what the server says

const presence = find('span', 'presence')
const notice = find('output', 'notice')

socket.on('message', (message) => {
  switch (message.type) {
    case 'history':
      return message.messages.forEach(showMessage)
    case 'chat':
      return showMessage(message.message)
    case 'presence':
      presence.textContent = message.online === 1 ? 'Only you are here' : `${message.online} people are here`
      return
    case 'error':
      notice.textContent = message.text
      return
    case 'pong':
      return // the heartbeat has taken it
    default:
      message satisfies never
  }
})

// --------------------------------------------------------------------------------------- what the user says

const form = find('form', 'form')
const name = find('input', 'name')
const text = find('input', 'text')

name.value = `Guest ${Math.ceil(Math.random() * 999)}`

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const message = { id: newId(), from: name.value.trim(), text: text.value.trim() }
  const fate = socket.send({ type: 'chat', ...message })
  notice.textContent = fate === 'dropped' ? 'Not sent: this page is disconnected.' : ''
  if (fate === 'dropped') return
  showWaiting(message)
  showQueue()
  text.value = ''
})

// crypto.randomUUID() would be shorter, and is missing where the page comes over plain http.
function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

// ----------------------------------------------------------------------------------------- what the socket does

const toggle = find('button', 'toggle')
const reconnect = find('button', 'reconnect')
const queue = find('span', 'queue')

socket.subscribe((state) => {
  if (state.name === 'waiting') showBadge(state.name, wordsFor(state), state.at)
  else showBadge(state.name, wordsFor(state))
  toggle.textContent = isOff(state) ? 'Connect' : 'Disconnect'
  if (state.name === 'open') notice.textContent = ''
  else presence.textContent = ''
  showQueue()
})

socket.on('open', ({ reconnected, downtime }) =>
  writeLog(reconnected ? `open again after ${seconds(downtime)}` : 'open'),
)
socket.on('close', ({ code, reason, willRetry }) =>
  writeLog(`close: code ${code}${reason && `, “${reason}”`}, ${willRetry ? 'will retry' : 'will not retry'}`),
)
socket.on('retry', ({ attempt, delay }) => writeLog(`retry ${attempt} in ${seconds(delay)}`))
socket.on('error', ({ code, message }) => writeLog(`error ${code}: ${message}`))
socket.on('drop', ({ reason }) => writeLog(`drop: a message will not be sent (${reason})`))
socket.on('drain', showQueue)

toggle.addEventListener('click', () => {
  if (isOff(socket.state)) socket.connect()
  else socket.close(1000, 'The user disconnected')
})
reconnect.addEventListener('click', () => socket.reconnect())

function isOff({ name }: State): boolean {
  return name === 'idle' || name === 'closing' || name === 'closed'
}

function wordsFor(state: State): string {
  switch (state.name) {
    case 'connecting':
      return state.attempt === 0 ? 'connecting' : `connecting, try ${state.attempt}`
    case 'waiting':
      return `reconnecting, try ${state.attempt}`
    case 'closed':
      return state.cause === 'requested' ? 'closed' : `closed: ${state.cause}`
    default:
      return state.name
  }
}

function showQueue(): void {
  const { length } = socket.queue
  if (length === 0) queue.textContent = 'Nothing waits to be sent'
  else queue.textContent = length === 1 ? '1 message waits to be sent' : `${length} messages wait to be sent`
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

// Vite's own client reloads the page when the dev server comes back: this page is to live through it.
import.meta.hot?.on('vite:ws:disconnect', () => new Promise<void>(() => {}))
