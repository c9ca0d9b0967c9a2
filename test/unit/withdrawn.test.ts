/** Messages that are taken back by a signal while they wait. */
import { expect, vi } from 'vitest'
import { at, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const waiting = { queue: { highWaterMark: 1 }, fake: { buffering: true } }

test('[S7] aborted while it waits, it is withdrawn and told; the rest keeps its order', async () => {
  const { socket, Fake, record } = await at('connecting')
  const controller = new AbortController()
  socket.send('one')
  expect(socket.send('two', { signal: controller.signal })).toBe('queued')
  socket.send('three')
  controller.abort()
  expect(record.of('drop')).toEqual([{ data: 'two', reason: 'withdrawn' }])
  expect(socket.queue).toMatchObject({ length: 2, bytes: 8 })
  await settle()
  Fake.last.accept()
  expect(Fake.last.sent).toEqual(['one', 'three'])
  expect(socket.stats.dropped).toBe(1)
})

test('[S7] aborted before, nothing is queued, sent or replaced', async () => {
  const { socket, Fake, record } = scripted()
  socket.send('old', { key: 'k' })
  expect(socket.send('new', { key: 'k', signal: AbortSignal.abort() })).toBe('dropped')
  await settle()
  Fake.last.accept()
  expect(socket.send('now', { signal: AbortSignal.abort() })).toBe('dropped')
  expect(Fake.last.sent).toEqual(['old'])
  expect(record.of('drop')).toEqual([
    { data: 'new', reason: 'withdrawn' },
    { data: 'now', reason: 'withdrawn' },
  ])
})

test('[S7] aborted while in the browser and then stuck in a loss, it does not go out again', async () => {
  const { socket, Fake, record } = await at('open', { fake: { buffering: true } })
  const controller = new AbortController()
  socket.send('taken back', { signal: controller.signal })
  socket.send('kept')
  controller.abort()
  expect(record.of('drop')).toEqual([])
  Fake.last.fail()
  expect(record.of('drop')).toEqual([{ data: 'taken back', reason: 'withdrawn' }])
  expect(socket.queue.clear()).toEqual(['kept'])
})

test('[S7] replaced by key, the signal of the newer message counts', async () => {
  const { socket, record } = await at('connecting')
  const [older, newer] = [new AbortController(), new AbortController()]
  socket.send('old', { key: 'k', signal: older.signal })
  socket.send('new', { key: 'k', signal: newer.signal })
  older.abort()
  expect(socket.queue.length).toBe(1)
  newer.abort()
  expect(socket.queue.length).toBe(0)
  expect(record.of('drop')).toEqual([{ data: 'new', reason: 'withdrawn' }])
})

test('[S12] when the message has gone, its signal holds nothing of it', async () => {
  const { socket, Fake } = await at('open', waiting)
  const { signal } = new AbortController()
  const added = vi.spyOn(signal, 'addEventListener')
  const removed = vi.spyOn(signal, 'removeEventListener')
  const listeners = (): number => added.mock.calls.length - removed.mock.calls.length
  socket.send('first')
  for (const key of ['a', 'a', 'b']) socket.send(key, { key, signal })
  expect(listeners()).toBe(2)
  Fake.last.drain()
  await pass(4)
  Fake.last.drain()
  await pass(4)
  expect(Fake.last.sent).toEqual(['first', 'a', 'b'])
  expect(listeners()).toBe(0)
  socket.send('c', { signal })
  socket.queue.clear()
  expect(listeners()).toBe(0)
})

test('[S10] the last one withdrawn, all is drained', async () => {
  const { socket, Fake } = await at('open', waiting)
  const controller = new AbortController()
  let drained = 0
  socket.on('drain', () => {
    drained += 1
  })
  socket.send('first')
  socket.send('second', { signal: controller.signal })
  Fake.last.drain()
  controller.abort()
  expect(drained).toBe(1)
})
