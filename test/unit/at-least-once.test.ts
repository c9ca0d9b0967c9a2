/** The recipe of docs/sending.md for messages that must arrive. */
import { expect } from 'vitest'
import { type Codec, json } from '../../src/index.ts'
import { scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

interface Order {
  id: number
}

test('[S9] with ids and acknowledgements all arrives, in order, and nothing twice that waited', async () => {
  const codec: Codec<Order, Order> = json<Order>()
  const { socket, Fake } = scripted({ codec, fake: { buffering: true }, queue: { highWaterMark: 40 } })
  const pending = new Map<number, Order>()
  const order = (id: number): void => {
    pending.set(id, { id })
    socket.send({ id }, { key: id })
  }
  socket.on('message', ({ id }) => pending.delete(id))
  socket.on('open', ({ reconnected }) => {
    if (!reconnected) return
    for (const message of pending.values()) socket.send(message, { key: message.id })
  })
  await settle()
  Fake.last.accept()
  for (let id = 1; id <= 8; id++) order(id)
  const first = Fake.last
  // One is acknowledged, two have left, the others of the first five are stuck; three wait.
  expect(first.sent).toHaveLength(5)
  first.drain(16)
  first.receive('{"id":1}')
  first.lose('chromium')
  socket.reconnect()
  await settle()
  Fake.last.accept()
  for (let turn = 0; turn < 5; turn++) {
    Fake.last.drain()
    await pass(4)
  }
  const ids = Fake.last.sent.map((data) => JSON.parse(String(data)).id)
  expect(ids).toEqual([2, 3, 4, 5, 6, 7, 8])
})
