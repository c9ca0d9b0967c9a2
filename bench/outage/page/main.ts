/** The page: a crew of clients that keeps a diary, or the frames in which such crews live. */
import { candidates } from '../candidates.ts'
import type { Assignment, Entry } from '../diary.ts'

const { searchParams } = new URL(location.href)
const frames = searchParams.get('frames')?.split(',') ?? []
for (const src of frames) document.body.append(Object.assign(document.createElement('iframe'), { src }))
if (frames.length === 0) await work()

async function work(): Promise<void> {
  const answer = await fetch(`/crew/${searchParams.get('crew')}`)
  const crew: Assignment[] = await answer.json()
  const clients = new Map(crew.map(({ url, client }) => [new URL(url).host, client]))
  let entries: Entry[] = []
  const note = (client: number, what: Entry['what']): void => {
    entries.push({ client, what, at: Date.now() })
  }

  globalThis.WebSocket = class extends WebSocket {
    private readonly client: number
    private isOver = false

    constructor(url: string | URL, protocols?: string | string[]) {
      const client = clients.get(new URL(url).host) ?? Number.NaN
      note(client, 'attempt')
      super(url, protocols)
      this.client = client
      // Listened to first of all: some libraries call `close()` when they hear of an error.
      this.addEventListener('error', () => this.end('failed'))
      this.addEventListener('close', () => this.end('failed'))
    }

    override close(code?: number, reason?: string): void {
      this.end('givenUp')
      super.close(code, reason)
    }

    private end(how: 'failed' | 'givenUp'): void {
      if (!this.isOver) note(this.client, how)
      this.isOver = true
    }
  }

  for (const { candidate, url, paths, client } of crew) {
    const library = candidates.find(({ name }) => name === candidate)
    let attempt = 0
    library?.connect(paths ? () => `${url}${attempt++}` : url, () => note(client, 'open'))
  }
  for (;;) {
    const body = JSON.stringify(entries)
    entries = []
    if (body !== '[]') await fetch('/diary', { method: 'POST', body })
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
