/** What Vue's composables take and give. */
import { describe, expectTypeOf, test } from 'vitest'
import { computed, ref, type ShallowRef, shallowRef } from 'vue'
import { type AttemptInfo, json, type State, SteadySocket } from '../../src/index.ts'
import type { Status } from '../../src/status.ts'
import { useMessage, useSocketState, useStatus, useSteadySocket } from '../../src/vue.ts'

interface Message {
  type: 'chat'
  text: string
}

const url = 'wss://example.com'

describe('useSteadySocket', () => {
  test('[F1] gives a socket and its state', () => {
    const { socket, state } = useSteadySocket(url)
    expectTypeOf(socket).toEqualTypeOf<Readonly<ShallowRef<SteadySocket<string, string>>>>()
    expectTypeOf(state).toEqualTypeOf<Readonly<ShallowRef<State>>>()
    // @ts-expect-error it is not to be replaced
    socket.value = new SteadySocket(url)
  })

  test('[F1] messages are what the codec makes of them', () => {
    const { socket } = useSteadySocket(() => url, { codec: json<Message, number>() })
    expectTypeOf(socket.value).toEqualTypeOf<SteadySocket<Message, number>>()
    // @ts-expect-error a codec is needed
    useSteadySocket<Message, Message>(url)
  })

  test('[F1] the URL is a value, a ref, or comes out of a getter', () => {
    useSteadySocket(new URL(url))
    useSteadySocket(ref(url), { key: ref(1) })
    useSteadySocket(
      computed(() => new URL(url)),
      { key: () => 'room', wake: false },
    )
    useSteadySocket(
      () =>
        async ({ attempt }: AttemptInfo) =>
          `${url}/${attempt}`,
    )
    // @ts-expect-error a getter is told nothing
    useSteadySocket(({ attempt }: AttemptInfo) => `${url}/${attempt}`)
    // @ts-expect-error a getter answers at once
    useSteadySocket(async () => url)
    // @ts-expect-error no such option
    useSteadySocket(url, { keys: 1 })
  })
})

test('[F1] useSocketState gives the state, or what the selector makes of it', () => {
  const socket = shallowRef<SteadySocket<Message, number> | null>(null)
  expectTypeOf(useSocketState(socket)).toEqualTypeOf<Readonly<ShallowRef<State>>>()
  expectTypeOf(useSocketState(() => socket.value)).toEqualTypeOf<Readonly<ShallowRef<State>>>()
  expectTypeOf(useSocketState(socket, ({ name }) => name.length)).toEqualTypeOf<
    Readonly<ShallowRef<number>>
  >()
})

test('[F1] useMessage tells the handler what comes in', () => {
  const handler = (message: Message): void => void message
  useMessage(useSteadySocket(url, { codec: json<Message>() }).socket, (message) => {
    expectTypeOf(message).toEqualTypeOf<Message>()
  })
  useMessage(
    () => ({}) as SteadySocket<Message, number> | undefined,
    (message) => {
      expectTypeOf(message).toEqualTypeOf<Message>()
    },
  )
  // @ts-expect-error strings come in
  useMessage(new SteadySocket(url), handler)
})

test('[F1] useStatus gives a status', () => {
  expectTypeOf(useStatus(new SteadySocket(url), { patience: 1 })).toEqualTypeOf<
    Readonly<ShallowRef<Status>>
  >()
})
