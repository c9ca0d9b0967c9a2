/** Messages that end every connection, in real engines: they get out of the way of all others. */
import { expect } from 'vitest'
import { server as runner } from 'vitest/browser'
import type { SteadySocket } from '../../src/index.ts'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const { browser } = runner
const MiB = 2 ** 20
const soon = { delay: () => 0 }

/** Until as much of it has left as fits between two processes; Firefox tells of a message only when it has left whole. */
async function stuck(socket: SteadySocket): Promise<void> {
  const whole = socket.bufferedAmount
  for (let before = 0; before !== socket.bufferedAmount || (before === whole && browser === 'chromium'); ) {
    before = socket.bufferedAmount
    await new Promise((resume) => setTimeout(resume, 100))
  }
}

// WebKit's network process takes whatever it is given: nothing of it need be stuck, and nothing of it goes again.
test.skipIf(browser === 'webkit').for([1009, undefined])(
  '[S9] the server ends the connection (%s) while a large message comes: the next one arrives, once',
  async (code, { server, connect }) => {
    const size = 16 * MiB
    let isOver = false
    const socket = connect(() => server.url(isOver ? '/sink' : '/deaf'), {
      reconnect: soon,
      queue: { resendUnsent: 1 },
    })
    const opens = collect(socket, 'open')
    const closes = collect(socket, 'close')
    const errors = collect(socket, 'error')
    const drops = collect(socket, 'drop')
    const messages = collect(socket, 'message')
    // Chromium counts nothing any more where the reset came while it was taking data: then it has left, and is not known.
    socket.on('close', ({ unsentBytes }) => {
      isOver ||= unsentBytes === 0
    })
    socket.once('drop', () => {
      isOver = true
    })
    await opens.next()
    socket.send('large'.padEnd(size, '.'))
    socket.send('after')
    while (!isOver) {
      await stuck(socket)
      if (code) {
        await server.broadcast('bye')
        await server.closeAll(code)
        // With it the close frame has come.
        await messages.next()
      }
      await server.reset()
      await closes.next()
      await opens.next()
    }
    const { connections } = await server.until({ messages: 1 })
    expect(connections.flatMap(({ messages }) => messages.map(({ text }) => text))).toEqual(['after'])
    expect(connections.length).toBeLessThanOrEqual(3)
    const isUnknown = closes.all.some(({ unsentBytes }) => unsentBytes === 0)
    expect(drops.all).toHaveLength(isUnknown ? 0 : 1)
    if (isUnknown) return
    const [drop] = drops.all
    const last = closes.all.at(-1)
    // Where the reset was faster, the close frame is lost.
    const isTooBig = last?.code === 1009 && last.unsentBytes < size
    expect(drop?.reason).toBe(isTooBig ? 'too-big' : 'undeliverable')
    expect(errors.all).toMatchObject(isTooBig ? [] : [{ code: 'UNDELIVERABLE' }])
  },
)

const canWriteFiles =
  typeof FileSystemFileHandle === 'function' && 'createWritable' in FileSystemFileHandle.prototype

test.skipIf(!canWriteFiles)(
  '[S9] a file that is gone when its turn comes is told as undeliverable, and the next message arrives',
  async ({ server, connect }) => {
    const directory = await navigator.storage.getDirectory()
    const name = `gone-${crypto.randomUUID()}`
    const handle = await directory.getFileHandle(name, { create: true })
    const writable = await handle.createWritable()
    await writable.write('x'.repeat(MiB))
    await writable.close()
    const file = await handle.getFile()
    await directory.removeEntry(name)

    const socket = connect(server.url('/sink'), { reconnect: soon })
    const drops = collect(socket, 'drop')
    const errors = collect(socket, 'error')
    await socket.opened()
    socket.send(file)
    socket.send('after')
    const { connections } = await server.until({ messages: 1 })
    expect(connections.flatMap(({ messages }) => messages.map(({ text }) => text))).toEqual(['after'])
    expect(connections.length).toBeLessThanOrEqual(5)
    expect(drops.all).toEqual([{ data: file, reason: 'undeliverable' }])
    expect(errors.all).toMatchObject([{ code: 'UNDELIVERABLE', data: file }])
  },
)
