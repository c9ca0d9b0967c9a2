/** What came during an asynchronous handshake and was not received there: told after `open`, one message a task. */
import { expect, vi } from 'vitest'
import { Collected, collect } from '../support/collect.ts'
import { at, type Staged, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** A socket whose handshake has left these unread, in the turn in which `open` was told. */
async function opened(...unread: Array<string | Uint8Array<ArrayBuffer>>): Promise<Staged> {
  const rig = await at('handshake', { binaryType: 'arraybuffer' })
  for (const frame of unread) rig.Fake.last.receive(frame)
  expect(rig.record.order).toEqual(['state connecting'])
  const open = collect(rig.socket, 'open')
  rig.agree()
  await open.next()
  return rig
}

const open = ['state connecting', 'state open', 'open']

test('[M6] it follows `open`, in order, text and binary', async () => {
  const { socket, record } = await opened('a', Uint8Array.of(1), 'b')
  expect(record.order).toEqual(open)
  await collect(socket, 'message').take(2)
  expect(record.order).toEqual([...open, 'message', 'binary', 'message'])
  expect(record.of('message')).toEqual(['a', 'b'])
  expect(record.of('binary')).toEqual([Uint8Array.of(1).buffer])
})

test('[M6] one message a task: what one has set off is done before the next', async () => {
  const { socket } = await opened('a', 'b', 'c')
  const heard = new Collected<string>()
  socket.on('message', async (message) => {
    heard.push(message)
    await Promise.resolve()
    heard.push(`after ${message}`)
  })
  expect(await heard.take(6)).toEqual(['a', 'after a', 'b', 'after b', 'c', 'after c'])
})

test('[M6] who awaits one message after another misses none', async () => {
  const { socket } = await opened('a', 'b', 'c')
  const heard: string[] = []
  const last = collect(socket, 'message').take(3)
  const next = (): Promise<string> => new Promise((resolve) => socket.once('message', resolve))
  void (async () => {
    for (;;) heard.push(await next())
  })()
  await last
  await settle()
  expect(heard).toEqual(['a', 'b', 'c'])
})

test('[M6] each native event tells the oldest, and what comes meanwhile waits behind the rest', async () => {
  const { Fake, record, socket } = await opened('a', 'b')
  const messages = collect(socket, 'message')
  Fake.last.receive('c')
  expect(record.of('message')).toEqual(['a'])
  Fake.last.receive('d')
  expect(record.of('message')).toEqual(['a', 'b'])
  Fake.last.receive('e')
  expect(record.of('message')).toEqual(['a', 'b', 'c'])
  await messages.take(5)
  expect(record.of('message')).toEqual(['a', 'b', 'c', 'd', 'e'])
  Fake.last.receive('f')
  expect(record.of('message').slice(5)).toEqual(['f'])
})

test('[M6] a frame that makes no sense is told as it comes, and tells the oldest', async () => {
  const decode = (frame: string): string => {
    if (frame === '?') throw new Error('nonsense')
    return frame
  }
  const { Fake, record, agree, socket } = await at('handshake', { codec: { encode: String, decode } })
  const opening = collect(socket, 'open')
  for (const frame of ['a', 'b']) Fake.last.receive(frame)
  agree()
  await opening.next()
  Fake.last.receive('?')
  expect(record.order).toEqual([...open, 'error', 'message'])
  await collect(socket, 'message').next()
  expect(record.of('message')).toEqual(['a', 'b'])
})

test('[M6] what nobody is told of takes no place among the rest', async () => {
  const { Fake, record, agree, socket } = await at('handshake', {
    heartbeat: { interval: 60_000, message: 'ping', isPong: (message) => message === 'pong' },
  })
  const opening = collect(socket, 'open')
  Fake.last.receive('a')
  agree()
  await opening.next()
  Fake.last.receive('pong')
  Fake.last.receive('b')
  expect(record.of('message')).toEqual(['a', 'b'])
})

test('[S5] where nothing was left unread no task is started', async () => {
  vi.stubGlobal('MessageChannel', undefined)
  const { socket, Fake } = scripted({ handshake: () => {} })
  await settle()
  Fake.last.accept()
  expect(socket.state.name).toBe('open')
  expect(vi.getTimerCount()).toBe(0)
})

test('[L9] when the connection ends, no task is left over', async () => {
  vi.stubGlobal('MessageChannel', undefined)
  const { socket, Fake } = await opened('a', 'b', 'c')
  Fake.last.receive('d')
  const closed = collect(socket, 'close')
  Fake.last.serverClose(1008)
  await closed.next()
  expect(socket.state.name).toBe('closed')
  expect(vi.getTimerCount()).toBe(0)
})

test('[M6] when the server closes, the rest is told before `close`', async () => {
  const { Fake, record } = await opened('a', 'b')
  Fake.last.serverClose(1011)
  expect(record.order).toEqual([...open, 'message', 'message', 'state waiting', 'close', 'retry'])
  expect(record.of('message')).toEqual(['a', 'b'])
})

test('[M6] so it is when reconnect() ends the connection', async () => {
  const { socket, record } = await opened('a', 'b')
  socket.reconnect()
  expect(record.order).toEqual([...open, 'message', 'message', 'state connecting', 'close'])
  expect(record.of('message')).toEqual(['a', 'b'])
})

test.for(['at once', 'later'])('[M6] after close(), answered %s, nothing of it is told', async (when) => {
  vi.stubGlobal('MessageChannel', undefined)
  const { socket, record, Fake } = await opened('a', 'b')
  socket.close()
  if (when === 'later') await pass(10)
  expect(socket.state.name).toBe('closing')
  Fake.last.receive('late')
  Fake.last.serverClose()
  await pass(60_000)
  expect(record.of('message')).toEqual([])
})

test('[M6] nor is the rest when a listener has called close()', async () => {
  vi.stubGlobal('MessageChannel', undefined)
  const { socket, record, Fake } = await opened('a', 'b', 'c')
  socket.once('message', () => socket.close())
  await pass(10)
  expect(socket.state.name).toBe('closing')
  Fake.last.receive('late')
  Fake.last.serverClose()
  await pass(60_000)
  expect(record.of('message')).toEqual(['a'])
})

test('[M6] where there is no MessageChannel, a timer does', async () => {
  vi.stubGlobal('MessageChannel', undefined)
  const { record } = await opened('a', 'b')
  expect(record.of('message')).toEqual([])
  vi.advanceTimersToNextTimer()
  expect(record.of('message')).toEqual(['a'])
  vi.advanceTimersToNextTimer()
  expect(record.of('message')).toEqual(['a', 'b'])
  expect(vi.getTimerCount()).toBe(0)
})
