/** A Blob in the browser and nothing behind it: looked at once a second, to let go of it, and not longer. */
import { expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { isCollected } from '../support/collect-garbage.ts'
import { createFakeWebSocket, type FakeWebSocket } from '../support/fake-websocket.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const letter = new Blob(['x'])

/** Open, with one Blob in the browser that does not leave by itself. */
async function busy(): Promise<Staged> {
  const rig = await at('open', { fake: { buffering: true } })
  rig.socket.send(letter)
  return rig
}

test('[S12] one look a second while it is there, and none when it is gone', async () => {
  const { Fake } = await busy()
  const started = vi.spyOn(globalThis, 'setTimeout')
  expect(vi.getTimerCount()).toBe(1)
  await pass(999)
  expect(started).not.toHaveBeenCalled()
  await pass(9_001)
  expect(started.mock.calls.length).toBeGreaterThanOrEqual(9)
  expect(started.mock.calls.length).toBeLessThanOrEqual(10)
  Fake.last.drain()
  await pass(2_001)
  expect(vi.getTimerCount()).toBe(0)
  started.mockClear()
  await pass(60_000)
  expect(started).not.toHaveBeenCalled()
})

test('[S5] none for text or buffers, which are no objects of the application', async () => {
  const { socket } = await at('open', { fake: { buffering: true } })
  socket.send('x')
  socket.send(Uint8Array.of(1))
  expect(vi.getTimerCount()).toBe(0)
})

test('[S12] many messages, one look', async () => {
  const { socket } = await busy()
  for (let count = 0; count < 100; count++) socket.send('y')
  expect(vi.getTimerCount()).toBe(1)
})

test('[S12] none for what leaves within `send()`', async () => {
  const { socket } = await at('open')
  socket.send('x')
  expect(vi.getTimerCount()).toBe(0)
})

test('[S12] one for the next Blob, when the first and some text have left', async () => {
  const { Fake, socket } = await busy()
  socket.send('x')
  Fake.last.drain()
  await pass(3_000)
  expect(vi.getTimerCount()).toBe(0)
  socket.send(letter)
  expect(vi.getTimerCount()).toBe(1)
})

test('[S12] it ends with the connection', async () => {
  const { Fake, socket } = await busy()
  socket.close()
  Fake.last.serverClose()
  await settle()
  expect(vi.getTimerCount()).toBe(0)
})

test('[S5] what comes while it is far off is looked at in time', async () => {
  const { Fake, socket } = await busy()
  Fake.last.bufferedAmount = 2 ** 20
  socket.send('waits')
  expect(vi.getTimerCount()).toBe(1)
  Fake.last.drain()
  await pass(4)
  expect(Fake.last.sent).toEqual([letter, 'waits'])
})

/** A socket, its native one, and a Blob that was given to it and that nobody else holds. */
async function given(): Promise<{ socket: SteadySocket; native: FakeWebSocket; blob: WeakRef<Blob> }> {
  const Fake = createFakeWebSocket({
    onCreate: (native) => {
      // The record of what was sent would hold it.
      native.send = (data) => {
        native.bufferedAmount += (data as Blob).size
      }
    },
  })
  const socket = new SteadySocket('ws://test/', { WebSocket: Fake, reconnect: { delay: () => 0 } })
  await settle()
  Fake.last.accept()
  const blob = new Blob(['x'])
  socket.send(blob)
  return {
    socket,
    get native() {
      return Fake.last
    },
    blob: new WeakRef(blob),
  }
}

async function isGone(blob: WeakRef<Blob>): Promise<boolean> {
  vi.useRealTimers()
  return isCollected(blob)
}

test('[S12] a Blob that is in the browser is kept: it may have to go again', async () => {
  const { socket, blob } = await given()
  await pass(2_001)
  expect(await isGone(blob)).toBe(false)
  socket.close()
})

test('[S12] one that has left is let go within two seconds, though nothing else happens', async () => {
  const { socket, native, blob } = await given()
  await pass(500)
  native.drain()
  await pass(2_001)
  expect(await isGone(blob)).toBe(true)
  socket.close()
})

test('[S12] also one that had to go again', async () => {
  const rig = await given()
  const { socket, blob } = rig
  rig.native.fail()
  await settle()
  rig.native.accept()
  expect(socket.bufferedAmount).toBe(1)
  rig.native.drain()
  await pass(2_001)
  expect(await isGone(blob)).toBe(true)
  socket.close()
})

test('[S12] also one that was taken out after it had been in the browser', async () => {
  const rig = await given()
  const { socket, blob } = rig
  rig.native.fail()
  expect(socket.queue.clear()).toHaveLength(1)
  expect(await isGone(blob)).toBe(true)
  socket.close()
})
