/** `send()`: what it takes, what it refuses, and what `bufferedAmount` says of it. */
import { expect } from 'vitest'
import { server as runner } from 'vitest/browser'
import { views } from '../support/binary-kinds.ts'
import { bothClasses, each, next, thrownBy } from './both-classes.ts'

const send = (socket: WebSocket, ...args: unknown[]): void =>
  (socket.send as (...args: unknown[]) => void).apply(socket, args)

const bytes = Uint8Array.of(0, 1, 2, 3, 127, 128, 254, 255)
bothClasses('send() refuses', {
  'no argument': async ({ open }) => {
    const socket = await open()
    expect(thrownBy(() => send(socket))).toBeInstanceOf(TypeError)
  },
  'no argument before open, too': ({ make }) => {
    const socket = make()
    expect(thrownBy(() => send(socket))).toBeInstanceOf(TypeError)
  },
  'no argument after the end, too': async ({ open }) => {
    const socket = await open()
    socket.close()
    expect(thrownBy(() => send(socket))).toBeInstanceOf(TypeError)
    await next(socket, 'close')
    expect(thrownBy(() => send(socket))).toBeInstanceOf(TypeError)
  },
  'a symbol': async ({ open }) => {
    const socket = await open()
    expect(thrownBy(() => send(socket, Symbol('a')))).toBeInstanceOf(TypeError)
  },
  'a symbol before open as what it is': ({ make }) => {
    expect(thrownBy(() => send(make(), Symbol('a')))).toBeInstanceOf(TypeError)
  },
  'what cannot be converted': async ({ open }) => {
    const socket = await open()
    const error = new RangeError('mine')
    const data = {
      toString() {
        throw error
      },
    }
    expect(thrownBy(() => send(socket, data))).toBe(error)
    expect(thrownBy(() => send(socket, Object.create(null)))).toBeInstanceOf(TypeError)
  },
  ...each<[string, () => string | ArrayBuffer | Uint8Array<ArrayBuffer> | Blob]>(
    [
      ['text', () => 'a'],
      ['a buffer', () => new ArrayBuffer(1)],
      ['a view', () => new Uint8Array(1)],
      ['a Blob', () => new Blob(['a'])],
    ],
    ([what]) => `${what} before open`,
    ([, data], { make }) => {
      const socket = make()
      const error = thrownBy(() => socket.send(data()))
      expect(error).toBeInstanceOf(DOMException)
      expect(error).toMatchObject({ name: 'InvalidStateError', code: 11 })
      expect(socket.bufferedAmount).toBe(0)
      expect(socket.readyState).toBe(0)
    },
  ),
  'text a task before open, too': async ({ make, server }) => {
    const socket = make(server.url('/hang'))
    await new Promise((resolve) => setTimeout(resolve))
    expect(thrownBy(() => socket.send('a')).name).toBe('InvalidStateError')
  },
})

bothClasses('send() takes', {
  ...each<[string, unknown, string]>(
    [
      ['text', 'hello', 'hello'],
      ['empty text', '', ''],
      ['text of many scripts', 'žluťoučký κόσμος 日本 🙂', 'žluťoučký κόσμος 日本 🙂'],
      ['text with a zero', 'a\u0000b', 'a\u0000b'],
      ['long text', 'a'.repeat(70_000), 'a'.repeat(70_000)],
      ['a lone surrogate as U+FFFD', 'a\ud800', 'a\ufffd'],
      ['surrogates in the wrong order as U+FFFD', '\udc00\ud800', '\ufffd\ufffd'],
      ['null as text', null, 'null'],
      ['undefined as text', undefined, 'undefined'],
      ['a number as text', 42.5, '42.5'],
      ['-0 as text', -0, '0'],
      ['NaN as text', Number.NaN, 'NaN'],
      ['a boolean as text', true, 'true'],
      ['a bigint as text', 12n, '12'],
      ['an object as text', {}, '[object Object]'],
      ['an object by its toString', { toString: () => 'mine' }, 'mine'],
      ['an object by its valueOf, where toString gives none', { toString: undefined, valueOf: () => 7 }, '7'],
      ['an array as text', [1, [2, 3]], '1,2,3'],
      ['an empty array as text', [], ''],
      ['a string object', Object('boxed'), 'boxed'],
      ['a URL as text', new URL('http://127.0.0.1/a'), 'http://127.0.0.1/a'],
    ],
    ([what]) => what,
    async ([, data, echo], { open }) => {
      const socket = await open()
      expect(send(socket, data)).toBe(undefined)
      expect((await next(socket, 'message')).data).toBe(echo)
    },
  ),
  'a function as text': async ({ open }) => {
    const socket = await open()
    const data = (): number => 1
    send(socket, data)
    expect((await next(socket, 'message')).data).toBe(String(data))
  },
  'more arguments, and ignores them': async ({ open }) => {
    const socket = await open()
    send(socket, 'a', { ttl: 'no number' }, 7)
    expect((await next(socket, 'message')).data).toBe('a')
  },
  'a buffer': async ({ open }) => {
    const socket = await open()
    socket.binaryType = 'arraybuffer'
    socket.send(bytes.buffer)
    expect((await next(socket, 'message')).data).toEqual(bytes.buffer)
  },
  'an empty buffer': async ({ open }) => {
    const socket = await open()
    socket.binaryType = 'arraybuffer'
    socket.send(new ArrayBuffer(0))
    expect((await next(socket, 'message')).data).toEqual(new ArrayBuffer(0))
  },
  ...each(
    views,
    (View) => `a ${View.name}`,
    async (View, { open }) => {
      const socket = await open()
      socket.binaryType = 'arraybuffer'
      socket.send(new View(bytes.slice().buffer))
      expect((await next(socket, 'message')).data).toEqual(bytes.buffer)
    },
  ),
  'the part of a buffer that a view shows': async ({ open }) => {
    const socket = await open()
    socket.binaryType = 'arraybuffer'
    socket.send(bytes.subarray(2, 4))
    expect((await next(socket, 'message')).data).toEqual(Uint8Array.of(2, 3).buffer)
    socket.send(new DataView(bytes.buffer, 3, 2))
    expect((await next(socket, 'message')).data).toEqual(Uint8Array.of(3, 127).buffer)
  },
  'a buffer as it is at the call': async ({ open }) => {
    const socket = await open()
    socket.binaryType = 'arraybuffer'
    const data = Uint8Array.of(1, 2, 3)
    socket.send(data)
    data.fill(9)
    expect((await next(socket, 'message')).data).toEqual(Uint8Array.of(1, 2, 3).buffer)
  },
  'a buffer of a frame': async ({ open }) => {
    const frame = document.createElement('iframe')
    document.body.append(frame)
    const { ArrayBuffer: Other } = frame.contentWindow as unknown as typeof globalThis
    const socket = await open()
    socket.binaryType = 'arraybuffer'
    socket.send(new Other(2))
    expect((await next(socket, 'message')).data).toEqual(new ArrayBuffer(2))
    frame.remove()
  },
  'a Blob': async ({ open }) => {
    const socket = await open()
    socket.send(new Blob([bytes]))
    const { data } = await next(socket, 'message')
    expect(new Uint8Array(await data.arrayBuffer())).toEqual(bytes)
  },
  'a File': async ({ open }) => {
    const socket = await open()
    socket.send(new File([bytes], 'a.bin'))
    const { data } = await next(socket, 'message')
    expect(new Uint8Array(await data.arrayBuffer())).toEqual(bytes)
  },
  'an empty Blob': async ({ open }) => {
    const socket = await open()
    socket.send(new Blob([]))
    expect((await next(socket, 'message')).data.size).toBe(0)
  },
  'text, buffers and Blobs in their order': async ({ open }) => {
    const socket = await open()
    socket.binaryType = 'arraybuffer'
    const got: unknown[] = []
    const all = new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        got.push(typeof data === 'string' ? data : new Uint8Array(data)[0])
        if (got.length === 6) resolve()
      }
    })
    socket.send('a')
    socket.send(new Blob([Uint8Array.of(1)]))
    socket.send('b')
    socket.send(Uint8Array.of(2))
    socket.send(new Blob([Uint8Array.of(3)]))
    socket.send('c')
    await all
    expect(got).toEqual(['a', 1, 'b', 2, 3, 'c'])
  },
  'many messages in one turn': async ({ open }) => {
    const socket = await open()
    const got: number[] = []
    const all = new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        got.push(Number(data))
        if (got.length === 2_000) resolve()
      }
    })
    for (let number = 0; number < 2_000; number++) socket.send(`${number}`)
    await all
    expect(got).toEqual(Array.from({ length: 2_000 }, (_, number) => number))
  },
})

const sizes: [string, () => string | ArrayBuffer | Uint8Array<ArrayBuffer> | Blob, number][] = [
  ['text', () => 'hello', 5],
  ['text in UTF-8', () => 'é€🙂', 9],
  ['a lone surrogate', () => '\ud800', 3],
  ['empty text', () => '', 0],
  ['a buffer', () => new ArrayBuffer(7), 7],
  ['a view', () => new Uint8Array(9).subarray(2, 5), 3],
  ['a Blob', () => new Blob(['hello']), 5],
]

/** Of what is not sent any more, WebKit also counts the head that the frame would have had. */
const inVain = (size: number, count = 1): unknown => {
  const counts = runner.browser === 'webkit' ? [0, 6] : [0]
  return expect.toSatisfy((amount: number) => counts.some((head) => amount === count * (size + head)))
}

bothClasses('bufferedAmount', {
  ...each(
    sizes,
    ([what, , size]) => `grows by ${size} for ${what}`,
    async ([, data, size], { open }) => {
      const socket = await open('/sink')
      socket.send(data())
      expect(socket.bufferedAmount).toBe(size)
    },
  ),
  ...each(
    sizes,
    ([what, , size]) => `grows by ${size} for ${what} while it closes`,
    async ([, data, size], { open }) => {
      const socket = await open()
      socket.close()
      const before = socket.bufferedAmount
      socket.send(data())
      expect(socket.bufferedAmount - before).toEqual(inVain(size))
      await next(socket, 'close')
      expect(socket.bufferedAmount - before).toEqual(inVain(size))
    },
  ),
  ...each(
    sizes,
    ([what, , size]) => `grows by ${size} for ${what} after the end`,
    async ([, data, size], { open }) => {
      const socket = await open()
      socket.close()
      await next(socket, 'close')
      const before = socket.bufferedAmount
      socket.send(data())
      socket.send(data())
      expect(socket.bufferedAmount - before).toEqual(inVain(size, 2))
    },
  ),
  ...each(
    sizes,
    ([what, , size]) => `grows by ${size} for ${what} where it was closed in the turn of construction`,
    async ([, data, size], { make }) => {
      const socket = make()
      socket.close()
      socket.send(data())
      expect(socket.bufferedAmount).toEqual(inVain(size))
      await next(socket, 'close')
      expect(socket.bufferedAmount).toEqual(inVain(size))
      socket.send(data())
      expect(socket.bufferedAmount).toEqual(inVain(size, 2))
    },
  ),
  'stands still within a task': async ({ open }) => {
    const socket = await open('/sink')
    for (let number = 1; number <= 50; number++) {
      socket.send('a'.repeat(1_000))
      expect(socket.bufferedAmount).toBe(number * 1_000)
    }
  },
  'takes megabytes at once': async ({ open }) => {
    const socket = await open('/sink')
    for (let number = 0; number < 4; number++) socket.send(new Uint8Array(1024 * 1024))
    expect(socket.bufferedAmount).toBe(4 * 1024 * 1024)
  },
  'falls to 0 when all has left': async ({ open }) => {
    const socket = await open()
    socket.send('hello')
    await next(socket, 'message')
    expect(socket.bufferedAmount).toBe(0)
  },
  'is 0 after a clean end': async ({ open }) => {
    const socket = await open()
    socket.send('hello')
    await next(socket, 'message')
    socket.close()
    await next(socket, 'close')
    expect(socket.bufferedAmount).toBe(0)
  },
  'is kept where the server is gone with it': async ({ open }) => {
    const socket = await open('/deaf')
    socket.close()
    socket.send('hello')
    socket.close()
    expect(socket.bufferedAmount).toEqual(inVain(5))
  },
})
