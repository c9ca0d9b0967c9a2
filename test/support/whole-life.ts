/** One life with all that a socket does in it, for whoever holds it: the socket comes idle and stays closed. */
import { expect, vi } from 'vitest'
import type { SteadySocket } from '../../src/index.ts'
import type { FakeWebSocketClass } from './fake-websocket.ts'
import { recordOf } from './scripted.ts'

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds)

const life = [
  'connecting',
  'open',
  'waiting',
  'connecting',
  'open',
  'connecting',
  'open',
  'closing',
  'closed',
]

/** Needs fake timers; everything is asked of `socket`, which may be a proxy of the real one. */
export async function expectWholeLife(socket: SteadySocket, Fake: FakeWebSocketClass): Promise<void> {
  const record = recordOf(socket)
  const states: string[] = []
  const undo = socket.subscribe(({ name }) => states.push(name))
  const once = vi.fn()
  socket.once('open', once)
  expect(socket.state).toEqual({ name: 'idle' })

  expect(socket.send('old', { key: 'k' })).toBe('queued')
  expect(socket.send('new', { key: 'k' })).toBe('queued')
  expect(socket.send('now or never', { queue: false })).toBe('dropped')
  expect(socket.queue).toMatchObject({ length: 1, bytes: 3 })
  expect(socket.bufferedAmount).toBe(3)
  const opened = socket.opened({ timeout: 1_000 })
  const drained = socket.drained({ signal: new AbortController().signal })
  socket.connect()
  await pass(0)
  expect(socket.readyState).toBe(socket.CONNECTING)
  Fake.last.accept({ protocol: 'chat', extensions: 'x' })
  await opened
  await drained
  expect(socket).toMatchObject({ url: 'ws://test/', protocol: 'chat', extensions: 'x', readyState: 1 })
  expect(socket.send('live')).toBe('sent')
  expect(Fake.last.sent).toEqual(['new', 'live'])
  socket.binaryType = 'arraybuffer'
  Fake.last.receive('hello')
  Fake.last.receive(Uint8Array.of(1))

  Fake.last.fail()
  expect(socket.state).toMatchObject({ name: 'waiting', attempt: 1, close: { code: 1006 } })
  expect(socket.send('meanwhile')).toBe('queued')
  const removed = socket.queue.clear()
  expect(removed).toEqual(['meanwhile'])
  expect(socket.send('waits')).toBe('queued')
  await pass(socket.state.name === 'waiting' ? socket.state.delay : 0)
  Fake.last.accept()
  expect(Fake.last.sent).toEqual(['waits'])
  expect(Fake.last.binaryType).toBe('arraybuffer')

  socket.reconnect(4000, 'again')
  await pass(0)
  Fake.last.accept()
  socket.close(4001, 'bye')
  Fake.last.serverClose(4001, 'bye')
  await pass(0)
  await expect(socket.opened()).rejects.toMatchObject({ code: 'CLOSED' })
  expect(socket.state).toMatchObject({
    name: 'closed',
    cause: 'requested',
    close: { code: 4001, reason: 'bye' },
  })

  expect(Fake.instances.map(({ closeCalls }) => closeCalls)).toEqual([
    [],
    [{ code: 4000, reason: 'again' }],
    [{ code: 4001, reason: 'bye' }],
  ])
  expect(record.order).toEqual([
    ...['drop', 'state connecting', 'state open', 'open', 'message', 'binary'],
    ...['state waiting', 'close', 'retry', 'state connecting', 'state open', 'open'],
    ...['state connecting', 'close', 'state open', 'open', 'state closing', 'state closed', 'close'],
  ])
  expect(record.of('message')).toEqual(['hello'])
  expect(states).toEqual(['idle', ...life])
  expect(once).toHaveBeenCalledOnce()
  expect(socket.stats).toMatchObject({
    attempts: 3,
    connections: 3,
    messagesIn: 2,
    messagesOut: 3,
    dropped: 1,
  })
  undo()
  socket[Symbol.dispose]()
  socket.connect()
  await pass(0)
  socket.close()
  await pass(0)
  expect(states).toHaveLength(life.length + 1)
  expect(record.order).toHaveLength(19)
  expect(socket.eventNames()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
}
