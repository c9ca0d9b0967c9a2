/** What React's hooks take and give. */
import { describe, expectTypeOf, test } from 'vitest'
import {
  type CodecOptions,
  json,
  type State,
  SteadySocket,
  type SteadySocketOptions,
} from '../../src/index.ts'
import { useMessage, useSocket, useSocketState, useStatus } from '../../src/react.ts'
import type { Status } from '../../src/status.ts'

interface Message {
  type: 'chat'
  text: string
}

const url = 'wss://example.com'

describe('useSocket', () => {
  test('[F1] without a codec, messages are strings', () => {
    expectTypeOf(useSocket(url)).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(useSocket(new URL(url), {})).toEqualTypeOf<SteadySocket<string, string>>()
    expectTypeOf(useSocket(url, undefined)).toEqualTypeOf<SteadySocket<string, string>>()
    useSocket(({ attempt }) => `${url}/${attempt}`, { wake: false })
    // @ts-expect-error a codec is needed
    useSocket<Message, Message>(url)
    // @ts-expect-error a codec is needed
    useSocket<Message, Message>(url, { wake: false })
  })

  test('[F1] with a codec they are what it makes of them, in all options', () => {
    const socket = useSocket(url, {
      codec: json<Message, { n: number }>(),
      handshake: async ({ send, receive }) => {
        send({ n: 1 })
        expectTypeOf(await receive()).toEqualTypeOf<Message | ArrayBuffer | Blob>()
      },
      heartbeat: {
        interval: 1_000,
        message: () => ({ n: 1 }),
        isPong: (message) => {
          expectTypeOf(message).toEqualTypeOf<Message>()
          return false
        },
      },
    })
    expectTypeOf(socket).toEqualTypeOf<SteadySocket<Message, { n: number }>>()
    const given: CodecOptions<Message, number> = { codec: json() }
    expectTypeOf(useSocket(url, given)).toEqualTypeOf<SteadySocket<Message, number>>()
    const plain: SteadySocketOptions = {}
    expectTypeOf(useSocket(url, plain)).toEqualTypeOf<SteadySocket<string, string>>()
  })

  test('[F1] a `key` is one of the options', () => {
    useSocket(url, { key: 'room 1' })
    useSocket(url, { key: 1, codec: json<Message>() })
    useSocket(url, { key: undefined })
    // @ts-expect-error objects are new at each render
    useSocket(url, { key: {} })
    // @ts-expect-error no such option
    useSocket(url, { keys: 1 })
  })

  test('[F1] there must be a URL', () => {
    // @ts-expect-error none
    useSocket()
    // @ts-expect-error null is none
    useSocket(null)
  })
})

test('[F1] useSocketState gives the state, or what the selector makes of it', () => {
  const socket = {} as SteadySocket<Message, number> | undefined
  expectTypeOf(useSocketState(socket)).toEqualTypeOf<State>()
  expectTypeOf(useSocketState(null)).toEqualTypeOf<State>()
  expectTypeOf(useSocketState(socket, ({ name }) => name === 'open')).toEqualTypeOf<boolean>()
  expectTypeOf(
    useSocketState(socket, (state) => (state.name === 'waiting' ? state.at : undefined)),
  ).toEqualTypeOf<number | undefined>()
})

test('[F1] useMessage tells the handler what comes in', () => {
  useMessage(new SteadySocket(url, { codec: json<Message>() }), (message) => {
    expectTypeOf(message).toEqualTypeOf<Message>()
  })
  useMessage({} as SteadySocket | null | undefined, (message) => {
    expectTypeOf(message).toEqualTypeOf<string>()
  })
  // @ts-expect-error strings come in
  useMessage(new SteadySocket(url), (message: number) => message)
})

test('[F1] useStatus gives a status', () => {
  expectTypeOf(useStatus({} as SteadySocket<Message, number>, { patience: 1 })).toEqualTypeOf<Status>()
  expectTypeOf(useStatus(null)).toEqualTypeOf<Status>()
  // @ts-expect-error no such option
  useStatus(null, { patient: 1 })
})
