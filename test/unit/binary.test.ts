/** Binary frames through a socket: out past every codec, in by `binaryType`. */
import { runInNewContext } from 'node:vm'
import { describe, expect } from 'vitest'
import { type BinaryData, type Codec, json, text } from '../../src/index.ts'
import { binaryKinds, bytesOf, memoryKinds } from '../support/binary-kinds.ts'
import { at } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const opened = ['state connecting', 'state open', 'open']

/** Whatever goes through this is an error. */
const untouchable: Codec<never, never> = {
  encode: (message) => {
    throw new Error(`encoded ${String(message)}`)
  },
  decode: (frame) => {
    throw new Error(`decoded ${frame}`)
  },
}

describe('what goes out', () => {
  test.for(binaryKinds())('[M3] %s passes every codec untouched, now or later', async ([, data, bytes]) => {
    for (const codec of [text, json(), untouchable] as Codec<unknown, never>[]) {
      const { socket, Fake } = await at('connecting', { codec })
      expect(socket.send(data)).toBe('queued')
      expect(socket.queue.bytes).toBe(bytes.length)
      Fake.last.accept()
      expect(socket.send(data)).toBe('sent')
      expect(Fake.last.sent).toHaveLength(2)
      for (const frame of Fake.last.sent) {
        expect(typeof frame).not.toBe('string')
        expect(await bytesOf(frame)).toEqual(bytes)
      }
    }
  })

  test.for([
    'Uint8Array.of(1, 2, 3)',
    'Uint8Array.of(1, 2, 3).buffer',
    'new DataView(Uint8Array.of(1, 2, 3).buffer)',
  ])('[M3] so does that of another realm: %s', async (code) => {
    const { socket, Fake } = await at('open', { codec: untouchable })
    socket.send(runInNewContext(code) as BinaryData)
    expect(await bytesOf(Fake.last.sent[0])).toEqual(Uint8Array.of(1, 2, 3))
  })

  test('[M3] in a handshake too', async () => {
    const { Fake } = await at('connecting', {
      codec: untouchable,
      handshake: ({ send }) => send(Uint8Array.of(1, 2, 3)),
    })
    Fake.last.accept()
    expect(await bytesOf(Fake.last.sent[0])).toEqual(Uint8Array.of(1, 2, 3))
  })

  test('[M1] what a codec makes binary goes out as that', async () => {
    const codec: Codec<string, string> = {
      encode: (message) => new TextEncoder().encode(message),
      decode: (frame) => frame,
    }
    const { socket, Fake } = await at('open', { codec })
    socket.send('ß')
    expect(await bytesOf(Fake.last.sent[0])).toEqual(Uint8Array.of(0xc3, 0x9f))
  })

  test('[S8] what waits to connect is a copy', async () => {
    const { socket, Fake } = await at('connecting')
    const data = Uint8Array.of(1, 2, 3)
    socket.send(data)
    socket.send(data.buffer)
    socket.send(new DataView(data.buffer, 1))
    data.fill(9)
    Fake.last.accept()
    expect(await Promise.all(Fake.last.sent.map(bytesOf))).toEqual([
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(1, 2, 3),
      Uint8Array.of(2, 3),
    ])
  })

  test('[S8] so is what a codec gives: it may use one buffer again and again', async () => {
    const scratch = new Uint8Array(1)
    const codec: Codec<string, number> = {
      encode: (message) => {
        scratch[0] = message
        return scratch
      },
      decode: (frame) => frame,
    }
    const { socket, Fake } = await at('connecting', { codec })
    for (const message of [1, 2, 3]) socket.send(message)
    Fake.last.accept()
    expect((await Promise.all(Fake.last.sent.map(bytesOf))).map(([byte]) => byte)).toEqual([1, 2, 3])
  })

  test('[S8] what waits for the mark is a copy, and so is what is sent again', async () => {
    const { socket, Fake } = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 2 },
      reconnect: { delay: () => 0 },
    })
    const first = Uint8Array.of(1, 2, 3)
    const second = Uint8Array.of(4)
    expect([socket.send(first), socket.send(second)]).toEqual(['sent', 'queued'])
    first.fill(9)
    second.fill(9)
    Fake.last.serverClose(1006, '', false)
    await pass(1)
    Fake.last.accept()
    Fake.last.drain()
    await pass(10)
    expect(await Promise.all(Fake.last.sent.map(bytesOf))).toEqual([Uint8Array.of(1, 2, 3), Uint8Array.of(4)])
  })

  test('[S8] what comes back from the queue or by `drop` is that copy', async () => {
    const { socket, record } = await at('connecting', { queue: { maxMessages: 1 } })
    const data = Uint8Array.of(1)
    socket.send(data)
    socket.send(data)
    data.fill(9)
    expect(record.of('drop')).toEqual([{ data: Uint8Array.of(1), reason: 'overflow' }])
    expect(socket.queue.clear()).toEqual([Uint8Array.of(1)])
  })

  test.for(memoryKinds())('[S8] of %s, as a Uint8Array', async ([, data, bytes]) => {
    const { socket, record } = await at('connecting', { queue: { maxMessages: 1 } })
    socket.send(data)
    socket.send(data)
    expect(record.of('drop')).toEqual([{ data: bytes, reason: 'overflow' }])
    expect(socket.queue.clear()).toEqual([bytes])
  })
})

describe('binaryType', () => {
  test('[M5] is blob unless told', async () => {
    const { socket, Fake, record } = await at('open')
    expect([socket.binaryType, Fake.last.binaryType]).toEqual(['blob', 'blob'])
    Fake.last.receive(Uint8Array.of(1, 2))
    const [data] = record.of('binary')
    expect(data).toBeInstanceOf(Blob)
    expect(await bytesOf(data)).toEqual(Uint8Array.of(1, 2))
  })

  test('[M5] as an option, it is there before the first message', async () => {
    const { socket, Fake, record } = await at('connecting', { binaryType: 'arraybuffer' })
    expect([socket.binaryType, Fake.last.binaryType]).toEqual(['arraybuffer', 'arraybuffer'])
    Fake.last.accept()
    Fake.last.receive(Uint8Array.of(1, 2))
    expect(record.of('binary')).toEqual([Uint8Array.of(1, 2).buffer])
  })

  test('[M5] set while open, the next frame has it, and every later connection', async () => {
    const { socket, Fake, record } = await at('open', { reconnect: { delay: () => 0 } })
    Fake.last.receive(Uint8Array.of(1))
    socket.binaryType = 'arraybuffer'
    Fake.last.receive(Uint8Array.of(2))
    Fake.last.serverClose()
    await pass(1)
    expect(Fake.instances).toHaveLength(2)
    expect(Fake.last.binaryType).toBe('arraybuffer')
    Fake.last.accept()
    Fake.last.receive(Uint8Array.of(3))
    socket.binaryType = 'blob'
    Fake.last.receive(Uint8Array.of(4))
    const kinds = record.of('binary').map((data) => (data instanceof Blob ? 'blob' : 'arraybuffer'))
    expect(kinds).toEqual(['blob', 'arraybuffer', 'arraybuffer', 'blob'])
  })

  test.for(['idle', 'provider', 'connecting', 'handshake', 'waiting', 'closed'] as const)(
    '[M5] set at the stage %s, it holds from the first message on',
    async (stage) => {
      const { socket, Fake, answer } = await at(stage)
      socket.binaryType = 'arraybuffer'
      expect(socket.binaryType).toBe('arraybuffer')
      if (stage === 'provider') answer('ws://test/')
      if (stage === 'idle' || stage === 'waiting' || stage === 'closed') socket.connect()
      await settle()
      expect(Fake.last.readyState).toBeLessThan(2)
      expect(Fake.last.binaryType).toBe('arraybuffer')
    },
  )

  test('[M5] set in a listener, what comes next has it', async () => {
    const { socket, Fake, record } = await at('connecting')
    socket.on('open', () => {
      socket.binaryType = 'arraybuffer'
    })
    socket.on('message', () => {
      socket.binaryType = 'blob'
    })
    Fake.last.accept()
    for (const frame of [Uint8Array.of(1), 'now blobs', Uint8Array.of(2)]) Fake.last.receive(frame)
    expect(record.order).toEqual([...opened, 'binary', 'message', 'binary'])
    expect(record.of('binary').map((data) => data instanceof Blob)).toEqual([false, true])
  })

  test.for(['nodebuffer', 'Blob', '', undefined, null, 0, {}])(
    '[M5] as natively, %j changes nothing',
    async (nonsense) => {
      const { socket, Fake } = await at('open', { binaryType: 'arraybuffer' })
      socket.binaryType = nonsense as never
      expect([socket.binaryType, Fake.last.binaryType]).toEqual(['arraybuffer', 'arraybuffer'])
    },
  )
})

describe('a codec that reads binary frames', () => {
  const codec: Codec<string, string> = {
    encode: (message) => message,
    decode: (frame) => frame,
    decodeBinary: (data) => {
      const bytes = new Uint8Array(data)
      if (bytes.length === 0) throw new Error('nothing in it')
      return `${bytes.length} bytes from ${bytes[0]}`
    },
  }

  test('[M3] turns them into messages, in wire order, whatever `binaryType` says', async () => {
    const { socket, Fake, record } = await at('open', { codec })
    expect([socket.binaryType, Fake.last.binaryType]).toEqual(['blob', 'arraybuffer'])
    for (const frame of ['a', Uint8Array.of(7, 8), 'b']) Fake.last.receive(frame)
    socket.binaryType = 'arraybuffer'
    Fake.last.receive(Uint8Array.of(9))
    socket.binaryType = 'blob'
    Fake.last.receive(Uint8Array.of(10))
    expect(socket.binaryType).toBe('blob')
    expect(record.order).toEqual([...opened, ...Array(5).fill('message')])
    expect(record.of('message')).toEqual(['a', '2 bytes from 7', 'b', '1 bytes from 9', '1 bytes from 10'])
  })

  test('[M4] and throws: one error event with the frame, and the connection goes on', async () => {
    const { Fake, record } = await at('open', { codec })
    Fake.last.receive(new Uint8Array())
    Fake.last.receive(Uint8Array.of(1))
    expect(record.order).toEqual([...opened, 'error', 'message'])
    expect(record.of('error')[0]).toMatchObject({
      code: 'DECODE_FAILED',
      data: new ArrayBuffer(0),
      cause: new Error('nothing in it'),
    })
  })

  test('[M3] answers a handshake too', async () => {
    const heard: unknown[] = []
    const { Fake } = await at('connecting', {
      codec,
      handshake: async ({ receive }) => heard.push(await receive()),
    })
    Fake.last.accept()
    Fake.last.receive(Uint8Array.of(5))
    await settle()
    expect(heard).toEqual(['1 bytes from 5'])
  })
})
