/** Anything can be thrown, also what throws when it is looked at: nothing hangs, nothing goes unhandled. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at, type Script, scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { settle, test } from './fixture.ts'

const fail = (): never => {
  throw new Error('Do not look at me')
}
const revoked = Proxy.revocable({}, {})
revoked.revoke()

const thrown: [string, unknown][] = [
  ['an error whose message throws', Object.defineProperty(new Error(), 'message', { get: fail })],
  ['an error whose name throws', Object.defineProperty(new Error(), 'name', { get: fail })],
  ['an error whose toString throws', Object.assign(new Error('x'), { message: 5, toString: fail })],
  [
    'an object whose toJSON and tag throw',
    {
      toJSON: fail,
      get [Symbol.toStringTag]() {
        return fail()
      },
    },
  ],
  ['an object without a prototype', Object.assign(Object.create(null), { toJSON: fail })],
  ['a function whose name throws', Object.defineProperty(() => {}, 'name', { get: fail })],
  ['a function whose name is a symbol', Object.defineProperty(() => {}, 'name', { value: Symbol('name') })],
  ['a revoked proxy', revoked.proxy],
  ['a symbol', Symbol('gone')],
  ['undefined', undefined],
  ['null', null],
]

type Throwing = [string, (error: unknown) => Script<string, string>, phase: string, code: string]

const throwers: Throwing[] = [
  ['`url` throws', (error) => ({ url: throwsIt(error) }), 'provider', 'PROVIDER_FAILED'],
  ['`url` rejects with', (error) => ({ url: rejectsWith(error) }), 'provider', 'PROVIDER_FAILED'],
  ['`protocols` rejects with', (error) => ({ protocols: rejectsWith(error) }), 'provider', 'PROVIDER_FAILED'],
  [
    'the native constructor throws',
    (error) => ({ fake: { onCreate: throwsIt(error) } }),
    'connecting',
    'CONNECT_FAILED',
  ],
  ['the handshake throws', (error) => ({ handshake: throwsIt(error) }), 'handshake', 'HANDSHAKE_FAILED'],
  [
    'the handshake rejects with',
    (error) => ({ handshake: rejectsWith(error) }),
    'handshake',
    'HANDSHAKE_FAILED',
  ],
]

function throwsIt(error: unknown): () => never {
  return () => {
    throw error
  }
}

function rejectsWith(error: unknown): () => Promise<never> {
  return () => Promise.reject(error)
}

describe.for(thrown)('%s', ([what, error]) => {
  test.for(throwers)(`[R5] %s ${what}: one failed attempt and a retry`, async ([, script, phase, code]) => {
    const unhandled = unhandledRejections()
    const { Fake, record } = scripted(script(error))
    await settle()
    if (phase === 'handshake') {
      Fake.last.accept()
      await settle()
    }
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    expect(record.of('close')).toMatchObject([{ phase, willRetry: true }])
    const [told] = record.of('error')
    expect(told?.code).toBe(code)
    expect(told?.cause === error).toBe(true)
    expect(told?.message).toBeTypeOf('string')
    expect(await unhandled()).toEqual([])
  })

  test(`[M4] a codec that throws ${what}: a frame that makes no sense`, async () => {
    const codec = { encode: String, decode: throwsIt(error) }
    const { socket, Fake, record } = await at<string, string>('open', { codec })
    Fake.last.receive('?')
    expect(socket.state.name).toBe('open')
    const [told] = record.of('error')
    expect(told).toMatchObject({ code: 'DECODE_FAILED', data: '?' })
    expect(told?.cause === error).toBe(true)
  })

  test(`[L12] ${what} for an option: a TypeError that names it`, () => {
    if (error === undefined) return
    const Fake = createFakeWebSocket()
    const options = { WebSocket: Fake, connectTimeout: error as never }
    expect(() => new SteadySocket('ws://test/', options)).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        message: expect.stringMatching(/^Expected `connectTimeout` to be /),
      }),
    )
    expect(vi.getTimerCount()).toBe(0)
  })

  test(`[R5] ${what} for a URL: one failed attempt and a retry`, async () => {
    const { record } = scripted({ url: () => error as string })
    await settle()
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    expect(record.of('error')).toMatchObject([{ code: 'PROVIDER_FAILED' }])
  })
})
