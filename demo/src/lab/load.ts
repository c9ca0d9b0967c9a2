/** What the page sends: a word, a flood, an upload with its progress. */

import type { SteadySocket } from 'steadysocket'
import { find } from '../page.ts'

const FLOOD = 10_000
const PIECE = 16 * 1024
const UPLOAD = 8 * 1024 * 1024

/** What the server has said it has received, in bytes. */
interface Report {
  text: number
  binary: number
}

export class Load {
  private readonly socket: SteadySocket
  /** Binary bytes that the server has had over this connection. */
  private received = 0
  private upload: { taken: number } | undefined

  constructor(socket: SteadySocket) {
    this.socket = socket
    socket.on('open', () => {
      this.received = 0
    })
    socket.on('message', (text) => this.hear(text))
    socket.on('drain', () => this.show())
  }

  say(): void {
    this.socket.send(`It is ${new Date().toLocaleTimeString()}`)
  }

  flood(): void {
    for (let i = 0; i < FLOOD; i++) this.socket.send(`${i} `.padEnd(200, '.'))
  }

  send(): void {
    this.upload = { taken: 0 }
    for (let at = 0; at < UPLOAD; at += PIECE) this.socket.send(new Uint8Array(PIECE))
    this.show()
  }

  /** Two progresses, since they are two things: what is still on its way, and what the server says it has. */
  show(): void {
    if (!this.upload) return
    showProgress('left', 1 - Math.min(1, this.socket.bufferedAmount / UPLOAD))
    showProgress('taken', Math.min(1, this.upload.taken / UPLOAD))
  }

  private hear(text: string): void {
    if (!text.startsWith('{')) return
    const report: Report = JSON.parse(text)
    if (this.upload) this.upload.taken += report.binary - this.received
    this.received = report.binary
    this.show()
  }
}

function showProgress(id: 'left' | 'taken', share: number): void {
  find('progress', id).value = share
  find('span', `${id}-text`).textContent = `${Math.floor(share * 100)} %`
}
