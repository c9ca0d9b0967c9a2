/** The members of a socket: states by name, plain results, no `any`. */
import type { EventEmitter } from 'eventemitter3'
import { describe, expectTypeOf, test } from 'vitest'
import {
  CloseCode,
  type ClosedState,
  type CloseInfo,
  type FrameData,
  json,
  type OpenState,
  type QueueView,
  type State,
  type Stats,
  SteadySocket,
  type WaitingState,
} from '../../src/index.ts'
import type { AnyKeys } from '../support/any-keys.ts'

const socket = new SteadySocket('wss://example.com')

describe('state', () => {
  test('[L4] is one of six, by name', () => {
    expectTypeOf(socket.state).toEqualTypeOf<State>()
    expectTypeOf<State['name']>().toEqualTypeOf<
      'idle' | 'connecting' | 'open' | 'waiting' | 'closing' | 'closed'
    >()
  })

  test('[L4] narrows by its name and carries what belongs to it', () => {
    const { state } = socket
    switch (state.name) {
      case 'idle':
        expectTypeOf<keyof typeof state>().toEqualTypeOf<'name'>()
        break
      case 'connecting':
        expectTypeOf(state.attempt).toEqualTypeOf<number>()
        expectTypeOf(state.reconnected).toEqualTypeOf<boolean>()
        break
      case 'open':
        expectTypeOf(state).toEqualTypeOf<OpenState>()
        expectTypeOf(state.since).toEqualTypeOf<number>()
        break
      case 'waiting':
        expectTypeOf(state).toEqualTypeOf<WaitingState>()
        expectTypeOf(state.delay).toEqualTypeOf<number>()
        expectTypeOf(state.close).toEqualTypeOf<CloseInfo>()
        break
      case 'closing':
        expectTypeOf(state.code).toEqualTypeOf<number | undefined>()
        break
      case 'closed':
        expectTypeOf(state).toEqualTypeOf<ClosedState>()
        expectTypeOf(state.cause).toEqualTypeOf<'requested' | 'exhausted' | 'refused' | 'unsupported'>()
        break
      default:
        expectTypeOf(state).toBeNever()
    }
  })

  test('[L4] narrows where it is read, and in a listener', () => {
    if (socket.state.name === 'waiting') expectTypeOf(socket.state.at).toEqualTypeOf<number>()
    // @ts-expect-error not every state has a delay
    socket.state.delay
    socket.subscribe((state) => {
      if (state.name === 'closed') expectTypeOf(state.close).toEqualTypeOf<CloseInfo>()
    })
    // @ts-expect-error no such state
    if (socket.state.name === 'connected') return
  })

  test('[L4] nobody sets it', () => {
    // @ts-expect-error read-only
    socket.state = { name: 'idle' }
    // @ts-expect-error read-only
    socket.readyState = 1
    // @ts-expect-error read-only
    socket.queue.length = 0
    // @ts-expect-error read-only
    socket.stats.dropped = 0
  })
})

describe('members', () => {
  test('[L7] have the types of the native ones', () => {
    expectTypeOf(socket.readyState).toEqualTypeOf<0 | 1 | 2 | 3>()
    expectTypeOf(socket.url).toEqualTypeOf<string>()
    expectTypeOf(socket.protocol).toEqualTypeOf<string>()
    expectTypeOf(socket.extensions).toEqualTypeOf<string>()
    expectTypeOf(socket.bufferedAmount).toEqualTypeOf<number>()
    expectTypeOf(socket.close).toEqualTypeOf<(code?: number, reason?: string) => void>()
    expectTypeOf([SteadySocket.OPEN, socket.CLOSED] as const).toEqualTypeOf<readonly [1, 3]>()
  })

  test('[M5] `binaryType` is one of two', () => {
    expectTypeOf(socket.binaryType).toEqualTypeOf<BinaryType>()
    socket.binaryType = 'arraybuffer'
    // @ts-expect-error only in Node
    socket.binaryType = 'nodebuffer'
  })

  test('[S10] promises take a signal and a time', () => {
    expectTypeOf(socket.opened({ timeout: 5_000 })).toEqualTypeOf<Promise<void>>()
    expectTypeOf(socket.drained({ signal: AbortSignal.timeout(5_000) })).toEqualTypeOf<Promise<void>>()
    // @ts-expect-error a time is within an object
    void socket.opened(5_000)
  })

  test('[S6] the queue is a view', () => {
    expectTypeOf(socket.queue).toEqualTypeOf<QueueView>()
    expectTypeOf(socket.queue.clear()).toEqualTypeOf<FrameData[]>()
  })

  test('[L8] fit `using`, Svelte stores and useSyncExternalStore', () => {
    expectTypeOf(socket).toExtend<Disposable>()
    expectTypeOf(socket).toExtend<{ subscribe(run: (state: State) => void): () => void }>()
    expectTypeOf(socket.subscribe).toExtend<(onStoreChange: () => void) => () => void>()
  })

  test('[M1] none of them is `any`', () => {
    expectTypeOf<AnyKeys<Omit<SteadySocket, keyof EventEmitter>>>().toBeNever()
    expectTypeOf<AnyKeys<Stats>>().toBeNever()
    expectTypeOf<AnyKeys<QueueView>>().toBeNever()
    expectTypeOf<AnyKeys<State>>().toBeNever()
    expectTypeOf(json()).not.toBeAny()
    expectTypeOf(json().decode('')).toBeUnknown()
    expectTypeOf(json().encode).parameter(0).toBeUnknown()
  })

  test('[M1] and an `any` would be found', () => {
    type Any = ReturnType<typeof JSON.parse>
    type Leaky = { member: Any; taking: (value: Any) => void; giving: () => Any; tight: unknown }
    expectTypeOf<AnyKeys<Leaky>>().toEqualTypeOf<'member' | 'taking' | 'giving'>()
  })

  test('[M2] a socket of some messages is none of others', () => {
    // @ts-expect-error its messages are strings
    const numbers: SteadySocket<number, number> = socket
    expectTypeOf(numbers).not.toBeAny()
  })
})

describe('CloseCode', () => {
  test('[R1] has names for numbers that the compiler knows', () => {
    expectTypeOf(CloseCode.NormalClosure).toEqualTypeOf<1000>()
    expectTypeOf(CloseCode.AbnormalClosure).toEqualTypeOf<1006>()
    expectTypeOf(CloseCode.PolicyViolation).toEqualTypeOf<1008>()
    expectTypeOf(CloseCode.Forbidden).toEqualTypeOf<3003>()
    // @ts-expect-error no such name
    CloseCode.Nonsense
    // @ts-expect-error read-only
    CloseCode.NormalClosure = 1001
  })

  test('[R1] a close can be compared with them', () => {
    socket.on('close', ({ code }) => {
      expectTypeOf(code === CloseCode.TryAgainLater).toEqualTypeOf<boolean>()
    })
  })
})
