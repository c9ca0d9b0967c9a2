/** Messages that end every connection, in real engines: they get out of the way of all others. */
import { expect } from 'vitest'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const MiB = 2 ** 20
const soon = { delay: () => 0 }

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
