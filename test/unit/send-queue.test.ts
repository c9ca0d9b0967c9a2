/** The outgoing queue by itself: order, keys, bounds, bytes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteLength, createFrame, type Frame } from '../../src/frame.ts'
import { FrameList, type QueueLimits, SendQueue } from '../../src/send-queue.ts'

const unlimited: QueueLimits = { maxBytes: Infinity, maxMessages: Infinity, overflow: 'reject' }

function frame(data: string, key?: PropertyKey): Frame {
  return createFrame(data, key === undefined ? {} : { key })
}

/** A frame that knows its size, as it does once it was in the queue. */
function sized(data: string, key?: PropertyKey): Frame {
  return Object.assign(frame(data, key), { bytes: byteLength(data) })
}

/** A queue with these limits, what went for others, and a short way to put text in. */
function queueOf(limits: Partial<QueueLimits> = {}, ...texts: string[]) {
  const queue = new SendQueue({ ...unlimited, ...limits })
  const casualties: unknown[] = []
  const push = (data: string, key?: PropertyKey): boolean => {
    const gone = queue.push(frame(data, key))
    casualties.push(...(gone ?? []).map((casualty) => casualty.data))
    return gone !== undefined
  }
  for (const text of texts) push(text)
  return { queue, casualties, push }
}

/** Takes out one after the other. */
function drain(queue: { shift(): Frame | undefined }): unknown[] {
  const data: unknown[] = []
  for (let next = queue.shift(); next; next = queue.shift()) data.push(next.data)
  return data
}

/** Takes out everything at once. */
function all(queue: SendQueue): unknown[] {
  return queue.takeAll().map(({ data }) => data)
}

describe('FrameList', () => {
  test('[S1] first in, first out', () => {
    const list = new FrameList()
    for (const data of ['a', 'bb', 'ccc']) list.push(sized(data))
    expect(list).toMatchObject({ length: 3, bytes: 6 })
    expect(list.first?.data).toBe('a')
    expect(drain(list)).toEqual(['a', 'bb', 'ccc'])
    expect(list).toMatchObject({ length: 0, bytes: 0, first: undefined })
  })

  test('[S1] an emptied list goes on', () => {
    const list = new FrameList()
    list.push(sized('a'))
    drain(list)
    expect(list.shift()).toBeUndefined()
    list.push(sized('b'))
    list.push(sized('c'))
    expect(drain(list)).toEqual(['b', 'c'])
  })

  test('[S11] what was taken out is not held in memory', () => {
    const list = new FrameList()
    for (const data of ['a', 'b', 'c']) list.push(frame(data, data))
    list.shift()
    expect(JSON.stringify(list)).not.toContain('"a"')
    expect(JSON.stringify(list)).toContain('"b"')
  })

  test.for<[string[], string[], string[]]>([
    [[], [], []],
    [['a'], [], ['a']],
    [[], ['b'], ['b']],
    [
      ['a', 'aa'],
      ['b', 'bb'],
      ['a', 'aa', 'b', 'bb'],
    ],
  ])('[S9] %j put before %j', ([before, after, whole]) => {
    const [head, tail] = [new FrameList(), new FrameList()]
    for (const data of before) head.push(sized(data))
    for (const data of after) tail.push(sized(data))
    tail.prepend(head)
    expect(head).toMatchObject({ length: 0, bytes: 0, first: undefined })
    expect(tail).toMatchObject({ length: whole.length, bytes: whole.join('').length })
    tail.push(sized('z'))
    head.push(sized('y'))
    expect(drain(tail)).toEqual([...whole, 'z'])
    expect(drain(head)).toEqual(['y'])
  })
})

describe('SendQueue', () => {
  test('[S1] first in, first out, and its size is known throughout', () => {
    const { queue } = queueOf({}, 'a', 'ß', '😀')
    expect([queue.length, queue.bytes, queue.isClear]).toEqual([3, 7, false])
    expect(queue.shift()?.data).toBe('a')
    expect([queue.length, queue.bytes]).toEqual([2, 6])
    expect(drain(queue)).toEqual(['ß', '😀'])
    expect([queue.length, queue.bytes, queue.isClear]).toEqual([0, 0, true])
    expect(queue.shift()).toBeUndefined()
  })

  test('[S6] binary data counts by its bytes, not by its elements', () => {
    const { queue } = queueOf()
    queue.push(createFrame(new Float64Array(4)))
    queue.push(createFrame(new Blob(['12345'])))
    expect(queue.bytes).toBe(37)
  })

  test('[S6] all of it can be taken at once, in order', () => {
    const { queue, push } = queueOf({}, 'a', 'b')
    push('c', 'key')
    expect(all(queue)).toEqual(['a', 'b', 'c'])
    expect([queue.length, queue.bytes]).toEqual([0, 0])
    push('d', 'key')
    expect(all(queue)).toEqual(['d'])
    expect(all(queue)).toEqual([])
  })

  describe('keys', () => {
    test('[S7] a newer message takes the place of the waiting one', () => {
      const { queue, push, casualties } = queueOf({}, 'first')
      push('old', 'k')
      push('last')
      expect(push('newer and longer', 'k')).toBe(true)
      expect([queue.length, queue.bytes]).toEqual([3, 25])
      expect(drain(queue)).toEqual(['first', 'newer and longer', 'last'])
      expect(casualties).toEqual([])
    })

    test('[S7] it brings its own time to live', () => {
      const queue = new SendQueue(unlimited)
      queue.push(createFrame('old', { key: 'k', ttl: 5 }))
      queue.push(createFrame('new', { key: 'k' }))
      expect(queue.shift()).toMatchObject({ data: 'new', expires: undefined })
    })

    test('[S7] what has left is not called back: the next of its key queues anew', () => {
      const { queue, push } = queueOf()
      push('1', 'k')
      queue.shift()
      push('other')
      push('2', 'k')
      push('3', 'k')
      expect(drain(queue)).toEqual(['other', '3'])
    })

    test('[S7] strings, numbers and symbols are keys, empty ones too', () => {
      const { queue, push } = queueOf()
      const symbol = Symbol('k')
      for (const key of ['', 0, symbol, 'k']) for (const round of [1, 2]) push(`${String(key)}${round}`, key)
      expect(drain(queue)).toEqual(['2', '02', 'Symbol(k)2', 'k2'])
    })

    test('[S11] a key that no longer waits is forgotten', () => {
      const { queue, push } = queueOf()
      push('1', 'a')
      push('2', 'b')
      queue.shift()
      all(queue)
      expect(queue['byKey'].size).toBe(0)
    })
  })

  describe('bounds', () => {
    test('[S6] `reject` refuses the new one and keeps the rest', () => {
      const { queue, push, casualties } = queueOf({ maxMessages: 2 }, 'a', 'b')
      expect(push('c')).toBe(false)
      expect(casualties).toEqual([])
      expect(drain(queue)).toEqual(['a', 'b'])
    })

    test('[S6] `drop-oldest` lets as many go as it takes, oldest first', () => {
      const { queue, push, casualties } = queueOf({ maxBytes: 6, overflow: 'drop-oldest' }, 'aa', 'bb', 'cc')
      expect(push('ddd')).toBe(true)
      expect(casualties).toEqual(['aa', 'bb'])
      expect([queue.length, queue.bytes]).toEqual([2, 5])
      expect(drain(queue)).toEqual(['cc', 'ddd'])
    })

    test('[S6] a message that is over the bound by itself is refused, and takes nobody with it', () => {
      const { queue, push, casualties } = queueOf({ maxBytes: 6, overflow: 'drop-oldest' }, 'aa', 'bb')
      expect(push('1234567')).toBe(false)
      expect(casualties).toEqual([])
      expect(queue.length).toBe(2)
    })

    test('[S6] exactly as much as fits, fits', () => {
      const { queue, push } = queueOf({ maxBytes: 4, maxMessages: 2 }, 'aa')
      expect(push('bb')).toBe(true)
      expect([queue.length, queue.bytes]).toEqual([2, 4])
    })

    test('[S6] the bound is in bytes, not in characters', () => {
      const { push } = queueOf({ maxBytes: 4 })
      expect(push('ßßß')).toBe(false)
      expect(push('ßß')).toBe(true)
    })

    test('[S7] a message that only takes the place of another passes a full queue', () => {
      const { queue, push } = queueOf({ maxMessages: 2, maxBytes: 4 }, 'aa')
      push('kk', 'k')
      expect(push('KK', 'k')).toBe(true)
      expect(push('k', 'k')).toBe(true)
      expect(queue.bytes).toBe(3)
    })

    test('[S7] where its growth does not fit, `reject` refuses it and the old one stays', () => {
      const { queue, push } = queueOf({ maxBytes: 4 }, 'aa')
      push('kk', 'k')
      expect(push('kkk', 'k')).toBe(false)
      expect(queue.bytes).toBe(4)
      expect(drain(queue)).toEqual(['aa', 'kk'])
    })

    test('[S7] where its growth does not fit, `drop-oldest` makes room for it', () => {
      const { queue, push, casualties } = queueOf({ maxBytes: 4, overflow: 'drop-oldest' }, 'aa')
      push('kk', 'k')
      expect(push('kkk', 'k')).toBe(true)
      expect(casualties).toEqual(['aa'])
      expect(drain(queue)).toEqual(['kkk'])
    })

    test('[S7] a casualty with a key is forgotten: the next of that key is a new message', () => {
      const { queue, push, casualties } = queueOf({ maxMessages: 1, overflow: 'drop-oldest' })
      push('old', 'k')
      push('other')
      push('new', 'k')
      expect(casualties).toEqual(['old', 'other'])
      expect(drain(queue)).toEqual(['new'])
    })
  })

  describe('hold and release', () => {
    test('[S1] what comes while the rest is held goes first', () => {
      const { queue, push } = queueOf({}, 'a', 'b')
      queue.setAside()
      expect([queue.isClear, queue.length, queue.bytes]).toEqual([true, 2, 2])
      push('c')
      push('d')
      expect([queue.isClear, queue.length, queue.bytes]).toEqual([false, 4, 4])
      queue.rejoin()
      expect(drain(queue)).toEqual(['c', 'd', 'a', 'b'])
    })

    test('[S1] held twice, the newer part still goes first', () => {
      const { queue, push } = queueOf({}, 'a')
      queue.setAside()
      push('b')
      queue.setAside()
      push('c')
      queue.rejoin()
      expect(drain(queue)).toEqual(['c', 'b', 'a'])
    })

    test('[S1] while held, what came before is out of reach', () => {
      const { queue } = queueOf({}, 'a')
      queue.setAside()
      expect(queue.shift()).toBeUndefined()
      queue.rejoin()
      expect(queue.shift()?.data).toBe('a')
    })

    test('[S1] a release that follows no hold changes nothing', () => {
      const { queue } = queueOf({}, 'a', 'b')
      queue.rejoin()
      expect(drain(queue)).toEqual(['a', 'b'])
      queue.rejoin()
      expect([queue.length, queue.bytes]).toEqual([0, 0])
    })

    test('[S6] the bounds hold for both parts together, and the oldest is one that is held', () => {
      const { queue, push, casualties } = queueOf({ maxMessages: 2, overflow: 'drop-oldest' }, 'a', 'b')
      queue.setAside()
      push('c')
      push('d')
      push('e')
      expect(casualties).toEqual(['a', 'b', 'c'])
      queue.rejoin()
      expect(drain(queue)).toEqual(['d', 'e'])
    })

    test('[S7] a held message is replaced where it is, and the bytes are right through it all', () => {
      const { queue, push } = queueOf({}, 'a')
      push('k', 'k')
      queue.setAside()
      push('k, longer', 'k')
      expect([queue.length, queue.bytes, queue.isClear]).toEqual([2, 10, true])
      push('b')
      queue.rejoin()
      expect(queue.bytes).toBe(11)
      expect(drain(queue)).toEqual(['b', 'a', 'k, longer'])
      expect(queue.bytes).toBe(0)
    })

    test('[S6] taking all empties both parts', () => {
      const { queue, push } = queueOf({}, 'a')
      queue.setAside()
      push('b')
      expect(all(queue)).toEqual(['b', 'a'])
      push('c')
      queue.rejoin()
      expect(drain(queue)).toEqual(['c'])
    })
  })

  describe('restore', () => {
    test('[S9] frames go back to the head, in order', () => {
      const { queue } = queueOf({}, 'c')
      expect(queue.restore([sized('a'), sized('b')])).toBe(2)
      expect([queue.length, queue.bytes]).toEqual([3, 3])
      expect(drain(queue)).toEqual(['a', 'b', 'c'])
    })

    test('[S9] nothing to restore changes nothing', () => {
      const { queue } = queueOf({}, 'a')
      expect(queue.restore([])).toBe(0)
      expect(drain(queue)).toEqual(['a'])
    })

    test('[S9] no bound refuses what was accepted once', () => {
      const { queue, push } = queueOf({ maxMessages: 2 }, 'c', 'd')
      expect(queue.restore([sized('a'), sized('b')])).toBe(2)
      expect(push('e')).toBe(false)
      expect(drain(queue)).toEqual(['a', 'b', 'c', 'd'])
    })

    test('[S7] one whose key waits in a newer version stays away', () => {
      const { queue, push } = queueOf()
      push('new', 'k')
      expect(queue.restore([sized('a'), sized('old', 'k')])).toBe(1)
      expect(drain(queue)).toEqual(['a', 'new'])
    })

    test('[S7] of two with the same key, the newer is the one that is replaced', () => {
      const { queue, push } = queueOf({}, 'c')
      queue.restore([sized('old', 'k'), sized('b'), sized('new', 'k')])
      expect(queue.shift()?.data).toBe('old')
      push('newest', 'k')
      expect(drain(queue)).toEqual(['b', 'newest', 'c'])
    })

    test('[S9] of two with the same key, the newer is not lost', () => {
      const { queue } = queueOf()
      expect(queue.restore([sized('old', 'k'), sized('new', 'k')])).toBe(2)
      expect(drain(queue)).toEqual(['old', 'new'])
    })

    test('[S7] a restored message can be replaced', () => {
      const { queue, push } = queueOf({}, 'b')
      queue.restore([sized('old', 'k')])
      push('new', 'k')
      expect(drain(queue)).toEqual(['new', 'b'])
    })
  })

  test('[S6] after any sequence of calls, it holds what a plain array would, byte for byte', () => {
    const step = fc.oneof(
      fc.record({
        call: fc.constant('push' as const),
        data: fc.string({ maxLength: 4 }),
        key: fc.option(fc.constantFrom('k', 'l'), { nil: undefined }),
      }),
      fc.record({ call: fc.constantFrom('shift' as const, 'all' as const, 'restore' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { queue, push } = queueOf()
        let model: { data: string; key: string | undefined }[] = []
        for (const each of steps) {
          if (each.call === 'push') {
            const waiting = each.key === undefined ? undefined : model.find(({ key }) => key === each.key)
            if (waiting) waiting.data = each.data
            else model.push({ data: each.data, key: each.key })
            push(each.data, each.key)
          } else if (each.call === 'shift') {
            expect(queue.shift()?.data).toBe(model.shift()?.data)
          } else if (each.call === 'all') {
            expect(all(queue)).toEqual(model.map(({ data }) => data))
            model = []
          } else {
            queue.restore([sized('r')])
            model.unshift({ data: 'r', key: undefined })
          }
          expect(queue.length).toBe(model.length)
          expect(queue.bytes).toBe(
            byteLength(model.map(({ data }) => data).join(' ')) - Math.max(0, model.length - 1),
          )
        }
        expect(drain(queue)).toEqual(model.map(({ data }) => data))
      }),
      { numRuns: 300 },
    )
  })
})
