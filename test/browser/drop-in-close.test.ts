/** `close()`: its arguments, what the server sees of it, and what is told. */
import { expect } from 'vitest'
import { bothClasses, each, type Given, next, record, tasks, thrownBy, turns } from './both-classes.ts'

const close = (socket: WebSocket, ...args: unknown[]): void =>
  (socket.close as (...args: unknown[]) => void).apply(socket, args)

bothClasses('close() refuses', {
  ...each<[string, unknown]>(
    [
      ['0', 0],
      ['1', 1],
      ['999', 999],
      ['1001', 1001],
      ['1005', 1005],
      ['1006', 1006],
      ['1015', 1015],
      ['2999', 2999],
      ['5000', 5000],
      ['65535', 65_535],
      ['65536 + 1000, which is clamped and does not wrap', 66_536],
      ['-1', -1],
      ['NaN', Number.NaN],
      ['Infinity', Infinity],
      ['-Infinity', -Infinity],
      ['null', null],
      ['text', 'normal'],
      ['empty text', ''],
      ['true', true],
      ['an object', {}],
      ['an empty array', []],
      ['999.4', 999.4],
    ],
    ([what]) => `the code ${what}`,
    async ([, code], { open }) => {
      const socket = await open()
      const error = thrownBy(() => close(socket, code))
      expect(error).toBeInstanceOf(DOMException)
      expect(error).toMatchObject({ name: 'InvalidAccessError', code: 15 })
      expect(socket.readyState).toBe(1)
    },
  ),
  'a symbol as code': async ({ open }) => {
    const socket = await open()
    expect(thrownBy(() => close(socket, Symbol('code')))).toBeInstanceOf(TypeError)
    expect(socket.readyState).toBe(1)
  },
  'a bigint as code': async ({ open }) => {
    const socket = await open()
    expect(thrownBy(() => close(socket, 1000n))).toBeInstanceOf(TypeError)
  },
  'a symbol as reason': async ({ open }) => {
    const socket = await open()
    expect(thrownBy(() => close(socket, 1000, Symbol('reason')))).toBeInstanceOf(TypeError)
    expect(socket.readyState).toBe(1)
  },
  ...each<[string, string]>(
    [
      ['124 letters', 'a'.repeat(124)],
      ['62 letters of two bytes', 'é'.repeat(62)],
      ['41 letters of three bytes and one of one', `${'€'.repeat(41)}a`],
      ['31 letters of four bytes', '🙂'.repeat(31)],
      ['42 lone surrogates', '\ud800'.repeat(42)],
      ['1000 letters', 'a'.repeat(1000)],
    ],
    ([what]) => `a reason of ${what}`,
    async ([, reason], { open }) => {
      const socket = await open()
      const error = thrownBy(() => socket.close(1000, reason))
      expect(error).toBeInstanceOf(DOMException)
      expect(error).toMatchObject({ name: 'SyntaxError', code: 12 })
      expect(socket.readyState).toBe(1)
    },
  ),
  'bad arguments in every state': async ({ make }) => {
    const socket = make()
    const bad = (): string[] => [
      thrownBy(() => socket.close(1001)).name,
      thrownBy(() => socket.close(1000, 'a'.repeat(124))).name,
    ]
    const told = [socket.readyState, ...bad()]
    await next(socket, 'open')
    told.push(socket.readyState, ...bad())
    socket.close()
    told.push(socket.readyState, ...bad())
    await next(socket, 'close')
    told.push(socket.readyState, ...bad())
    const errors = ['InvalidAccessError', 'SyntaxError']
    expect(told).toEqual([0, ...errors, 1, ...errors, 2, ...errors, 3, ...errors])
  },
  'a bad code before a bad reason': async ({ open }) => {
    const socket = await open()
    expect(thrownBy(() => socket.close(1, 'a'.repeat(200))).name).toBe('InvalidAccessError')
  },
  'what conversion throws, the code’s first': async ({ open }) => {
    const socket = await open()
    const order: string[] = []
    const code = {
      valueOf() {
        order.push('code')
        return 1
      },
    }
    const reason = {
      toString() {
        order.push('reason')
        throw new RangeError('mine')
      },
    }
    expect(thrownBy(() => close(socket, code, reason))).toBeInstanceOf(RangeError)
    expect(order).toEqual(['code', 'reason'])
  },
})

bothClasses('close() tells the server', {
  ...each<[string, unknown[], { code: number; reason: string }]>(
    [
      ['nothing without arguments', [], { code: 1005, reason: '' }],
      ['nothing for an undefined code', [undefined], { code: 1005, reason: '' }],
      ['1000', [1000], { code: 1000, reason: '' }],
      ['3000', [3000], { code: 3000, reason: '' }],
      ['4999', [4999], { code: 4999, reason: '' }],
      ['a code and a reason', [4001, 'Bye – tschüß 🙂'], { code: 4001, reason: 'Bye – tschüß 🙂' }],
      ['the code in text', ['3001'], { code: 3001, reason: '' }],
      ['the code in an array', [[3002]], { code: 3002, reason: '' }],
      ['the code of an object', [{ valueOf: () => 3003 }], { code: 3003, reason: '' }],
      ['1000.5 as 1000', [1000.5], { code: 1000, reason: '' }],
      ['3000.4 as 3000', [3000.4], { code: 3000, reason: '' }],
      ['an undefined reason as none', [4002, undefined], { code: 4002, reason: '' }],
      ['null as text', [4003, null], { code: 4003, reason: 'null' }],
      ['a number as text', [4004, 7], { code: 4004, reason: '7' }],
      ['an object as text', [4005, {}], { code: 4005, reason: '[object Object]' }],
      ['a lone surrogate as U+FFFD', [4006, 'a\ud800b'], { code: 4006, reason: 'a\ufffdb' }],
      ['123 letters', [4007, 'a'.repeat(123)], { code: 4007, reason: 'a'.repeat(123) }],
      ['41 letters of three bytes', [4008, '€'.repeat(41)], { code: 4008, reason: '€'.repeat(41) }],
    ],
    ([what]) => what,
    async ([, args, seen], { open, server }) => {
      const before = (await server.record()).connections.length
      const socket = await open()
      const closing = next(socket, 'close')
      expect(close(socket, ...args)).toBe(undefined)
      expect(socket.readyState).toBe(2)
      const event = await closing
      expect({ code: event.code, reason: event.reason, wasClean: event.wasClean }).toEqual({
        ...seen,
        wasClean: true,
      })
      const { connections } = await server.until({ closed: before + 1 })
      expect(connections[before]?.close).toEqual({ ...seen, wasClean: true })
    },
  ),
  'the first of two calls': async ({ open }) => {
    const socket = await open()
    const closing = next(socket, 'close')
    socket.close(4001, 'first')
    socket.close(4002, 'second')
    expect(await closing).toMatchObject({ code: 4001, reason: 'first' })
  },
  'after all that was sent': async ({ open, server }) => {
    const before = (await server.record()).connections.length
    const socket = await open('/sink')
    for (let number = 1; number <= 20; number++) socket.send(`${number} ${'.'.repeat(10_000)}`)
    socket.close(1000)
    await next(socket, 'close')
    const { connections } = await server.until({ closed: before + 1 })
    expect(connections[before]?.messages.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  },
})

/** One whose upgrade is never answered: Firefox also closes by the code what its network process has opened by then. */
const makeUnanswered = ({ make, server }: Given): WebSocket => make(server.url('/hang'))

bothClasses('close() is told', {
  'while connecting: as an error and 1006': async (given) => {
    const socket = makeUnanswered(given)
    const told = record(socket)
    await turns()
    const closing = next(socket, 'close')
    socket.close(4001, 'never')
    expect(socket.readyState).toBe(2)
    expect(await closing).toMatchObject({ code: 1006, reason: '', wasClean: false })
    expect(told).toEqual(['error 3', 'close 3'])
  },
  'in two steps, of which each can be awaited': async (given) => {
    const socket = makeUnanswered(given)
    await turns()
    const failing = next(socket, 'error')
    socket.close()
    await failing
    expect((await next(socket, 'close')).code).toBe(1006)
  },
  'in two steps, too, in the turn of construction': async (given) => {
    const socket = makeUnanswered(given)
    const failing = next(socket, 'error')
    socket.close()
    await failing
    expect((await next(socket, 'close')).code).toBe(1006)
  },
  'in the turn of construction: as an error and 1006': async (given) => {
    const socket = makeUnanswered(given)
    const told = record(socket)
    socket.close()
    expect(socket.readyState).toBe(2)
    expect(await next(socket, 'close')).toMatchObject({ code: 1006, reason: '', wasClean: false })
    expect(told).toEqual(['error 3', 'close 3'])
  },
  'in a task of its own, however early': async ({ make }) => {
    const socket = make()
    const told = record(socket)
    const closing = next(socket, 'close')
    socket.close()
    await turns(100)
    expect([socket.readyState, ...told]).toEqual([2])
    await closing
    expect(socket.readyState).toBe(3)
  },
  'once, however often it is called': async ({ open }) => {
    const socket = await open()
    const told = record(socket)
    socket.close()
    socket.close()
    await next(socket, 'close')
    socket.close()
    await tasks(3)
    expect(told).toEqual(['close 3'])
  },
  'after the call': async ({ open }) => {
    const socket = await open()
    const told = record(socket)
    socket.close()
    expect(told).toEqual([])
    await next(socket, 'close')
  },
  'with nothing else after it': async ({ open }) => {
    const socket = await open('/mixed?count=20')
    const told: string[] = []
    socket.onmessage = () => told.push('message')
    socket.onclose = () => told.push('close')
    socket.close()
    await next(socket, 'close')
    await tasks(3)
    expect(told).toEqual(['close'])
  },
  'from a listener of open': async ({ make }) => {
    const socket = make()
    const told = record(socket)
    socket.onopen = () => socket.close(4001)
    expect((await next(socket, 'close')).code).toBe(4001)
    expect(told).toEqual(['open 1', 'close 3'])
  },
  'from a listener of message': async ({ open }) => {
    const socket = await open('/mixed?count=5')
    const told = record(socket)
    socket.onmessage = () => socket.close(4001)
    await next(socket, 'close')
    expect(told.filter((each) => each.startsWith('message')).length).toBeLessThanOrEqual(1)
    expect(told.at(-1)).toBe('close 3')
  },
  'not again from a listener of close': async ({ open }) => {
    const socket = await open()
    const told = record(socket)
    socket.onclose = () => socket.close()
    socket.close()
    await next(socket, 'close')
    await tasks(3)
    expect(told).toEqual(['close 3'])
  },
})

bothClasses('the server’s end is told', {
  ...each(
    [1000, 1001, 1008, 1011, 3000, 4000, 4999],
    (code) => `with ${code}`,
    async (code, { open }) => {
      const socket = await open(`/close?code=${code}&reason=Gr%C3%BC%C3%9Fe&after=1`)
      const told = record(socket)
      expect(await next(socket, 'close')).toMatchObject({ code, reason: 'Grüße', wasClean: true })
      expect(told).toEqual(['close 3'])
    },
  ),
  'without a code': async ({ open }) => {
    const socket = await open('/close?code=1005&after=1')
    expect(await next(socket, 'close')).toMatchObject({ code: 1005, reason: '', wasClean: true })
  },
  'when it vanishes': async ({ open }) => {
    const socket = await open('/close?code=1006&after=20')
    expect(await next(socket, 'close')).toMatchObject({ code: 1006, reason: '', wasClean: false })
    expect(socket.readyState).toBe(3)
  },
  'when it refuses: as an error and 1006': async ({ make, server }) => {
    const socket = make(server.url('/reject?status=401'))
    const told = record(socket)
    expect(await next(socket, 'close')).toMatchObject({ code: 1006, reason: '', wasClean: false })
    expect(told).toEqual(['error 3', 'close 3'])
  },
  'for good': async ({ open, server }) => {
    const socket = await open('/close?code=1001&after=1')
    await next(socket, 'close')
    const { upgrades } = await server.record()
    await tasks(5)
    expect((await server.record()).upgrades).toBe(upgrades)
    expect(socket.readyState).toBe(3)
  },
})
