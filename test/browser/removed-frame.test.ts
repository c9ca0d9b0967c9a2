/** A native socket whose class belongs to a frame that was removed from the page: it is closed, and never says so. */
import { expect } from 'vitest'
import { collect, collectStates } from '../support/collect.ts'
import { openFrame } from '../support/frame.ts'
import { page } from '../support/page.ts'
import { test } from './fixture.ts'

const soon = { delay: () => 0 }

/** A class that builds the frame's sockets while there is a frame, and then the page's own. */
async function openRemovable(): Promise<{ WebSocket: typeof WebSocket; remove: () => Promise<void> }> {
  const frame = await openFrame('<!doctype html>')
  let Native = frame.WebSocket
  let last: WebSocket | undefined
  // To be called with `new`, and answering what is none of its own.
  function Removable(url: string | URL, protocols?: string | string[]): WebSocket {
    last = new Native(url, protocols)
    return last
  }
  return {
    WebSocket: Removable as never,
    async remove() {
      Native = WebSocket
      frame.frameElement?.remove()
      // In Firefox that takes some tasks.
      while (last?.readyState !== WebSocket.CLOSED) await new Promise((done) => setTimeout(done, 1))
    },
  }
}

const heartbeat = { interval: 100, timeout: 10_000, message: 'ping' }

test.for<[string, () => void, object]>([
  ['the next send', () => {}, {}],
  ['a wake signal', page.online, {}],
  ['the heartbeat', () => {}, { heartbeat }],
])(
  '[L11] found out by %s, it is lost, and what was sent goes out with the next',
  async ([finder, find, more], { server, connect }) => {
    const { WebSocket, remove } = await openRemovable()
    const socket = connect(server.url('/sink'), { WebSocket, reconnect: soon, ...more })
    const states = collectStates(socket)
    const closes = collect(socket, 'close')
    const opens = collect(socket, 'open')
    await opens.next()
    await remove()
    if (finder === 'the next send') expect(socket.send('kept')).toBe('queued')
    find()
    expect(await closes.next()).toMatchObject({ code: 1006, opened: true, wasClean: false, willRetry: true })
    expect(await opens.next()).toMatchObject({ reconnected: true })
    if (finder !== 'the next send') expect(socket.send('kept')).toBe('sent')
    const { connections } = await server.until({ connections: 2, messages: 1 })
    const isWord = ({ text }: { text?: string }): boolean => text === 'kept'
    expect(connections.map(({ messages }) => messages.filter(isWord).length)).toEqual([0, 1])
    expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
    expect(closes.all).toHaveLength(1)
  },
)
