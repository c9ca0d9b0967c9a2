/** What the compiler makes of codecs: both types of a socket come from here. */
import * as v from 'valibot'
import { describe, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type Codec, json, type StandardSchema, SteadySocket, text } from '../../src/index.ts'

type ServerMessage = { type: 'chat'; from: string; text: string } | { type: 'presence'; online: number }
type ClientMessage = { type: 'chat'; text: string } | { type: 'ping' }

const url = 'wss://example.com/chat'

/** The types of a codec, for comparison. */
type Both<C> = C extends Codec<infer In, infer Out> ? { in: In; out: Out } : never
const both = <In, Out>(_codec: Codec<In, Out>): { in: In; out: Out } => ({}) as { in: In; out: Out }

describe('without a codec', () => {
  test('[M1] strings go out and come in', () => {
    expectTypeOf(new SteadySocket(url)).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(new SteadySocket(url, {})).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(new SteadySocket(url, { codec: text })).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf<SteadySocket>().toEqualTypeOf<SteadySocket<string, string>>()
  })

  test('[M1] a heartbeat or a handshake does not change that', () => {
    const socket = new SteadySocket(url, {
      heartbeat: { interval: 1_000, message: 'ping', isPong: (message) => message === 'pong' },
      handshake: async ({ send, receive }) => {
        send('token')
        expectTypeOf(await receive()).toEqualTypeOf<string | ArrayBuffer | Blob>()
      },
    })
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<string, string>>()
  })

  test('[M1] what is neither a string nor binary is refused', () => {
    const socket = new SteadySocket(url)
    const either = 'text' as string | ArrayBuffer
    socket.send(either)
    // @ts-expect-error a number is no string
    socket.send(42)
    // @ts-expect-error without a codec, nobody writes this as JSON
    socket.send({ type: 'chat' })
  })
})

describe('json<In, Out>()', () => {
  const socket = new SteadySocket(url, { codec: json<ServerMessage, ClientMessage>() })

  test('[M2] types both directions, inferred from the codec', () => {
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<ServerMessage, ClientMessage>>()
    expectTypeOf<ClientMessage>().toExtend<Parameters<typeof socket.send>[0]>()
    expectTypeOf<ServerMessage>().not.toExtend<Parameters<typeof socket.send>[0]>()
  })

  test('[M2] lets every right shape out', () => {
    socket.send({ type: 'chat', text: 'hi' })
    socket.send({ type: 'ping' }, { ttl: 1_000, key: 'ping', queue: false })
    socket.send(new Uint8Array(1))
  })

  test('[M3] lets out what may be a message or binary data', () => {
    socket.send({} as ClientMessage | Blob)
    socket.send({} as ClientMessage | Uint8Array | ArrayBuffer, { ttl: 1 })
    new SteadySocket(url, {
      codec: json<ServerMessage, ClientMessage>(),
      handshake: ({ send }) => send({} as ClientMessage | Blob),
    })
    // @ts-expect-error what comes in does not go out
    socket.send({} as ServerMessage | Blob)
  })

  test('[M2] refuses a wrong one', () => {
    // @ts-expect-error no such type
    socket.send({ type: 'shout', text: 'hi' })
    // @ts-expect-error `text` is missing
    socket.send({ type: 'chat' })
    // @ts-expect-error `text` is of the wrong kind
    socket.send({ type: 'chat', text: 5 })
    // @ts-expect-error a message has no `txt`
    socket.send({ type: 'chat', text: 'hi', txt: 'hi' })
    // @ts-expect-error a ping has no size; that Blobs have one does not matter
    socket.send({ type: 'ping', size: 5 })
    // @ts-expect-error nor has it a buffer, as views of memory have
    socket.send({ type: 'ping', buffer: new ArrayBuffer(1) })
    // @ts-expect-error what comes in does not go out
    socket.send({ type: 'presence', online: 5 })
    // @ts-expect-error encoding is the codec's work
    socket.send(JSON.stringify({ type: 'ping' }))
    // @ts-expect-error nothing is no message
    socket.send(undefined)
    // @ts-expect-error nothing is no message
    socket.send()
  })

  test('[M2] narrows a discriminated union', () => {
    socket.on('message', (message) => {
      expectTypeOf(message).toEqualTypeOf<ServerMessage>()
      if (message.type === 'chat') expectTypeOf(message.from).toEqualTypeOf<string>()
      else expectTypeOf(message).toEqualTypeOf<{ type: 'presence'; online: number }>()
      // @ts-expect-error only a chat message is from somebody
      message.from
      // @ts-expect-error there is no such type
      if (message.type === 'ping') return
    })
  })

  test('[M2] with one type, it is that of both directions; with none, it is unknown', () => {
    expectTypeOf(json<ClientMessage>()).toEqualTypeOf<Codec<ClientMessage, ClientMessage>>()
    expectTypeOf(json()).toEqualTypeOf<Codec<unknown, unknown>>()
  })

  test('[M2] nothing but the codec decides what goes out', () => {
    const codec = json<ServerMessage, ClientMessage>()
    const withHeartbeat = new SteadySocket(url, {
      codec,
      heartbeat: { interval: 1_000, message: { type: 'ping' }, isPong: ({ type }) => type === 'presence' },
    })
    expectTypeOf(withHeartbeat).toEqualTypeOf<SteadySocket<ServerMessage, ClientMessage>>()
    const withFunction = new SteadySocket(url, {
      codec,
      heartbeat: { interval: 1_000, message: () => ({ type: 'ping' as const }) },
    })
    expectTypeOf(withFunction).toEqualTypeOf<SteadySocket<ServerMessage, ClientMessage>>()
    const withHandshake = new SteadySocket(url, {
      codec,
      handshake: async ({ send, receive }) => {
        send({ type: 'ping' })
        // @ts-expect-error no such type
        send({ type: 'hello' })
        const answer = await receive()
        expectTypeOf(answer).not.toBeAny()
        if (answer instanceof Blob || answer instanceof ArrayBuffer) return
        expectTypeOf(answer.type).toEqualTypeOf<'chat' | 'presence'>()
      },
    })
    expectTypeOf(withHandshake).toEqualTypeOf<SteadySocket<ServerMessage, ClientMessage>>()
    // @ts-expect-error the ping is no message of this codec
    new SteadySocket(url, { codec, heartbeat: { interval: 1_000, message: { type: 'pong' } } })
    // @ts-expect-error nor is what this function gives
    new SteadySocket(url, { codec, heartbeat: { interval: 1_000, message: () => 5 } })
  })

  test('[M2] a codec that does not fit the types of the socket is refused', () => {
    const codec = json<ServerMessage, ClientMessage>()
    // @ts-expect-error the codec knows no `bye`
    new SteadySocket<ServerMessage, ClientMessage | { type: 'bye' }>(url, { codec })
    // @ts-expect-error the codec may give a `presence`
    new SteadySocket<{ type: 'chat' }, ClientMessage>(url, { codec })
  })
})

describe('json({ receive, send })', () => {
  const zod = {
    chat: z.object({ type: z.literal('chat'), text: z.string() }),
    size: z.object({ size: z.string().transform(Number) }),
    union: z.discriminatedUnion('type', [
      z.object({ type: z.literal('chat'), text: z.string() }),
      z.object({ type: z.literal('presence'), online: z.number() }),
    ]),
  }
  const valibot = {
    chat: v.object({ type: v.literal('chat'), text: v.string() }),
    size: v.object({ size: v.pipe(v.string(), v.transform(Number)) }),
  }
  type Chat = { type: 'chat'; text: string }

  test('[M2] infers both types from schemas of zod', () => {
    expectTypeOf(both(json({ receive: zod.chat, send: zod.chat }))).toEqualTypeOf<{ in: Chat; out: Chat }>()
  })

  test('[M2] infers both types from schemas of valibot', () => {
    expectTypeOf(both(json({ receive: valibot.chat, send: valibot.chat }))).toEqualTypeOf<{
      in: Chat
      out: Chat
    }>()
  })

  test('[M2] a schema that transforms: its output comes in, its input goes out', () => {
    type Sizes = { in: { size: number }; out: { size: string } }
    expectTypeOf(both(json({ receive: zod.size, send: zod.size }))).toEqualTypeOf<Sizes>()
    expectTypeOf(both(json({ receive: valibot.size, send: valibot.size }))).toEqualTypeOf<Sizes>()
    expectTypeOf(both(json({ receive: zod.size, send: valibot.size }))).toEqualTypeOf<Sizes>()
  })

  test('[M2] a schema with defaults: optional on the way out, there on the way in', () => {
    const schema = z.object({ room: z.string().default('lobby') })
    expectTypeOf(both(json({ receive: schema, send: schema }))).toEqualTypeOf<{
      in: { room: string }
      out: { room?: string | undefined }
    }>()
  })

  test('[M2] with one schema alone, the other direction is unknown', () => {
    expectTypeOf(both(json({ receive: zod.chat }))).toEqualTypeOf<{ in: Chat; out: unknown }>()
    expectTypeOf(both(json({ send: zod.chat }))).toEqualTypeOf<{ in: unknown; out: Chat }>()
    expectTypeOf(both(json({}))).toEqualTypeOf<{ in: unknown; out: unknown }>()
  })

  test('[M2] a schema of one’s own', () => {
    const parse: StandardSchema<string, number> = {
      '~standard': { version: 1, vendor: 'mine', validate: (value) => ({ value: Number(value) }) },
    }
    expectTypeOf(both(json({ receive: parse, send: parse }))).toEqualTypeOf<{ in: number; out: string }>()
    const inline = json({
      receive: {
        '~standard': {
          version: 1,
          vendor: 'mine',
          validate: (value) =>
            typeof value === 'string' ? { value } : { issues: [{ message: 'no string', path: ['at', 0] }] },
        },
      },
    })
    expectTypeOf(both(inline)).toEqualTypeOf<{ in: string; out: unknown }>()
  })

  test('[M2] types can be given beside the schema that was not', () => {
    expectTypeOf(json<Chat, ClientMessage>({ receive: zod.chat })).toEqualTypeOf<Codec<Chat, ClientMessage>>()
    // @ts-expect-error this schema gives something else
    json<ClientMessage, ClientMessage>({ receive: zod.size })
  })

  test('[M2] a socket takes its types from the schemas', () => {
    const socket = new SteadySocket(url, { codec: json({ receive: zod.union, send: zod.chat }) })
    socket.on('message', (message) => {
      if (message.type === 'presence')
        expectTypeOf(message).toEqualTypeOf<{ type: 'presence'; online: number }>()
    })
    socket.send({ type: 'chat', text: 'hi' })
    // @ts-expect-error no chat
    socket.send({ type: 'presence', online: 5 })
  })

  test('[M2] what is no schema is refused', () => {
    // @ts-expect-error a function is no schema
    json({ receive: (value: unknown) => value })
    // @ts-expect-error a number is no schema
    json({ send: 5 })
    // @ts-expect-error it is called `receive`
    json({ recieve: zod.chat })
    // @ts-expect-error a schema goes into an object
    json(zod.chat)
  })
})

describe('a codec of one’s own', () => {
  test('[M1] as an object', () => {
    const socket = new SteadySocket(url, {
      codec: { encode: (message: number) => String(message), decode: (frame) => Number(frame) },
    })
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<number, number>>()
  })

  test('[M1] as an object with methods', () => {
    const socket = new SteadySocket(url, {
      codec: {
        encode(message: { n: number }) {
          return new Uint8Array([message.n])
        },
        decode: (frame) => [frame],
        decodeBinary: (data) => {
          expectTypeOf(data).toEqualTypeOf<ArrayBuffer>()
          return ['binary']
        },
      },
    })
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<string[], { n: number }>>()
  })

  test('[M1] as a class', () => {
    class Lines implements Codec<string[], string[]> {
      encode(message: string[]): string {
        return message.join('\n')
      }
      decode(frame: string): string[] {
        return frame.split('\n')
      }
    }
    expectTypeOf(new SteadySocket(url, { codec: new Lines() })).toEqualTypeOf<
      SteadySocket<string[], string[]>
    >()
  })

  test('[M1] that gives whatever bytes a library gives', () => {
    const pack = (_message: unknown): Uint8Array => new Uint8Array(1)
    const socket = new SteadySocket(url, {
      codec: { encode: (message: number) => pack(message), decode: (frame) => Number(frame) },
    })
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<number, number>>()
  })

  test('[M1] around another', () => {
    function counted<In, Out>(inner: Codec<In, Out>): Codec<{ count: number; message: In }, Out> {
      let count = 0
      return {
        encode: (message) => inner.encode(message),
        decode: (frame) => ({ count: ++count, message: inner.decode(frame) }),
      }
    }
    const socket = new SteadySocket(url, { codec: counted(json<ServerMessage, ClientMessage>()) })
    expectTypeOf(socket).toEqualTypeOf<
      SteadySocket<{ count: number; message: ServerMessage }, ClientMessage>
    >()
  })

  test('[M1] that gives no frame, or is none, is refused', () => {
    // @ts-expect-error a number is no frame
    new SteadySocket(url, { codec: { encode: () => 5, decode: (frame) => frame } })
    // @ts-expect-error a promise is no frame
    new SteadySocket(url, { codec: { encode: async () => 'hi', decode: (frame) => frame } })
    // @ts-expect-error half a codec
    new SteadySocket(url, { codec: { encode: (message: string) => message } })
    // @ts-expect-error json is to be called
    new SteadySocket(url, { codec: json })
  })

  test('[M3] binary data goes past every one of them', () => {
    const socket = new SteadySocket(url, { codec: json<never, never>() })
    socket.send(new ArrayBuffer(1))
    socket.send(new SharedArrayBuffer(1))
    socket.send(new Float64Array(1))
    socket.send(new DataView(new ArrayBuffer(1)))
    socket.send(new Uint8Array(new SharedArrayBuffer(1)))
    socket.send(new Blob([]))
    socket.send(new File([], 'name'))
  })
})

test('[M2] a function may be generic over the messages', () => {
  function forward<Message extends { type: string }>(
    from: SteadySocket<Message, never>,
    to: SteadySocket<never, Message>,
  ): void {
    from.on('message', (message) => {
      expectTypeOf(message.type).toExtend<string>()
      to.send(message)
    })
  }
  expectTypeOf(forward).toBeFunction()
  expectTypeOf<Both<Codec<1, 2>>>().toEqualTypeOf<{ in: 1; out: 2 }>()
})
