/** Pictures: ours piece by piece to the server, those of others one by one to the page. */

import type { SteadySocket } from 'steadysocket'
import type { ClientMessage, ServerMessage } from '../messages.ts'
import { showPicture } from './list.ts'

type ChatSocket = SteadySocket<ServerMessage, ClientMessage>

const PIECE = 32 * 1024
/** So many bytes are on their way at once: much enough for the link, little enough that the progress is true. */
const AHEAD = 8 * PIECE

interface Upload {
  id: string
  text: string
  mediaType: string
  data: ArrayBuffer
  sent: number
  showProgress(share: number): void
}

/**
 * Sends pictures, one after the other. The server says after each piece how much it has: that is the progress, and where to
 * go on after a lost connection.
 */
export function sendPictures(socket: ChatSocket) {
  const uploads: Upload[] = []
  let connection = new AbortController()

  function announce(): void {
    const [upload] = uploads
    if (!upload || socket.state.name !== 'open') return
    const { id, text, mediaType, data } = upload
    upload.sent = 0
    socket.send(
      { type: 'picture', id, text, mediaType, bytes: data.byteLength },
      { signal: connection.signal },
    )
  }

  function proceed(upload: Upload, received: number): void {
    const { id, data } = upload
    upload.showProgress(received / data.byteLength)
    if (received === data.byteLength) finish(id)
    upload.sent = Math.max(upload.sent, received)
    while (upload.sent < Math.min(received + AHEAD, data.byteLength)) {
      const size = Math.min(PIECE, data.byteLength - upload.sent)
      // Not on another connection: there the server says anew what it has.
      socket.send(new Uint8Array(data, upload.sent, size), { signal: connection.signal })
      upload.sent += size
    }
  }

  function finish(id: string): void {
    if (uploads[0]?.id !== id) return
    uploads.shift()
    announce()
  }

  socket.on('open', announce)
  socket.on('close', () => {
    connection.abort()
    connection = new AbortController()
  })
  socket.on('message', (message) => {
    if (message.type === 'refused' && message.id) finish(message.id)
    if (message.type === 'chat') for (const { id } of message.messages) finish(id)
    const [upload] = uploads
    if (message.type === 'received' && upload?.id === message.id) proceed(upload, message.bytes)
  })

  return {
    async add(id: string, file: File, showProgress: (share: number) => void): Promise<void> {
      // At once: a file that is moved or changed later could not be read any more.
      const data = await file.arrayBuffer()
      uploads.push({ id, text: file.name, mediaType: file.type, data, sent: 0, showProgress })
      if (uploads.length === 1) announce()
    },
  }
}

/** Asks for pictures, one after the other, and shows them. */
export function fetchPictures(socket: ChatSocket) {
  const wanted = new Map<string, string>()
  let coming: string | undefined

  function ask(): void {
    const [id] = wanted.keys()
    if (id && socket.state.name === 'open') socket.send({ type: 'show', id }, { key: 'show' })
  }

  function got(id: string, picture: Blob | string): void {
    if (!wanted.delete(id)) return
    showPicture(id, picture)
    ask()
  }

  socket.on('open', ask)
  socket.on('message', (message) => {
    if (message.type === 'picture') coming = message.id
    if (message.type === 'refused' && message.id) got(message.id, message.reason)
  })
  socket.on('binary', (data) => {
    if (coming !== undefined) got(coming, new Blob([data], { type: wanted.get(coming) ?? '' }))
    coming = undefined
  })

  return {
    want(id: string, mediaType: string): void {
      wanted.set(id, mediaType)
      if (wanted.size === 1) ask()
    },
  }
}
