/** The chat: one socket, and what its events do to the page. */

import { json, SteadySocket } from 'steadysocket'
import { showBadge } from '../badge.ts'
import type { ClientMessage, ServerMessage } from '../messages.ts'
import { create, find } from '../page.ts'
import { newest, removeWaiting, showMessage, showWaiting } from './list.ts'
import { fetchPictures, sendPictures } from './pictures.ts'

/** Ends the socket and all listeners, when Vite replaces this module by what you have just written. */
const life = new AbortController()
const { signal } = life

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
  signal,
})

const name = find('input', 'name')
const text = find('input', 'text')
const notice = find('output', 'notice')

// ----------------------------------------------------------------------------------------------- what is said

/** What the server has not taken yet, or has not said so. */
const unconfirmed = new Map<string, ClientMessage>()

find('form', 'form').addEventListener('submit', say, { signal })

function say(event: Event): void {
  event.preventDefault()
  const message = { type: 'chat', id: newId(), text: text.value.trim() } as const
  unconfirmed.set(message.id, message)
  showWaiting({ ...message, from: name.value.trim() })
  socket.send(message, { key: message.id })
  text.value = ''
}

socket.on('open', () => {
  notice.textContent = ''
  introduce()
  // Once more, since what had left the browser may have been lost: the server takes an `id` once only. The key lets a
  // message that still waits in the socket's queue be replaced rather than sent twice.
  for (const [id, message] of unconfirmed) socket.send(message, { key: id })
})

/** Says who is here, and asks for what was missed. */
function introduce(): void {
  socket.send({ type: 'hello', name: name.value.trim(), since: newest })
}

socket.on('message', (message) => {
  switch (message.type) {
    case 'chat':
      for (const each of message.messages) {
        unconfirmed.delete(each.id)
        if (showMessage(each) && each.picture) pictures.want(each.id, each.picture)
      }
      return
    case 'people':
      return showPeople(message)
    case 'refused':
      notice.textContent = message.reason
      if (message.id) removeWaiting(message.id)
      return
    case 'picture':
    case 'received':
    case 'pong':
      return // pictures.ts and the heartbeat take these
    default:
      message satisfies never
  }
})

// ------------------------------------------------------------------------------------------------- pictures

const pictures = fetchPictures(socket)
const uploads = sendPictures(socket)

const file = find('input', 'file')
const drop = find('p', 'drop')

find('button', 'choose').addEventListener('click', () => file.click(), { signal })
file.addEventListener(
  'change',
  () => {
    send(file.files)
    file.value = ''
  },
  { signal },
)
addEventListener('paste', (event) => send(event.clipboardData?.files), { signal })
addEventListener(
  'dragover',
  (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    drop.hidden = false
  },
  { signal },
)
addEventListener('dragleave', (event) => event.relatedTarget === null && hideDrop(), { signal })
addEventListener(
  'drop',
  (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    hideDrop()
    send(event.dataTransfer.files)
  },
  { signal },
)

function hideDrop(): void {
  drop.hidden = true
}

function send(files: FileList | undefined | null): void {
  for (const each of files ?? []) {
    const id = newId()
    const progress = create('progress')
    progress.ariaLabel = `Sending ${each.name}`
    progress.value = 0
    showWaiting({ id, from: name.value.trim(), text: each.name }).append(progress)
    uploads
      .add(id, each, (share) => {
        progress.value = share
      })
      .catch((error) => {
        notice.textContent = `${each.name}: ${error.message}`
        removeWaiting(id)
      })
  }
}

// ----------------------------------------------------------------------------------------------- who is here

const people = find('ul', 'people')
const more = find('p', 'more')

name.value = sessionStorage['name'] ?? `Guest ${Math.ceil(Math.random() * 999)}`
name.addEventListener(
  'change',
  () => {
    if (!name.checkValidity()) return
    sessionStorage['name'] = name.value
    if (socket.state.name === 'open') introduce()
  },
  { signal },
)

function showPeople({ count, names }: { count: number; names: string[] }): void {
  people.replaceChildren(...names.map((each) => create('li', each)))
  more.textContent = count > names.length ? `and ${count - names.length} more` : ''
}

// ------------------------------------------------------------------------------------------------- the rest

showBadge(socket)

socket.on('close', () => {
  people.replaceChildren()
  more.textContent = 'Not known without a connection'
})

// crypto.randomUUID() would be shorter, and is missing where the page comes over plain http.
function newId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}

import.meta.hot?.accept()
import.meta.hot?.dispose(() => life.abort())
// Vite's own client reloads the page when the dev server comes back: this page is to live through it.
import.meta.hot?.on('vite:ws:disconnect', () => new Promise<void>(() => {}))
