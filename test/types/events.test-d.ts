/** What listeners are given: every event's arguments, with no `any` among them. */
import { describe, expectTypeOf, test } from 'vitest'
import {
  type CloseInfo,
  type DropInfo,
  type DropReason,
  type FrameData,
  json,
  type OpenInfo,
  type Phase,
  type RetryInfo,
  type State,
  SteadySocket,
  SteadySocketError,
  type SteadySocketErrorCode,
  type SteadySocketEvents,
} from '../../src/index.ts'

type Message = { type: 'a' } | { type: 'b'; b: number }
const socket = new SteadySocket('wss://example.com', { codec: json<Message>() })

describe('on', () => {
  test('[M2] gives every listener its arguments', () => {
    socket.on('open', (...args) => expectTypeOf(args).toEqualTypeOf<[info: OpenInfo]>())
    socket.on('message', (...args) => expectTypeOf(args).toEqualTypeOf<[message: Message]>())
    socket.on('binary', (...args) => expectTypeOf(args).toEqualTypeOf<[data: ArrayBuffer | Blob]>())
    socket.on('close', (...args) => expectTypeOf(args).toEqualTypeOf<[info: CloseInfo]>())
    socket.on('retry', (...args) => expectTypeOf(args).toEqualTypeOf<[info: RetryInfo]>())
    socket.on('error', (...args) => expectTypeOf(args).toEqualTypeOf<[error: SteadySocketError]>())
    socket.on('drain', (...args) => expectTypeOf(args).toEqualTypeOf<[]>())
    socket.on('drop', (...args) => expectTypeOf(args).toEqualTypeOf<[info: DropInfo]>())
    socket.on('state', (...args) => expectTypeOf(args).toEqualTypeOf<[state: State, previous: State]>())
  })

  test('[M2] so do `once`, `addListener` and `off`', () => {
    socket.once('message', (message) => expectTypeOf(message).toEqualTypeOf<Message>())
    socket.addListener('message', (message) => expectTypeOf(message).toEqualTypeOf<Message>())
    const listener = (_message: Message): void => {}
    socket.off('message', listener)
    // @ts-expect-error a listener of other messages was never added
    socket.off('message', (_message: number) => {})
  })

  test('[M2] it knows no other events', () => {
    expectTypeOf<keyof SteadySocketEvents>().toEqualTypeOf<
      'open' | 'message' | 'binary' | 'close' | 'retry' | 'error' | 'drain' | 'drop' | 'state'
    >()
    // @ts-expect-error misspelt
    socket.on('mesage', () => {})
    // @ts-expect-error no such event
    socket.once('reconnect', () => {})
  })

  test('[M2] a listener for something else is refused', () => {
    // @ts-expect-error messages are no strings here
    socket.on('message', (message: string) => message)
    // @ts-expect-error `drain` tells nothing
    socket.on('drain', (info: object) => info)
    // @ts-expect-error it is called `attempt`
    socket.on('retry', ({ attempts }) => attempts)
  })

  test('[M2] a listener may ask for less', () => {
    socket.on('message', () => {})
    socket.on('message', (message: { type: string }) => message)
    socket.on('close', ({ code }: { code: number }) => code)
  })
})

describe('the data of events', () => {
  test('[M2] without a type argument, messages are strings', () => {
    expectTypeOf<SteadySocketEvents['message']>().toEqualTypeOf<[message: string]>()
  })

  test('[R7] a close says what follows', () => {
    expectTypeOf<CloseInfo>().toEqualTypeOf<{
      readonly code: number
      readonly reason: string
      readonly wasClean: boolean
      readonly opened: boolean
      readonly phase: Phase
      readonly unsentBytes: number
      readonly error?: SteadySocketError
      readonly willRetry: boolean
    }>()
  })

  test('[R7] a retry says when and after what', () => {
    expectTypeOf<RetryInfo>().toEqualTypeOf<{
      readonly attempt: number
      readonly delay: number
      readonly at: number
      readonly close: CloseInfo
    }>()
  })

  test('[L1] an opening says what it is', () => {
    expectTypeOf<OpenInfo>().toEqualTypeOf<{
      readonly attempt: number
      readonly reconnected: boolean
      readonly downtime: number
      readonly protocol: string
      readonly extensions: string
      readonly url: string
    }>()
  })

  test('[S6] a drop says what and why', () => {
    expectTypeOf<DropInfo>().toEqualTypeOf<{ readonly data: FrameData; readonly reason: DropReason }>()
    expectTypeOf<'overflow' | 'expired' | 'closed'>().toExtend<DropReason>()
    expectTypeOf<DropReason>().not.toEqualTypeOf<string>()
  })

  test('[M4] an error has a code for programs, and what it is about is unknown, not any', () => {
    expectTypeOf<SteadySocketError>().toExtend<Error>()
    expectTypeOf<SteadySocketError['code']>().toEqualTypeOf<SteadySocketErrorCode>()
    expectTypeOf<'DECODE_FAILED'>().toExtend<SteadySocketErrorCode>()
    expectTypeOf<SteadySocketErrorCode>().not.toEqualTypeOf<string>()
    expectTypeOf<SteadySocketError['data']>().toBeUnknown()
    expectTypeOf<SteadySocketError['cause']>().toBeUnknown()
    expectTypeOf(SteadySocketError).constructorParameters.toEqualTypeOf<
      [
        code: SteadySocketErrorCode,
        message: string,
        details?: { cause?: unknown; data?: unknown } | undefined,
      ]
    >()
  })

  test('[L4] nobody changes what all listeners are told', () => {
    socket.on('close', (close) => {
      // @ts-expect-error read-only
      close.willRetry = false
    })
    socket.on('retry', (retry) => {
      // @ts-expect-error read-only
      retry.delay = 0
    })
    socket.on('state', (state) => {
      // @ts-expect-error read-only
      state.name = 'open'
    })
  })
})
