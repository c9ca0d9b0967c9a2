/** Which sockets can be made without a codec, and what the types of messages are inferred from. */
import { describe, expectTypeOf, test } from 'vitest'
import {
  type Codec,
  type CodecOptions,
  json,
  SteadySocket,
  type SteadySocketOptions,
  text,
  type UrlProvider,
} from '../../src/index.ts'

interface Message {
  type: 'chat'
  text: string
}

const url = 'wss://example.com'

describe('without a codec', () => {
  test('[M1] messages are strings', () => {
    expectTypeOf(new SteadySocket(url)).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(new SteadySocket(url, {})).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(new SteadySocket(url, undefined)).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(new SteadySocket(url, { wake: false })).toEqualTypeOf<SteadySocket<string, string>>()
    new SteadySocket<string, string>(url)
    new SteadySocket<string>(url, { connectTimeout: 1_000 })
  })

  test('[M1] and can be nothing else', () => {
    // @ts-expect-error a codec is needed
    new SteadySocket<Message, Message>(url)
    // @ts-expect-error a codec is needed
    new SteadySocket<Message, Message>(url, {})
    // @ts-expect-error a codec is needed
    new SteadySocket<Message, Message>(url, { wake: false })
    // @ts-expect-error undefined is none
    new SteadySocket<Message, Message>(url, { codec: undefined })
    // @ts-expect-error a codec is needed for what comes in
    new SteadySocket<Message, string>(url)
    // @ts-expect-error a codec is needed for what goes out
    new SteadySocket<string, Message>(url)
    // @ts-expect-error some strings are not all strings
    new SteadySocket<'a' | 'b', 'a' | 'b'>(url)
    // @ts-expect-error strings are not all there is
    new SteadySocket<string | Message, string | Message>(url)
    // @ts-expect-error unknown is more than strings
    new SteadySocket<unknown, unknown>(url)
    // @ts-expect-error never is less
    new SteadySocket<string, never>(url)
  })
})

describe('with a codec', () => {
  test('[M2] messages are what it makes of them', () => {
    const socket = new SteadySocket(url, { codec: json<Message, { n: number }>() })
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<Message, { n: number }>>()
    expectTypeOf(new SteadySocket(url, { codec: text })).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(new SteadySocket(url, { codec: json() })).toEqualTypeOf<SteadySocket<unknown, unknown>>()
  })

  test('[M2] written in place, too', () => {
    const socket = new SteadySocket(url, {
      codec: { encode: (message: Message) => message.text, decode: (frame) => frame.length },
    })
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<number, Message>>()
  })

  test('[M2] the other options’ functions are told of these messages', () => {
    new SteadySocket(({ attempt }) => `${url}/${attempt}`, {
      handshake: async ({ send, receive }) => {
        send({ n: 1 })
        expectTypeOf(await receive()).toEqualTypeOf<Message | ArrayBuffer | Blob>()
        // @ts-expect-error no such message
        send({ text: '' })
      },
      codec: json<Message, { n: number }>(),
      heartbeat: {
        interval: 1_000,
        message: () => ({ n: 2 }),
        isPong: (message) => {
          expectTypeOf(message).toEqualTypeOf<Message>()
          return message.type === 'chat'
        },
      },
    })
  })

  test('[M2] it must be one for these messages', () => {
    // @ts-expect-error of numbers
    new SteadySocket<Message, Message>(url, { codec: json<number>() })
    // @ts-expect-error of strings
    new SteadySocket<Message, Message>(url, { codec: text })
    // @ts-expect-error half of one
    new SteadySocket(url, { codec: { encode: () => '' } })
    new SteadySocket<Message, Message>(url, { codec: json() })
  })
})

describe('options given as a variable', () => {
  test('[M2] say what the messages are', () => {
    const options = { codec: json<Message>(), connectTimeout: 1_000, reconnect: { maxAttempts: 3 } }
    expectTypeOf(new SteadySocket(url, options)).toEqualTypeOf<SteadySocket<Message, Message>>()
    const typed: CodecOptions<Message, Message> = { codec: json() }
    expectTypeOf(new SteadySocket(url, typed)).toEqualTypeOf<SteadySocket<Message, Message>>()
    const plain: SteadySocketOptions = { wake: false }
    expectTypeOf(new SteadySocket(url, plain)).toEqualTypeOf<SteadySocket<string, string>>()
    const maybe = {} as { of?: SteadySocketOptions }
    expectTypeOf(new SteadySocket(url, maybe.of)).toEqualTypeOf<SteadySocket<string, string>>()
  })

  test('[M2] and have a codec for certain', () => {
    const options: SteadySocketOptions<Message, Message> = { wake: false }
    // @ts-expect-error there may be none
    new SteadySocket(url, options)
    // @ts-expect-error a codec is needed
    const typed: CodecOptions<Message, Message> = { wake: false }
    expectTypeOf(typed).toExtend<SteadySocketOptions<Message, Message>>()
  })
})

describe('subclasses', () => {
  test('[M2] of all messages pass a codec on', () => {
    class Chat<T> extends SteadySocket<T, T> {
      constructor(url: string, codec: Codec<T, T>) {
        super(url, { codec })
      }
    }
    expectTypeOf(new Chat(url, json<Message>())).toExtend<SteadySocket<Message, Message>>()

    class Wide<In, Out> extends SteadySocket<In, Out> {
      constructor(url: UrlProvider, options: CodecOptions<In, Out>) {
        super(url, { ...options, wake: false })
      }
    }
    expectTypeOf(new Wide(url, { codec: json<Message, number>() })).toExtend<SteadySocket<Message, number>>()
  })

  test('[M2] without a constructor take what the class takes', () => {
    class Same<In = string, Out = string> extends SteadySocket<In, Out> {}
    new Same(url)
    new Same(url, { codec: json<Message>() }).on('message', (message) => {
      expectTypeOf(message).toEqualTypeOf<Message>()
    })
    // @ts-expect-error a codec is needed
    new Same<Message, Message>(url)

    class Chat extends SteadySocket<Message, Message> {}
    new Chat(url, { codec: json() })
    // @ts-expect-error a codec is needed
    new Chat(url)
  })

  test('[M2] of strings need none', () => {
    class Lines extends SteadySocket {
      constructor() {
        super(url)
      }
    }
    new Lines().send('hi')

    class Messages extends SteadySocket<Message, Message> {
      constructor() {
        // @ts-expect-error a codec is needed
        super(url)
      }
    }
    expectTypeOf<Messages>().toExtend<SteadySocket<Message, Message>>()
  })
})

describe('functions that make sockets', () => {
  test('[M2] pass on what they are given', () => {
    type Arguments<In, Out> = ConstructorParameters<typeof SteadySocket<In, Out>>
    function connect<In = string, Out = string>(...args: Arguments<In, Out>): SteadySocket<In, Out> {
      return new SteadySocket<In, Out>(...args)
    }
    expectTypeOf(connect(url)).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(connect(url, { codec: json<Message>() })).toEqualTypeOf<SteadySocket<Message, Message>>()
    connect(url, {
      codec: json<Message>(),
      handshake: async ({ receive }) => {
        expectTypeOf(await receive()).toEqualTypeOf<Message | ArrayBuffer | Blob>()
      },
    })
    // @ts-expect-error a codec is needed
    connect<Message, Message>(url)
  })
})
