/** The code and reason of `close()` and `reconnect()` from JavaScript: converted as natively, before anything changes. */
import { describe, expect } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { at } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

const methods = ['close', 'reconnect'] as const

/** As Web IDL converts to `USVString` and `[Clamp] unsigned short`. */
const converted: [string, unknown[], { code: number; reason: string }][] = [
  ['null', [4000, null], { code: 4000, reason: 'null' }],
  ['an object', [4000, {}], { code: 4000, reason: '[object Object]' }],
  ['an error', [4000, new TypeError('gone')], { code: 4000, reason: 'TypeError: gone' }],
  ['a number', [4000, 5], { code: 4000, reason: '5' }],
  ['false', [4000, false], { code: 4000, reason: 'false' }],
  ['undefined', [4000, undefined], { code: 4000, reason: '' }],
  ['a code in letters', ['4000', 'x'], { code: 4000, reason: 'x' }],
  ['a code in an array', [[4000], 'x'], { code: 4000, reason: 'x' }],
  ['a code that is an object', [{ valueOf: () => 4000 }, 'x'], { code: 4000, reason: 'x' }],
  ['4999.4', [4999.4, 'x'], { code: 4999, reason: 'x' }],
  ['1000.5', [1000.5, 'x'], { code: 1000, reason: 'x' }],
]

const throwing = {
  toString(): never {
    throw new RangeError('no text')
  },
}

const refused: [string, unknown[], string][] = [
  ['text for a code', ['away'], 'InvalidAccessError'],
  ['no number', [Number.NaN], 'InvalidAccessError'],
  ['null for a code', [null], 'InvalidAccessError'],
  ['an object for a code', [{}], 'InvalidAccessError'],
  ['a code above what 16 bits hold', [66_536], 'InvalidAccessError'],
  ['a BigInt for a code', [4000n], 'TypeError'],
  ['a symbol for a code', [Symbol('code')], 'TypeError'],
  ['a symbol for a reason', [4000, Symbol('reason')], 'TypeError'],
  ['an object that has no text', [4000, Object.create(null)], 'TypeError'],
  ['an error of a long message', [4000, new Error('x'.repeat(124))], 'SyntaxError'],
  ['an array of much', [4000, Array.from({ length: 100 }, (_, index) => index)], 'SyntaxError'],
  ['a reason that throws', [4000, throwing], 'RangeError'],
  ['a reason that throws, before its wrong code', [1, throwing], 'RangeError'],
]

describe.for(methods)('%s', (method) => {
  test.for(converted)(`[L7] ${method}() takes %s`, async ([, args, call]) => {
    const { socket, Fake } = await at('open')
    const native = Fake.last
    ;(socket[method] as (...args: unknown[]) => void)(...args)
    expect(native.closeCalls).toEqual([call])
    native.serverClose(call.code, call.reason)
    await settle()
    expect(Fake.instances).toHaveLength(method === 'reconnect' ? 2 : 1)
  })

  test.for(refused)(`[L7] ${method}() refuses %s, and nothing changes`, async ([, args, name]) => {
    const { socket, Fake } = await at('open')
    const { state } = socket
    let thrown: unknown
    try {
      ;(socket[method] as (...args: unknown[]) => void)(...args)
    } catch (error) {
      thrown = error
    }
    await settle()
    expect(thrown).toMatchObject({ name })
    expect(socket.state).toBe(state)
    expect(Fake.instances).toHaveLength(1)
    expect(Fake.last.closeCalls).toEqual([])
  })
})

test('[L7] each argument is converted once, the code first', async () => {
  const { socket, Fake } = await at('open')
  const asked: string[] = []
  const becoming = (name: string, value: unknown): unknown => ({
    [Symbol.toPrimitive]() {
      asked.push(name)
      return value
    },
  })
  socket.close(becoming('code', 4000) as never, becoming('reason', 'x') as never)
  Fake.last.serverClose(4000, 'x')
  expect(asked).toEqual(['code', 'reason'])
})

test('[L7] the state while closing holds what was converted', async () => {
  const { socket } = await at('open')
  socket.close('4000' as never, new Error('gone') as never)
  expect(socket.state).toEqual({ name: 'closing', code: 4000, reason: 'Error: gone' })
})

test.for(['x', ''])(
  '[L7] without a code there is no reason either: close(undefined, "%s")',
  async (reason) => {
    const { socket, Fake } = await at('open')
    socket.close(undefined, reason)
    expect(Fake.last.closeCalls).toEqual([{ code: undefined, reason: undefined }])
  },
)

// As that of `ws` in Node.
test('[L3] five times `reconnect()` with an error, of a class that takes only text, leave one native socket open', async () => {
  const onCreate = (native: FakeWebSocket): void => {
    const { close } = native
    native.close = (code, reason) => {
      if (reason !== undefined && typeof reason !== 'string') throw new TypeError('The reason is no string')
      close.call(native, code, reason)
    }
  }
  const { socket, Fake } = await at('open', { fake: { onCreate } })
  for (let times = 0; times < 5; times++) {
    socket.reconnect(4000, new Error('stale') as never)
    await settle()
    Fake.last.accept()
  }
  expect(Fake.instances).toHaveLength(6)
  expect(Fake.instances.filter(({ readyState, OPEN }) => readyState === OPEN)).toEqual([Fake.last])
})
