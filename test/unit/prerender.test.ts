/** A page that is rendered before anybody looks at it, perhaps for nothing. */
import { afterEach, expect, vi } from 'vitest'
import { page, wakeSignals } from '../support/page.ts'
import { scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

afterEach(() => void Reflect.deleteProperty(document, 'prerendering'))

test('[W2] while it is prerendered nothing connects, and `url` is not called; activated, once', async () => {
  page.prerender()
  const url = vi.fn(() => 'ws://test/')
  const { Fake, socket, record } = scripted({ url })
  await settle()
  expect(socket.state).toMatchObject({ name: 'waiting', attempt: 0, delay: Infinity, at: Infinity })
  expect(socket.state).toHaveProperty('close.willRetry', true)
  for (const signal of wakeSignals) page[signal]()
  socket.reconnect()
  socket.connect()
  expect(socket.send('waits')).toBe('queued')
  await pass(3_600_000)
  expect(new Set(record.order)).toEqual(new Set(['state waiting']))
  expect(url).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
  page.activate()
  expect(socket.state).toEqual({ name: 'connecting', attempt: 0, reconnected: false })
  await settle()
  for (const signal of wakeSignals) page[signal]()
  await settle()
  expect(url).toHaveBeenCalledOnce()
  expect(Fake.instances).toHaveLength(1)
  Fake.last.accept()
  expect(Fake.last.sent).toEqual(['waits'])
})

test('[W2] that it is shown for the first time, while it is prerendered, is no sign', async () => {
  page.prerender()
  const { Fake, socket } = scripted()
  await settle()
  page.show(false)
  expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
  page.activate()
  await settle()
  expect(Fake.instances).toHaveLength(1)
})

test('[W2] closed before it is activated, it never connects', async () => {
  page.prerender()
  const { Fake, socket, record } = scripted()
  await settle()
  socket.close()
  await settle()
  page.activate()
  await pass(60_000)
  expect(Fake.instances).toHaveLength(0)
  expect(record.order).toEqual(['state waiting', 'state closing', 'state closed', 'close'])
})

test('[W2] closed before it is activated, and connected after that, it does so, seen or hidden', async () => {
  page.prerender()
  const { Fake, socket } = scripted()
  await settle()
  socket.close()
  await settle()
  page.activate()
  page.turnHidden()
  socket.connect()
  await settle()
  expect(Fake.instances).toHaveLength(1)
})

test('[W2] `wake: false` opts out', async () => {
  page.prerender()
  const { Fake } = scripted({ wake: false })
  await settle()
  expect(Fake.instances).toHaveLength(1)
})
