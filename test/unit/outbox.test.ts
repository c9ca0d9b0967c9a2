/** What waits in the outbox: its order, its size, its keys and its bounds. */
import { describe, expect, vi } from 'vitest'
import { outboxOf } from '../support/outbox.ts'
import { test } from './fixture.ts'

describe('order', () => {
  test('[S1] first in, first out, and its size is known throughout', () => {
    const { outbox, leave, connect } = outboxOf({ highWaterMark: 1 }, 'a', 'ß', '😀')
    expect([outbox.length, outbox.bytes]).toEqual([3, 7])
    const native = connect()
    expect([outbox.length, outbox.bytes]).toEqual([2, 6])
    leave()
    expect([outbox.length, outbox.bytes]).toEqual([1, 4])
    leave()
    expect([outbox.length, outbox.bytes]).toEqual([0, 0])
    leave()
    expect(native.sent).toEqual(['a', 'ß', '😀'])
    expect([outbox.length, outbox.bytes]).toEqual([0, 0])
  })

  test('[S1] emptied, it goes on', () => {
    const { connect, lose, leave, send, clear } = outboxOf({}, 'a')
    const native = connect()
    leave()
    lose()
    for (const text of ['b', 'c']) send(text)
    expect(native.sent).toEqual(['a'])
    expect(connect().sent).toEqual(['b', 'c'])
    leave()
    lose()
    expect(clear()).toEqual([])
    send('d')
    expect(clear()).toEqual(['d'])
  })

  test('[S1] what comes while something waits waits behind it, whatever the room', () => {
    const { connect, send, leave, outbox } = outboxOf({ highWaterMark: 4 })
    const native = connect()
    expect(['aaaa', 'bbbb', 'c'].map((text) => send(text))).toEqual(['sent', 'queued', 'queued'])
    native.drain()
    expect(send('d')).toBe('queued')
    expect(native.sent).toEqual(['aaaa'])
    leave()
    expect(native.sent).toEqual(['aaaa', 'bbbb'])
    leave()
    expect(native.sent).toEqual(['aaaa', 'bbbb', 'c', 'd'])
    expect(outbox.length).toBe(0)
  })

  test('[S6] all of it can be taken at once, in order', () => {
    const { outbox, send, clear } = outboxOf({}, 'a', 'b')
    send('c', { key: 'key' })
    expect(clear()).toEqual(['a', 'b', 'c'])
    expect([outbox.length, outbox.bytes]).toEqual([0, 0])
    send('d', { key: 'key' })
    expect(clear()).toEqual(['d'])
    expect(clear()).toEqual([])
  })

  test('[L6] all of it can be handed over at once, in order, whatever the mark', () => {
    const { outbox, connect } = outboxOf({ highWaterMark: 1 }, 'a', 'b', 'c')
    const native = connect()
    expect(native.sent).toEqual(['a'])
    outbox.flush()
    expect(native.sent).toEqual(['a', 'b', 'c'])
    expect([outbox.length, outbox.bytes]).toEqual([0, 0])
  })
})

describe('bytes', () => {
  test('[S6] binary data counts by its bytes, not by its elements', () => {
    const { outbox, send } = outboxOf()
    send(new Float64Array(4))
    send(new Blob(['12345']))
    expect(outbox.bytes).toBe(37)
  })

  test('[S6] text counts as on the wire, however long it is', () => {
    const { outbox, send, clear } = outboxOf()
    for (let count = 1; count <= 3; count++) {
      send('ä'.repeat(2_000))
      expect(outbox.bytes).toBe(count * 4_000)
    }
    clear()
    expect(outbox.bytes).toBe(0)
  })

  test('[S6] what was handed over is the browser’s, and counted by what it counts', () => {
    const { outbox, counters, connect, leave } = outboxOf({}, 'ß', '')
    connect()
    expect(outbox.progress()).toEqual({ handedOver: 2, departed: 0 })
    leave(1)
    expect(outbox.progress()).toEqual({ handedOver: 2, departed: 1 })
    expect([counters.messagesOut, counters.bytesOut]).toEqual([2, 2])
  })
})

describe('keys', () => {
  test('[S7] a newer message takes the place of the waiting one', () => {
    const { outbox, send, connect, drops } = outboxOf({}, 'first')
    send('old', { key: 'k' })
    send('last')
    expect(send('newer and longer', { key: 'k' })).toBe('queued')
    expect([outbox.length, outbox.bytes]).toEqual([3, 25])
    expect(connect().sent).toEqual(['first', 'newer and longer', 'last'])
    expect(drops).toEqual([])
  })

  test.for([0, 2])('[S7] also at the head and at the tail: place %i of three', (place) => {
    const { send, clear } = outboxOf()
    const messages = ['0', '1', '2']
    for (const text of messages) send(text, { key: text })
    send('new', { key: messages[place] as string })
    expect(clear()).toEqual(messages.map((text, index) => (index === place ? 'new' : text)))
  })

  test('[S7] it brings its own time to live', () => {
    const rig = outboxOf()
    rig.send('old', { key: 'k', ttl: 5 })
    rig.send('new', { key: 'k' })
    rig.send('older', { key: 'l' })
    rig.send('newer', { key: 'l', ttl: 5 })
    vi.advanceTimersByTime(6)
    expect(rig.connect().sent).toEqual(['new'])
    expect(rig.drops).toEqual([['newer', 'expired']])
  })

  test('[S7] a message without `ttl` never expires', () => {
    const { connect } = outboxOf({}, 'a')
    vi.setSystemTime(new Date(275_000, 0))
    expect(connect().sent).toEqual(['a'])
  })

  test('[S7] what has left is not called back: the next of its key queues anew', () => {
    const { send, connect, leave } = outboxOf({ highWaterMark: 1 })
    send('1', { key: 'k' })
    const native = connect()
    send('other')
    send('2', { key: 'k' })
    send('3', { key: 'k' })
    for (let count = 0; count < 4; count++) leave()
    expect(native.sent).toEqual(['1', 'other', '3'])
  })

  test('[S7] strings, numbers and symbols are keys, empty ones too', () => {
    const { send, clear } = outboxOf()
    const symbol = Symbol('k')
    for (const key of ['', 0, symbol, 'k'])
      for (const round of [1, 2]) send(`${String(key)}${round}`, { key })
    expect(clear()).toEqual(['2', '02', 'Symbol(k)2', 'k2'])
  })
})

describe('bounds', () => {
  test('[S6] `reject` refuses the new one and keeps the rest', () => {
    const { send, clear, drops } = outboxOf({ maxMessages: 2 }, 'a', 'b')
    expect(send('c')).toBe('dropped')
    expect(drops).toEqual([['c', 'overflow']])
    expect(clear()).toEqual(['a', 'b'])
  })

  test('[S6] `drop-oldest` lets as many go as it takes, oldest first', () => {
    const { outbox, send, clear, drops } = outboxOf(
      { maxBytes: 6, overflow: 'drop-oldest' },
      ...['aa', 'bb', 'cc'],
    )
    expect(send('ddd')).toBe('queued')
    expect(drops).toEqual([
      ['aa', 'overflow'],
      ['bb', 'overflow'],
    ])
    expect([outbox.length, outbox.bytes]).toEqual([2, 5])
    expect(clear()).toEqual(['cc', 'ddd'])
  })

  test('[S6] a message that is over the bound by itself is refused, and takes nobody with it', () => {
    const { send, clear, drops } = outboxOf({ maxBytes: 6, overflow: 'drop-oldest' }, 'aa', 'bb')
    expect(send('1234567')).toBe('dropped')
    expect(drops).toEqual([['1234567', 'overflow']])
    expect(clear()).toEqual(['aa', 'bb'])
  })

  test('[S6] exactly as much as fits, fits', () => {
    const { outbox, send } = outboxOf({ maxBytes: 4, maxMessages: 2 }, 'aa')
    expect(send('bb')).toBe('queued')
    expect([outbox.length, outbox.bytes]).toEqual([2, 4])
  })

  test('[S6] the bound is in bytes, not in characters', () => {
    const { send } = outboxOf({ maxBytes: 4 })
    expect(send('ßßß')).toBe('dropped')
    expect(send('ßß')).toBe('queued')
  })

  test('[S7] a message that only takes the place of another passes a full queue', () => {
    const { outbox, send } = outboxOf({ maxMessages: 2, maxBytes: 4 }, 'aa')
    send('kk', { key: 'k' })
    expect(send('KK', { key: 'k' })).toBe('queued')
    expect(send('k', { key: 'k' })).toBe('queued')
    expect(outbox.bytes).toBe(3)
  })

  test('[S7] where its growth does not fit, `reject` refuses it and the old one stays', () => {
    const { outbox, send, clear } = outboxOf({ maxBytes: 4 }, 'aa')
    send('kk', { key: 'k' })
    expect(send('kkk', { key: 'k' })).toBe('dropped')
    expect(outbox.bytes).toBe(4)
    expect(clear()).toEqual(['aa', 'kk'])
  })

  test('[S7] where its growth does not fit, `drop-oldest` makes room for it', () => {
    const { send, clear, drops } = outboxOf({ maxBytes: 4, overflow: 'drop-oldest' }, 'aa')
    send('kk', { key: 'k' })
    expect(send('kkk', { key: 'k' })).toBe('queued')
    expect(drops).toEqual([['aa', 'overflow']])
    expect(clear()).toEqual(['kkk'])
  })

  test('[S7] where the one whose place it takes is the oldest, no `drop` tells of that', () => {
    const { outbox, send, clear, drops } = outboxOf({ maxBytes: 4, overflow: 'drop-oldest' })
    send('kk', { key: 'k' })
    send('aa')
    expect(send('kkk', { key: 'k' })).toBe('queued')
    expect(drops).toEqual([['aa', 'overflow']])
    expect([outbox.length, outbox.bytes]).toEqual([1, 3])
    expect(clear()).toEqual(['kkk'])
  })

  test('[S7] it keeps its place where it is the oldest, and others go for it', () => {
    const { send, clear, drops } = outboxOf({ maxBytes: 100, overflow: 'drop-oldest' })
    send('a'.repeat(10), { key: 'k' })
    send('b'.repeat(20))
    send('c'.repeat(40))
    expect(send('A'.repeat(60), { key: 'k' })).toBe('queued')
    expect(drops).toEqual([['b'.repeat(20), 'overflow']])
    expect(clear()).toEqual(['A'.repeat(60), 'c'.repeat(40)])
  })

  test('[S6] long text counts for what it has, and not for what it might have', () => {
    const { outbox, send, clear, drops } = outboxOf({ maxBytes: 2_000, overflow: 'drop-oldest' })
    const texts = ['a', 'b'].map((letter) => letter.repeat(1_000))
    for (const text of texts) expect(send(text)).toBe('queued')
    expect(drops).toEqual([])
    expect(send('c')).toBe('queued')
    expect(drops).toEqual([[texts[0], 'overflow']])
    expect(outbox.bytes).toBe(1_001)
    expect(send('ä'.repeat(1_001))).toBe('dropped')
    expect(clear()).toEqual([texts[1], 'c'])
  })

  test('[S7] a casualty with a key is forgotten: the next of that key is a new message', () => {
    const { send, clear, drops } = outboxOf({ maxMessages: 1, overflow: 'drop-oldest' })
    send('old', { key: 'k' })
    send('other')
    send('new', { key: 'k' })
    expect(drops).toEqual([
      ['old', 'overflow'],
      ['other', 'overflow'],
    ])
    expect(clear()).toEqual(['new'])
  })
})
