/** The gate of the outbox: while `open` is told, what is sent goes before what waited. */
import { expect } from 'vitest'
import { outboxOf } from '../support/outbox.ts'
import { test } from './fixture.ts'

/** A browser that takes nothing, so that what is sent waits. */
const full = 1
const mark1 = { highWaterMark: 1 } as const

test('[S1] what comes while the rest stands behind the gate goes first', () => {
  const { outbox, send, attach, clear } = outboxOf(mark1, 'a', 'b')
  attach(full)
  expect([outbox.length, outbox.bytes]).toEqual([2, 2])
  expect(['c', 'd'].map((text) => send(text))).toEqual(['queued', 'queued'])
  expect([outbox.length, outbox.bytes]).toEqual([4, 4])
  outbox.release()
  expect(clear()).toEqual(['c', 'd', 'a', 'b'])
})

test('[S1] where the browser takes it, it goes at once, and past what waits', () => {
  const { outbox, send, attach } = outboxOf({}, 'a')
  const native = attach()
  expect(send('b')).toBe('sent')
  expect(native.sent).toEqual(['b'])
  outbox.release()
  expect(native.sent).toEqual(['b', 'a'])
})

test('[S1] lost behind it twice, the newer part still goes first', () => {
  const { send, attach, lose, clear, outbox } = outboxOf(mark1, 'a')
  attach(full)
  send('b')
  lose()
  attach(full)
  send('c')
  outbox.release()
  expect(clear()).toEqual(['c', 'b', 'a'])
})

test('[S1] what stands behind it does not leave, whoever looks', () => {
  const { outbox, attach, leave } = outboxOf({}, 'a')
  const native = attach()
  outbox.pump()
  leave()
  expect(native.sent).toEqual([])
  outbox.release()
  expect(native.sent).toEqual(['a'])
})

test('[S1] a release that lets nothing go changes nothing', () => {
  const { outbox, connect } = outboxOf({}, 'a', 'b')
  outbox.release()
  const native = connect()
  expect(native.sent).toEqual(['a', 'b'])
  outbox.release()
  expect(native.sent).toEqual(['a', 'b'])
  expect([outbox.length, outbox.bytes]).toEqual([0, 0])
})

test('[L6] close() hands over what stands behind it, too', () => {
  const { outbox, attach, send } = outboxOf(mark1, 'a')
  const native = attach()
  for (const text of ['b', 'c']) send(text)
  outbox.flush()
  expect(native.sent).toEqual(['b', 'c', 'a'])
})

test('[S6] the bounds hold for both parts together, and the oldest is one behind it', () => {
  const { outbox, send, attach, clear, drops } = outboxOf(
    { ...mark1, maxMessages: 2, overflow: 'drop-oldest' },
    ...['a', 'b'],
  )
  attach(full)
  for (const text of ['c', 'd', 'e']) send(text)
  expect(drops.map(([data]) => data)).toEqual(['a', 'b', 'c'])
  outbox.release()
  expect(clear()).toEqual(['d', 'e'])
})

test('[S7] a message behind it is replaced where it is, and the bytes are right through it all', () => {
  const { outbox, send, attach, leave } = outboxOf(mark1, 'a')
  send('k', { key: 'k' })
  const native = attach(full)
  send('k, longer', { key: 'k' })
  expect([outbox.length, outbox.bytes]).toEqual([2, 10])
  send('b')
  outbox.release()
  expect(outbox.bytes).toBe(11)
  for (let count = 0; count < 3; count++) leave()
  expect(native.sent).toEqual(['b', 'a', 'k, longer'])
  expect(outbox.bytes).toBe(0)
})

test('[S7] also where the browser would take it at once', () => {
  const { outbox, send, attach } = outboxOf({}, 'a')
  send('old', { key: 'k' })
  const native = attach()
  expect(send('new', { key: 'k' })).toBe('queued')
  outbox.release()
  expect(native.sent).toEqual(['a', 'new'])
})

test('[S6] taking all empties both parts', () => {
  const { outbox, send, attach, clear } = outboxOf(mark1, 'a')
  attach(full)
  send('b')
  expect(clear()).toEqual(['b', 'a'])
  send('c')
  outbox.release()
  expect(clear()).toEqual(['c'])
})
