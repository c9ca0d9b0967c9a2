/** `close()` with arguments of any kind, side by side with the engine's own: the same goes out, or the same is thrown. */
import { expect } from 'vitest'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const asked: string[] = []
const becoming = (name: string, value: unknown) => ({
  [Symbol.toPrimitive]() {
    asked.push(name)
    return value
  },
})
const throwing = (name: string) => ({
  [Symbol.toPrimitive](): never {
    throw new RangeError(name)
  },
})

// Not 1000.7: Chromium and WebKit cut, Firefox rounds as Web IDL says.
const cases: [string, () => unknown[]][] = [
  ['nothing', () => []],
  ['undefined', () => [undefined]],
  ['undefined twice', () => [undefined, undefined]],
  ['null', () => [null]],
  ['a code and undefined', () => [1000, undefined]],
  ['a code and null', () => [1000, null]],
  ['a code and an object', () => [4000, {}]],
  ['a code and an error', () => [4000, new TypeError('gone')]],
  ['a code and an array', () => [4000, [1, 2]]],
  ['a code and a number', () => [4000, 5]],
  ['a code and a BigInt', () => [4000, 5n]],
  ['a code and a symbol', () => [4000, Symbol('x')]],
  ['a code and an object without a prototype', () => [4000, Object.create(null)]],
  ['a code and an object that becomes a long text', () => [4000, becoming('reason', 'x'.repeat(124))]],
  ['a code and half a character', () => [4000, 'a\ud83db']],
  ['a code in letters', () => ['4000']],
  ['a code in letters with spaces', () => [' 4000\n']],
  ['a code in hexadecimal letters', () => ['0xfa0']],
  ['text', () => ['away']],
  ['an empty text', () => ['']],
  ['true', () => [true]],
  ['an array', () => [[4000]]],
  ['an object', () => [{}]],
  ['an object that becomes a code', () => [becoming('code', 4000)]],
  ['a Date', () => [new Date(4000)]],
  ['a BigInt', () => [4000n]],
  ['a symbol', () => [Symbol('code')]],
  ['1000.4', () => [1000.4]],
  ['1000.5', () => [1000.5]],
  ['4999.4', () => [4999.4]],
  ['NaN', () => [NaN]],
  ['infinity', () => [Infinity]],
  ['-1000', () => [-1000]],
  ['65536 + 1000', () => [66_536]],
  ['2 ** 32 + 1000', () => [2 ** 32 + 1000]],
  ['arguments that throw, of which the code is the first', () => [throwing('code'), throwing('reason')]],
  ['a wrong code and a reason that throws', () => [1, throwing('reason')]],
  ['arguments in their order', () => [becoming('code', 4000), becoming('reason', 'x')]],
  ['more than two', () => [4000, 'x', 'y']],
]

type Closing = { close(...args: never[]): void }

/** What was thrown, and what was asked of the arguments, in order. */
function closeWith(socket: Closing, args: unknown[]): { thrown: string | undefined; asked: string[] } {
  asked.length = 0
  let thrown: string | undefined
  try {
    socket.close(...(args as never[]))
  } catch (error) {
    thrown = `${Object.getPrototypeOf(error).constructor.name} ${(error as Error).name}`
  }
  return { thrown, asked: [...asked] }
}

const opened = (socket: WebSocket): Promise<unknown> =>
  new Promise((resolve) => socket.addEventListener('open', resolve))

test.for(cases)('[L7] `close()` with %s is as natively', async ([, args], { server, connect }) => {
  const native = new WebSocket(server.url('/sink?native'))
  const socket = connect(server.url('/sink?ours'))
  await Promise.all([opened(native), socket.opened()])
  const ours = closeWith(socket, args())
  expect(ours).toEqual(closeWith(native, args()))
  expect(socket.readyState).toBe(native.readyState)
  if (ours.thrown) {
    native.close()
    return
  }
  const close = collect(socket, 'close').next()
  const { connections } = await server.until({ closed: 2 })
  const [seen, seenNatively] = ['/sink?ours', '/sink?native'].map(
    (url) => connections.find((each) => each.url === url)?.close,
  )
  expect(seen).toEqual(seenNatively)
  expect(await close).toMatchObject({ code: seen?.code, reason: seen?.reason })
})

// Chromium's own throws.
test.for(['x', ''])(
  '[L7] `close(undefined, "%s")` says nothing to the server, as in Firefox and WebKit',
  async (reason, { server, connect }) => {
    const socket = connect(server.url('/sink'))
    await socket.opened()
    const close = collect(socket, 'close').next()
    socket.close(undefined, reason)
    expect(await close).toMatchObject({ code: 1005, reason: '', wasClean: true })
    const { connections } = await server.until({ closed: 1 })
    expect(connections[0]?.close).toEqual({ code: 1005, reason: '', wasClean: true })
  },
)

test('[L7] `reconnect()` with an error as its reason closes the one socket and makes the next', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/sink'))
  await socket.opened()
  for (let times = 0; times < 3; times++) {
    socket.reconnect(4000, new Error('stale') as never)
    await socket.opened()
  }
  const { connections } = await server.until({ closed: 3 })
  const told = { code: 4000, reason: 'Error: stale', wasClean: true }
  expect(connections.map(({ close }) => close)).toEqual([told, told, told, null])
})
