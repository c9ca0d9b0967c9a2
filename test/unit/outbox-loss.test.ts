/** What becomes of the messages in the browser when their connection is lost. */
import { expect, vi } from 'vitest'
import { createFrame } from '../../src/frame.ts'
import { type OutboxRig, outboxOf } from '../support/outbox.ts'
import { test } from './fixture.ts'

/** So many bytes as the browser may hold; the next message waits. */
function mark(...texts: string[]): { highWaterMark: number } {
  return { highWaterMark: Math.max(1, texts.join('').length) }
}

/** Keyed texts are written `key:text`. */
function sendAll({ send }: OutboxRig, ...texts: string[]): string[] {
  return texts.map((text) => send(text, text.includes(':') ? { key: text.split(':')[0] as string } : {}))
}

test.for<[inBrowser: string[], waiting: string[]]>([
  [[], []],
  [['a'], []],
  [[], ['b']],
  [
    ['a', 'aa'],
    ['b', 'bb'],
  ],
])('[S9] %j goes back before %j', ([inBrowser, waiting]) => {
  const rig = outboxOf()
  const native = rig.connect()
  expect(sendAll(rig, ...inBrowser)).toEqual(inBrowser.map(() => 'sent'))
  // The server is closing, and takes nothing any more.
  native.readyState = native.CLOSING
  expect(sendAll(rig, ...waiting)).toEqual(waiting.map(() => 'queued'))
  rig.lose()
  const whole = [...inBrowser, ...waiting]
  expect([rig.outbox.length, rig.outbox.bytes]).toEqual([whole.length, whole.join('').length])
  expect(rig.counters.requeued).toBe(inBrowser.length)
  rig.send('z')
  expect(rig.connect().sent).toEqual([...whole, 'z'])
  // Sent once more, and this time they leave.
  rig.leave()
  rig.lose()
  expect(rig.clear()).toEqual([])
  expect(rig.drops).toEqual([])
})

test.for<[left: number, back: string[]]>([
  [0, ['aa', '', 'ßß', 'waits']],
  [1, ['aa', '', 'ßß', 'waits']],
  [2, ['ßß', 'waits']],
  [5, ['ßß', 'waits']],
  [6, ['waits']],
])('[S9] of which %i bytes have left: whole goes back what has not left whole', ([left, back]) => {
  const { connect, send, leave, lose, outbox, clear } = outboxOf({ highWaterMark: 6 })
  const native = connect()
  for (const text of ['aa', '', 'ßß']) send(text)
  send('waits')
  native.readyState = native.CLOSING
  leave(left)
  lose()
  expect(outbox.bytes).toBe(new TextEncoder().encode(back.join('')).length)
  expect(clear()).toEqual(back)
})

test('[S9] what the browser counted more than its payload is not counted while it waits', () => {
  const { connect, send, lose, outbox } = outboxOf()
  const native = connect()
  send('aa')
  // Some count the head of a frame, too.
  const take = native.send.bind(native)
  native.send = (data) => {
    take(data)
    native.bufferedAmount += 2
  }
  send('ßß')
  lose()
  expect([outbox.length, outbox.bytes]).toEqual([2, 6])
})

test('[S9] binary data goes back as it was when it was given', () => {
  const { connect, send, lose } = outboxOf()
  connect()
  const data = Uint8Array.of(1, 2)
  send(data)
  data.fill(9)
  lose()
  expect(connect().sent).toEqual([Uint8Array.of(1, 2)])
})

test('[S9] no bound refuses what was accepted once', () => {
  const rig = outboxOf({ ...mark('a', 'b'), maxMessages: 2, maxBytes: 2 })
  rig.connect()
  expect(sendAll(rig, 'a', 'b', 'c', 'd')).toEqual(['sent', 'sent', 'queued', 'queued'])
  rig.lose()
  expect([rig.outbox.length, rig.outbox.bytes]).toEqual([4, 4])
  expect(rig.send('e')).toBe('dropped')
  expect(rig.clear()).toEqual(['a', 'b', 'c', 'd'])
})

test('[S9] what a handshake has sent stands before all others, and is not sent again', () => {
  const { attach, outbox, send, leave, lose, clear } = outboxOf()
  attach(4)
  outbox.release()
  for (const text of ['a', 'b']) send(text)
  leave(5)
  expect(outbox.progress()).toEqual({ handedOver: 6, departed: 5 })
  lose()
  expect(clear()).toEqual(['b'])
})

test('[S9] what of it is in the browser when `open` is told goes back before what waits behind the gate', () => {
  const { attach, send, lose, clear } = outboxOf(mark('b'), 'a')
  attach()
  for (const text of ['b', 'c']) send(text)
  lose()
  expect(clear()).toEqual(['b', 'c', 'a'])
})

test('[S9] a connection given up may still deliver it: nothing goes back, and nobody is told', () => {
  const rig = outboxOf(mark('a'))
  rig.connect()
  sendAll(rig, 'a', 'waits')
  rig.giveUp()
  expect(rig.clear()).toEqual(['waits'])
  expect(rig.drops).toEqual([])
})

const navigators = {
  WebKit: { vendor: 'Apple Computer, Inc.' },
  Chromium: { vendor: 'Google Inc.' },
  Firefox: { vendor: '' },
  'a worker': {},
  'old Node.js': undefined,
}
type Place = keyof typeof navigators

/** Two messages, then a Blob, then another message, all in the browser. */
function aroundBlob(place: Place, ...options: Parameters<typeof outboxOf>): [OutboxRig, Blob] {
  vi.stubGlobal('navigator', navigators[place])
  const rig = outboxOf(...options)
  rig.connect()
  const blob = new Blob(['blob'])
  for (const data of ['a', 'b', blob, 'c']) rig.send(data)
  return [rig, blob]
}

test('[S9] what WebKit counts ahead of a Blob may have left, since it may have hung up itself: it does not go back', () => {
  const [rig, blob] = aroundBlob('WebKit')
  rig.lose(1006)
  expect(rig.clear()).toEqual([blob, 'c'])
  expect(rig.counters.requeued).toBe(2)
  expect(rig.drops).toEqual([])
})

test.for<[stuck: string[], back: string[]]>([
  [
    ['a', 'b'],
    ['a', 'b'],
  ],
  [['Blob 1'], ['Blob 1']],
  [
    ['Blob 1', 'a'],
    ['Blob 1', 'a'],
  ],
  [
    ['Blob 1', 'a', 'Blob 2', 'b'],
    ['Blob 2', 'b'],
  ],
  [['a', 'Blob 1', 'Blob 2'], ['Blob 2']],
  [[], []],
])('[S9] of %j in WebKit %j has certainly not left', ([stuck, back]) => {
  vi.stubGlobal('navigator', navigators.WebKit)
  const rig = outboxOf({}, 'waits')
  rig.connect()
  rig.leave()
  const blobs = new Map<unknown, string>()
  for (const word of stuck) {
    const data = word.startsWith('Blob') ? new Blob([word]) : word
    blobs.set(data, word)
    rig.send(data)
  }
  rig.lose(1006)
  expect(rig.clear().map((data) => blobs.get(data))).toEqual(back)
})

test('[S9] without `resendUnsent` only what it has certainly not sent is told as dropped', () => {
  const [rig, blob] = aroundBlob('WebKit', { resendUnsent: false })
  rig.lose(1006)
  expect(rig.drops).toEqual([
    [blob, 'unsent'],
    ['c', 'unsent'],
  ])
})

test.for<[place: Place, code: number]>([
  ['Chromium', 1006],
  ['Firefox', 1006],
  ['a worker', 1006],
  ['old Node.js', 1006],
  ['WebKit', 1001],
])('[S9] in %s, closed with %i, all goes back, ahead of a Blob too', ([place, code]) => {
  const [rig, blob] = aroundBlob(place)
  rig.lose(code)
  expect(rig.clear()).toEqual(['a', 'b', blob, 'c'])
})

test('[S9] a Blob that WebKit cannot read is what is dropped in the end, and not the message ahead of it', () => {
  const [rig, blob] = aroundBlob('WebKit')
  rig.lose(1006)
  for (const ahead of ['d', 'e', 'f']) {
    rig.attach()
    rig.ping(ahead)
    rig.outbox.release()
    rig.lose(1006)
  }
  expect(rig.drops).toEqual([[blob, 'undeliverable']])
  expect(rig.clear()).toEqual(['c'])
})

test('[S9] without `resendUnsent` it is dropped and told, in order; what waits goes on waiting', () => {
  const rig = outboxOf({ ...mark('a', 'b'), resendUnsent: false })
  rig.connect()
  sendAll(rig, 'a', 'b', 'waits')
  rig.lose()
  expect(rig.drops).toEqual([
    ['a', 'unsent'],
    ['b', 'unsent'],
  ])
  expect(rig.counters).toMatchObject({ dropped: 2, requeued: 0 })
  expect(rig.clear()).toEqual(['waits'])
})

test('[S7] what was to be sent now or never is dropped and told, and a ping without a word', () => {
  const rig = outboxOf()
  rig.connect()
  rig.send('a')
  rig.send('now', { queue: false })
  rig.ping('ping')
  rig.send('b')
  rig.lose()
  expect(rig.drops).toEqual([['now', 'unsent']])
  expect(rig.clear()).toEqual(['a', 'b'])
})

test('[S7] one whose key waits in a newer version stays away, and nobody is told', () => {
  const rig = outboxOf(mark('a', 'k:old'))
  rig.connect()
  expect(sendAll(rig, 'a', 'k:old', 'k:new')).toEqual(['sent', 'sent', 'queued'])
  rig.lose()
  expect([rig.outbox.length, rig.outbox.bytes, rig.counters.requeued]).toEqual([2, 6, 1])
  expect(rig.clear()).toEqual(['a', 'k:new'])
  expect(rig.drops).toEqual([])
})

test('[S7] of several with one key only the newest goes back', () => {
  const rig = outboxOf(mark('k:1', 'b', 'k:2', 'k:3'))
  const native = rig.connect()
  expect(sendAll(rig, 'k:1', 'b', 'k:2', 'k:3', 'c')).toEqual(['sent', 'sent', 'sent', 'sent', 'queued'])
  expect(native.sent).toHaveLength(4)
  rig.lose()
  expect(rig.counters.requeued).toBe(2)
  expect(rig.clear()).toEqual(['b', 'k:3', 'c'])
})

test('[S7] and that is the one that is replaced, where it waits', () => {
  const rig = outboxOf(mark('k:old', 'b', 'k:new'))
  rig.connect()
  sendAll(rig, 'k:old', 'b', 'k:new', 'c')
  rig.lose()
  expect(sendAll(rig, 'k:newest')).toEqual(['queued'])
  expect(rig.outbox.bytes).toBe('bk:newestc'.length)
  expect(rig.connect().sent).toEqual(['b', 'k:newest', 'c'])
})

test('[S11] nothing that has left, was taken or is given up is linked to what waits', () => {
  const { outbox, attach, giveUp, leave } = outboxOf({ highWaterMark: 1 })
  const frames = ['a', 'b', 'c', 'd'].map((text) => createFrame(text, { key: text }))
  const [a, b, c, d] = frames
  for (const frame of frames) outbox.send(frame as never)
  attach()
  outbox.release()
  leave()
  expect(outbox.length).toBe(2)
  giveUp()
  expect([a, b].map((frame) => [frame?.before, frame?.after])).toEqual(Array(2).fill([undefined, undefined]))
  expect(c?.after).toBe(d)
  outbox.clear()
  expect([c, d].map((frame) => [frame?.before, frame?.after])).toEqual(Array(2).fill([undefined, undefined]))
})

test('[S11] nor is what has left, where all is sent at once', () => {
  const { outbox, connect } = outboxOf()
  const native = connect()
  const [a, b, c] = ['a', 'b', 'c'].map((text) => createFrame(text))
  outbox.send(a as never)
  native.drain()
  outbox.send(b as never)
  vi.advanceTimersByTime(1_000)
  outbox.send(c as never)
  expect([a?.before, a?.after]).toEqual([undefined, undefined])
})
