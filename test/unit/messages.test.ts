/** From frames to messages and back, through a socket: what makes sense, in order, and what makes none. */
import { describe, expect, vi } from 'vitest'
import { z } from 'zod'
import { type Codec, json, type StandardSchema, SteadySocketError } from '../../src/index.ts'
import { at, stages } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

const opened = ['state connecting', 'state open', 'open']

const numbers = json({ receive: z.object({ n: z.number() }) })

/** Reads numbers; what else comes, it throws as it is. */
function throwing(thrown: unknown): Codec<number, number> {
  return {
    encode: String,
    decode: (frame) => {
      if (Number.isNaN(Number(frame))) throw thrown
      return Number(frame)
    },
  }
}

describe('a frame that makes no sense', () => {
  test.for(['not json', '', '{"n":1', '{"n":"1"}', '{}', 'null', '[]'])(
    '[M4] %j is one error event, and the connection goes on',
    async (frame) => {
      const { socket, Fake, record } = await at('open', { codec: numbers })
      Fake.last.receive('{"n":1}')
      Fake.last.receive(frame)
      Fake.last.receive('{"n":2}')
      expect(record.order).toEqual([...opened, 'message', 'error', 'message'])
      expect(record.of('message')).toEqual([{ n: 1 }, { n: 2 }])
      const [error] = record.of('error')
      expect(error).toBeInstanceOf(SteadySocketError)
      expect(error).toMatchObject({ code: 'DECODE_FAILED', data: frame, cause: expect.any(Error) })
      expect(socket.state.name).toBe('open')
      expect(Fake.last.closeCalls).toEqual([])
    },
  )

  test('[M4] the issues of a validator are within the cause', async () => {
    const { Fake, record } = await at('open', { codec: numbers })
    Fake.last.receive('{"n":"1"}')
    const [error] = record.of('error')
    expect(error?.message).toMatch(/^A frame made no sense: .*\bn: /)
    expect(error?.cause).toMatchObject({ code: 'DECODE_FAILED', data: { n: '1' }, cause: [{ path: ['n'] }] })
  })

  const hostile = {
    toJSON: () => {
      throw new Error('even this')
    },
  }

  test.for([
    ['an error', new RangeError('too far'), 'too far'],
    ['a DOMException', new DOMException('no data', 'DataError'), 'no data'],
    ['a string', 'too far', '"too far"'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 0, '0'],
    ['a bigint', 1n, '1n'],
    ['a symbol', Symbol('far'), 'Symbol(far)'],
    ['an object', { far: 1 }, '{"far":1}'],
    ['an object without prototype', Object.create(null), '{}'],
    ['a function', function far() {}, 'function far'],
    ['an object that cannot be shown', hostile, '[object Object]'],
  ] as const)(
    '[M4] a `decode` that throws %s: that is the cause',
    async ([, thrown, shown], { reported }) => {
      const { Fake, record } = await at('open', { codec: throwing(thrown) })
      Fake.last.receive('a')
      Fake.last.receive('5')
      expect(record.order).toEqual([...opened, 'error', 'message'])
      const [error] = record.of('error')
      expect(error).toMatchObject({
        code: 'DECODE_FAILED',
        data: 'a',
        message: `A frame made no sense: ${shown}`,
      })
      expect(error).toHaveProperty('cause', thrown)
      expect(reported).toEqual([])
    },
  )

  test('[M4] nobody listens to `error`: nothing is thrown, and nothing else happens', async ({
    reported,
  }) => {
    const { socket, Fake, record } = await at('open', { codec: numbers })
    socket.removeAllListeners('error')
    Fake.last.receive('?')
    Fake.last.receive('{"n":2}')
    expect(record.order).toEqual([...opened, 'message'])
    expect(reported).toEqual([])
  })

  test('[M4] a thousand of them are a thousand events', async () => {
    const { Fake, record } = await at('open', { codec: numbers })
    for (let index = 0; index < 1_000; index++) Fake.last.receive(`${index}!`)
    expect(record.of('error').map(({ data }) => data)).toEqual(
      Array.from({ length: 1_000 }, (_, i) => `${i}!`),
    )
  })

  const validators: [string, StandardSchema<unknown, string>][] = [
    ['resolves', z.string().refine(async () => true)],
    [
      'rejects',
      { '~standard': { version: 1, vendor: 'by-hand', validate: () => Promise.reject(new Error('no')) } },
    ],
  ]
  test.for(validators)('[M4] a validator whose promise %s is an error event', async ([, receive]) => {
    const { Fake, record } = await at('open', { codec: json({ receive }) })
    Fake.last.receive('"a"')
    await settle()
    expect(record.order).toEqual([...opened, 'error'])
    expect(record.of('error')[0]).toMatchObject({
      code: 'DECODE_FAILED',
      data: '"a"',
      message: expect.stringContaining('to answer at once, got a promise'),
    })
  })

  test('[M4] during a handshake, it is an error event, and `receive()` waits for the next', async () => {
    const heard: unknown[] = []
    const { Fake, record } = await at('connecting', {
      codec: numbers,
      handshake: async ({ receive }) => {
        heard.push(await receive())
      },
    })
    Fake.last.accept()
    Fake.last.receive('?')
    Fake.last.receive('{"n":1}')
    Fake.last.receive('?!')
    Fake.last.receive('{"n":2}')
    await settle()
    expect(heard).toEqual([{ n: 1 }])
    expect(record.order).toEqual(['state connecting', 'error', 'error', 'state open', 'open', 'message'])
    expect(record.of('error').map(({ data }) => data)).toEqual(['?', '?!'])
    expect(record.of('message')).toEqual([{ n: 2 }])
  })
})

describe('a message that cannot be encoded', () => {
  const refused = new Error('not that')
  const codec: Codec<string, unknown> = {
    encode: (message) => {
      if (message === 'bad') throw refused
      return String(message)
    },
    decode: (frame) => frame,
  }

  test.for(stages)('[M4] throws from `send()` and leaves no trace: %s', async (stage) => {
    const { socket, Fake, record } = await at(stage, { codec })
    const before = [...record.order]
    let caught: unknown
    try {
      socket.send('bad')
    } catch (error) {
      caught = error
    }
    expect(caught).toBe(refused)
    await settle()
    expect(record.order).toEqual(before)
    expect([socket.queue.length, socket.queue.bytes, socket.bufferedAmount]).toEqual([0, 0, 0])
    expect(socket.stats).toMatchObject({ messagesOut: 0, bytesOut: 0, dropped: 0 })
    expect(Fake.instances.flatMap(({ sent }) => sent)).toEqual([])
  })

  test('[M4] and leaves what waits as it is, that of the same key too', async () => {
    const { socket, Fake } = await at('connecting', { codec })
    socket.send('first')
    socket.send('old', { key: 'k' })
    expect(() => socket.send('bad', { key: 'k' })).toThrow(refused)
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['first', 'old'])
  })

  test('[M4] that does not fit its schema: `ENCODE_FAILED` with the message', async () => {
    const { socket } = await at('open', { codec: json({ send: z.object({ n: z.number() }) }) })
    const message = { n: 'one' } as never
    expect(() => socket.send(message)).toThrow(
      expect.objectContaining({ code: 'ENCODE_FAILED', data: message, cause: [expect.anything()] }),
    )
    expect(socket.stats.messagesOut).toBe(0)
  })

  test.for([
    ['undefined', undefined],
    ['a function', () => 'hi'],
    ['a symbol', Symbol('hi')],
  ] as const)('[M4] as JSON: %s', async ([, message]) => {
    const { socket, Fake } = await at('open', { codec: json() })
    expect(() => socket.send(message)).toThrow(TypeError)
    expect(Fake.last.sent).toEqual([])
  })

  test.for([
    ['an object', { type: 'chat' }, '{"type":"chat"}'],
    ['an array of bytes', [1, 2], '[1,2]'],
    ['a number', 42, '42'],
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
  ] as const)('[M1] by a codec that answers %s: refused in a sentence', async ([, frame, shown]) => {
    const { socket, Fake } = await at('open', { codec: { encode: () => frame as never, decode: String } })
    expect(() => socket.send('hi' as never)).toThrow(
      new TypeError(`Expected \`codec.encode\` to give a string or binary data, got ${shown}`),
    )
    expect(Fake.last.sent).toEqual([])
  })

  test('[M1] without a codec, what is neither text nor binary is refused, not sent as nothing', async () => {
    const { socket, Fake } = await at('connecting')
    expect(() => socket.send({ type: 'chat' } as never)).toThrow(TypeError)
    expect(socket.queue.length).toBe(0)
    Fake.last.accept()
    expect(Fake.last.sent).toEqual([])
  })
})

describe('one event for each frame', () => {
  test('[M6] in order, in the turn in which the frame comes', async () => {
    const { Fake, record } = await at('open')
    for (const frame of ['a', '', 'b']) {
      Fake.last.receive(frame)
      expect(record.of('message').at(-1)).toBe(frame)
    }
    expect(record.of('message')).toEqual(['a', '', 'b'])
  })

  test('[M6] text, binary and what makes no sense keep their order', async () => {
    const { Fake, record } = await at('open', { codec: json(), binaryType: 'arraybuffer' })
    const bytes = Uint8Array.of(1, 2)
    for (const frame of ['1', bytes, '?', bytes, '2', '3']) Fake.last.receive(frame)
    expect(record.order).toEqual([...opened, 'message', 'binary', 'error', 'binary', 'message', 'message'])
  })

  test('[M6] what comes while a listener runs is told after it, to everybody in the same order', async () => {
    const { socket, Fake } = await at('open')
    const heard: string[] = []
    socket.on('message', (message) => {
      heard.push(`first ${message}`)
      if (message === 'a') Fake.last.receive('b')
    })
    socket.on('message', (message) => heard.push(`second ${message}`))
    Fake.last.receive('a')
    expect(heard).toEqual(['first a', 'second a', 'first b', 'second b'])
  })

  test('[M6] a listener that throws loses nobody a message', async ({ reported }) => {
    const { socket, Fake, record } = await at('open')
    const bug = new Error('bug in a listener')
    socket.on('message', () => {
      throw bug
    })
    Fake.last.receive('a')
    Fake.last.receive('b')
    expect(record.of('message')).toEqual(['a', 'b'])
    expect(reported).toEqual([bug, bug])
  })

  test('[M6] each frame is decoded once, as it comes: a codec may keep count', async () => {
    const decode = vi.fn((frame: string) => frame)
    const { Fake, agree } = await at('handshake', { codec: { encode: String, decode } })
    for (const frame of ['a', 'b']) Fake.last.receive(frame)
    expect(decode.mock.calls).toEqual([['a'], ['b']])
    agree()
    await settle()
    Fake.last.receive('c')
    expect(decode.mock.calls).toEqual([['a'], ['b'], ['c']])
  })

  test('[M6] as natively, nothing comes after `close()`, nor of what makes no sense', async () => {
    const { Fake, record } = await at('closing', { codec: json() })
    const before = [...record.order]
    for (const frame of ['"late"', '?']) Fake.last.receive(frame)
    expect(record.order).toEqual(before)
  })

  test.for(['close', 'reconnect'] as const)(
    '[M6] nor after a codec or an isPong that called `%s()`',
    async (method) => {
      const ends = (): void => rig.socket[method]()
      const decode = (frame: string): string => {
        if (frame === 'end') ends()
        return frame
      }
      const isPong = (message: string): boolean => {
        if (message === 'pong') ends()
        return false
      }
      const rig = await at('open', {
        codec: { encode: String, decode },
        heartbeat: { interval: 60_000, message: 'ping', isPong },
      })
      rig.Fake.last.receive('end')
      await settle()
      if (method === 'reconnect') {
        rig.Fake.last.accept()
        rig.Fake.last.receive('pong')
      }
      expect(rig.record.of('message')).toEqual([])
    },
  )

  test.for(['blob', 'arraybuffer'] as const)(
    '[M6] all frames count, those that make no sense too, by their bytes on the wire: %s',
    async (binaryType) => {
      const { socket, Fake } = await at('open', { codec: json(), binaryType })
      for (const frame of ['"ß"', '?', Uint8Array.of(1, 2, 3)]) Fake.last.receive(frame)
      expect(socket.stats).toMatchObject({ messagesIn: 3, bytesIn: 8 })
    },
  )
})

describe('what goes out', () => {
  test('[M1] is encoded at the call, once, also if it waits', async () => {
    const encode = vi.fn((message: { n: number }) => JSON.stringify(message))
    const { socket, Fake } = await at('connecting', { codec: { encode, decode: JSON.parse } })
    const message = { n: 1 }
    socket.send(message)
    message.n = 2
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['{"n":1}'])
    expect(encode).toHaveBeenCalledTimes(1)
  })

  test('[M1] a codec may be a class of its own, and has its `this`', async () => {
    class Counting implements Codec<string, string> {
      private count = 0
      encode(message: string): string {
        return `${++this.count} ${message}`
      }
      decode(frame: string): string {
        return `${++this.count} ${frame}`
      }
      decodeBinary(data: ArrayBuffer): string {
        return `${++this.count} ${data.byteLength}`
      }
    }
    const { socket, Fake, record } = await at('open', { codec: new Counting() })
    socket.send('out')
    Fake.last.receive('in')
    Fake.last.receive(Uint8Array.of(1, 2))
    expect(Fake.last.sent).toEqual(['1 out'])
    expect(record.of('message')).toEqual(['2 in', '3 2'])
  })

  test('[M2] a schema that transforms: its output is on the wire, and the output of the other in the event', async () => {
    const size = z.object({ size: z.string().transform(Number) })
    const { socket, Fake, record } = await at('open', { codec: json({ receive: size, send: size }) })
    socket.send({ size: '12' })
    Fake.last.receive('{"size":"34"}')
    expect(Fake.last.sent).toEqual(['{"size":12}'])
    expect(record.of('message')).toEqual([{ size: 34 }])
  })

  test.for([
    ['grüß', 6],
    ['😀', 4],
    ['\ud800', 3],
    ['\udc00\ud800', 6],
    ['', 0],
  ] as const)('[S6] %j counts %i bytes where it waits, and when it has left', async ([text, bytes]) => {
    const { socket, Fake } = await at('connecting')
    socket.send(text)
    expect([socket.queue.length, socket.queue.bytes, socket.bufferedAmount]).toEqual([1, bytes, bytes])
    Fake.last.accept()
    expect([socket.queue.length, socket.queue.bytes, socket.bufferedAmount]).toEqual([0, 0, 0])
    expect(socket.stats).toMatchObject({ messagesOut: 1, bytesOut: bytes })
  })

  test('[S6] with a native buffer that counts, the sum is the same before and after', async () => {
    const { socket, Fake } = await at('connecting', { fake: { buffering: true } })
    for (const message of ['ß', Uint8Array.of(1, 2, 3), new Blob(['12345'])]) socket.send(message as string)
    expect(socket.bufferedAmount).toBe(10)
    Fake.last.accept()
    expect([socket.queue.bytes, socket.bufferedAmount]).toEqual([0, 10])
    expect(socket.stats).toMatchObject({ messagesOut: 3, bytesOut: 10 })
  })
})
