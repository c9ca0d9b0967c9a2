/** A native `send` that calls back, dies, or refuses: each message is counted once, and in one place. */
import { expect } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { at } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** Calls something as soon as the native socket has taken a message, before its `send` returns. */
function within(native: FakeWebSocket, run: (data: unknown) => void): void {
  const send = native.send.bind(native)
  native.send = (data) => {
    send(data)
    run(data)
  }
}

test('[S1] an echo within send() is told, and what its listener sends comes behind', async () => {
  const { socket, Fake, record } = await at('open', { fake: { buffering: true } })
  within(Fake.last, (data) => data === 'ping' && Fake.last.receive('echo'))
  socket.on('message', () => socket.send('answer'))
  socket.send('ping')
  expect(record.of('message')).toEqual(['echo'])
  expect(Fake.last.sent).toEqual(['ping', 'answer'])
  expect(socket.stats).toMatchObject({ messagesOut: 2, bytesOut: 10 })
  Fake.last.fail()
  expect(socket.queue.clear()).toEqual(['ping', 'answer'])
})

test('[S9] a connection that dies within send() loses nothing that it still counts', async () => {
  const { socket, Fake, record } = await at('open', { fake: { buffering: true } })
  within(Fake.last, (data) => data === 'last' && Fake.last.fail())
  socket.send('first')
  expect(socket.send('last')).toBe('queued')
  expect(record.states).toEqual(['connecting', 'open', 'waiting'])
  expect(socket.queue.clear()).toEqual(['first', 'last'])
  expect(socket.stats).toMatchObject({ messagesOut: 2, requeued: 2 })
})

test('[S2] nothing is sent on a socket that died in the middle of a backlog', async () => {
  const { socket, Fake } = await at('connecting', { fake: { buffering: true } })
  for (const message of ['one', 'two', 'three']) socket.send(message)
  within(Fake.last, (data) => data === 'two' && Fake.last.fail())
  Fake.last.accept()
  expect(Fake.last.sent).toEqual(['one', 'two'])
  expect(socket.queue.clear()).toEqual(['one', 'two', 'three'])
})

test('[H1] a ping that the native send refuses is told as an error, and as no drop', async () => {
  const heartbeat = { interval: 1_000, timeout: 500, message: 'ping' }
  const { socket, Fake, record } = await at('open', { heartbeat })
  Fake.last.send = () => {
    throw new DOMException('no', 'InvalidStateError')
  }
  await pass(1_000)
  await settle()
  expect(record.of('drop')).toEqual([])
  expect(record.of('error')).toMatchObject([{ code: 'SEND_FAILED', data: 'ping' }])
  expect(socket.stats.dropped).toBe(0)
})
