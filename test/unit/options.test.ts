/** The options: what is refused, in which words, and what is just good enough. */
import { describe, expect, vi } from 'vitest'
import { json, SteadySocket, type SteadySocketOptions } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { watchPageListeners } from '../support/page.ts'
import { scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

/** A value, or a value and how a message shows it where that is not what `String` makes of it. */
type Bad = string | number | boolean | bigint | symbol | null | [value: unknown, shown: string]

const notANumber: Bad[] = [NaN, '5', true, null, 5n, [{}, '{}'], [[5], '[5]']]
const notPositive: Bad[] = [...notANumber, 0, -1, -Infinity]
const negative: Bad[] = [...notANumber, -1, -0.5, -Infinity]
const notABoolean: Bad[] = ['true', '', 0, 1, null, [{}, '{}']]
const notAFunction: Bad[] = ['f', 5, true, null, [{}, '{}'], [[], '[]']]
const notAGroup: Bad[] = ['on', 5, null, Symbol('on'), [[], '[]'], [function on() {}, 'function on']]

const circular: { self?: unknown } = {}
circular.self = circular

const refused: [option: string, Bad[]][] = [
  ['protocols', ['', 'a b', 'a,b', 'ü', '(a)', 5, null, [{}, '{}'], [['a', 'a'], '["a","a"]']]],
  [
    'protocols',
    [
      [['a', 'A'], '["a","A"]'],
      [['a', ''], '["a",""]'],
      [['a', 1], '["a",1]'],
    ],
  ],
  ['binaryType', ['Blob', 'nodebuffer', '', null, true, [{}, '{}']]],
  ['codec', ['json', null, 5, [{}, '{}'], [{ encode: String }, '{}'], [json, 'function json']]],
  [
    'codec',
    [
      [circular, '[object Object]'],
      [JSON, '{}'],
    ],
  ],
  ['autoConnect', notABoolean],
  ['wake', notABoolean],
  ['connectTimeout', notPositive],
  ['closeTimeout', negative],
  [
    'signal',
    [
      null,
      true,
      'abort',
      [{}, '{}'],
      [new AbortController(), '{'],
      [{ aborted: false }, '{"aborted":false}'],
    ],
  ],
  ['handshake', notAFunction],
  ['WebSocket', notAFunction],
  ['reconnect', notAGroup],
  ['reconnect.baseDelay', [...negative, 2 ** 31, Infinity]],
  ['reconnect.maxDelay', [...negative, 2 ** 31, Infinity]],
  ['reconnect.factor', [...notANumber, 0, 0.99, -2, Infinity]],
  ['reconnect.jitter', ['Full', '', true, null, 0.5, [() => 1, 'function (anonymous)']]],
  ['reconnect.maxAttempts', [...negative, 1.5]],
  ['reconnect.stableAfter', negative],
  ['reconnect.delay', notAFunction],
  ['reconnect.shouldReconnect', notAFunction],
  ['queue', notAGroup],
  ['queue.maxBytes', notPositive],
  ['queue.maxMessages', notPositive],
  ['queue.overflow', ['drop-newest', 'Reject', '', true, null]],
  ['queue.highWaterMark', [...notPositive, 'Auto']],
  ['queue.resendUnsent', [...negative.filter((bad) => bad !== true), 0.5]],
  ['heartbeat', [...notAGroup, true]],
  ['heartbeat.interval', [...notPositive, [undefined, 'undefined']]],
  ['heartbeat.timeout', notPositive],
  ['heartbeat.message', [[undefined, 'undefined']]],
  ['heartbeat.isPong', notAFunction],
]

const accepted: [option: string, unknown[]][] = [
  ['protocols', ['a', [], ['a'], ['a', 'b'], "!#$%&'*+-.^_`|~09azAZ", () => 'a']],
  ['binaryType', ['blob', 'arraybuffer']],
  ['codec', [json(), { encode: String, decode: String }]],
  ['autoConnect', [true, false]],
  ['wake', [true, false]],
  ['connectTimeout', [0.5, 1, 2 ** 31, Infinity]],
  ['closeTimeout', [0, 1, 2 ** 31, Infinity]],
  ['signal', [new AbortController().signal, AbortSignal.abort()]],
  ['handshake', [() => {}, async () => {}]],
  ['reconnect', [true, false, {}]],
  ['reconnect.baseDelay', [0, 1, 2 ** 31 - 1]],
  ['reconnect.maxDelay', [0, 1, 2 ** 31 - 1]],
  ['reconnect.factor', [1, 1.5, 10]],
  ['reconnect.jitter', ['spread', 'full', 'equal', 'none']],
  ['reconnect.maxAttempts', [0, 1, Infinity]],
  ['reconnect.stableAfter', [0, 1, 2 ** 31, Infinity]],
  ['reconnect.delay', [() => 0]],
  ['reconnect.shouldReconnect', [() => true]],
  ['queue', [true, false, {}]],
  ['queue.maxBytes', [1, Infinity]],
  ['queue.maxMessages', [1, Infinity]],
  ['queue.overflow', ['reject', 'drop-oldest']],
  ['queue.highWaterMark', ['auto', 1, Infinity]],
  ['queue.resendUnsent', [true, false, 0, 1, Infinity]],
  ['heartbeat', [false]],
  ['heartbeat.interval', [1, 2 ** 31, Infinity]],
  ['heartbeat.timeout', [1, 2 ** 31, Infinity]],
  ['heartbeat.message', ['', 'ping', () => 'ping']],
  ['heartbeat.isPong', [() => true]],
]

/** `{ queue: { maxBytes: 1 } }` for `queue.maxBytes`; a heartbeat is complete otherwise. */
function optionsWith(path: string, value: unknown): SteadySocketOptions {
  const [name = '', inner] = path.split('.')
  if (inner === undefined) return { [name]: value }
  return { [name]: { ...(name === 'heartbeat' && { interval: 1_000, message: 'ping' }), [inner]: value } }
}

function cases(table: [string, unknown[]][]): [option: string, value: unknown][] {
  return table.flatMap(([option, values]) => values.map((value): [string, unknown] => [option, value]))
}

const refusals = cases(refused).map(([option, bad]): [string, string, unknown] => {
  const [value, shown] = Array.isArray(bad) ? bad : [bad, typeof bad === 'bigint' ? `${bad}n` : undefined]
  return [option, shown ?? (typeof value === 'string' ? `"${value}"` : String(value)), value]
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

test.for(refusals)('[L12] %s is not %s', async ([option, shown, value]) => {
  const page = watchPageListeners()
  const Fake = createFakeWebSocket()
  const url = vi.fn(() => 'ws://test/')
  const error = thrownBy(() => new SteadySocket(url, { WebSocket: Fake, ...optionsWith(option, value) }))
  expect(error).toBeInstanceOf(TypeError)
  const { message } = error as TypeError
  expect(message.startsWith(`Expected \`${option}\` to be `)).toBe(true)
  expect(message).toContain(`, got ${shown}`)

  await settle()
  expect(url).not.toHaveBeenCalled()
  expect(Fake.instances).toHaveLength(0)
  expect(vi.getTimerCount()).toBe(0)
  expect(page.ever()).toEqual([])
})

test.for<[option: string, value: unknown, wanted: string]>([
  ['protocols', 5, 'a subprotocol name, or an array of different ones or a function'],
  ['codec', 5, 'an object with the functions encode and decode'],
  ['reconnect.factor', 0, 'a finite number from 1'],
  ['reconnect.baseDelay', -1, 'a number of ms from 0 to 2147483647'],
  ['reconnect.stableAfter', -1, 'a number from 0'],
  ['reconnect.maxAttempts', -1, 'a whole number from 0 or Infinity'],
  ['queue.highWaterMark', 0, "'auto' or a positive number"],
  ['queue.resendUnsent', -1, 'true or false or a whole number from 0 or Infinity'],
  ['heartbeat', 5, 'an object or false'],
  ['heartbeat.message', undefined, 'a message to send'],
  ['signal', 5, 'an AbortSignal'],
])('[L12] what %s has to be is said in full', ([option, value, wanted]) => {
  expect(() => scripted(optionsWith(option, value))).toThrow(
    new TypeError(`Expected \`${option}\` to be ${wanted}, got ${value}`),
  )
})

test.for(cases(accepted))('[L12] %s may be %o', async ([option, value]) => {
  const { socket, Fake } = scripted(optionsWith(option, value))
  socket.connect()
  await settle()
  const aborted = option === 'signal' && (value as AbortSignal).aborted
  expect(Fake.instances).toHaveLength(aborted ? 0 : 1)
})

test.for(
  [...new Set([...refused, ...accepted].map(([option]) => option))].filter(
    (option) => option !== 'heartbeat.interval' && option !== 'heartbeat.message',
  ),
)('[L12] %s: undefined is as if not given', async (option) => {
  const Fake = createFakeWebSocket()
  vi.stubGlobal('WebSocket', Fake)
  const socket = new SteadySocket('ws://test/', optionsWith(option, undefined))
  await settle()
  expect(Fake.instances).toHaveLength(1)
  socket.close()
})

test.for([
  [null, 'null'],
  ['chat', '"chat"'],
  [['chat'], '["chat"]'],
  [5, '5'],
])('[L12] the options are not %o', ([options, shown]) => {
  expect(() => new SteadySocket('ws://test/', options as never)).toThrow(
    new TypeError(`Expected \`options\` to be an object, got ${shown}`),
  )
})

test('[L12] options that are changed after construction change nothing', async () => {
  const reconnect = { maxAttempts: 0 }
  const protocols = ['chat']
  const options = { reconnect, protocols, connectTimeout: 1_000 }
  const { socket, Fake } = scripted(options)
  reconnect.maxAttempts = 10
  protocols.push('not a token')
  options.connectTimeout = -1
  await settle()
  expect(Fake.last.protocols).toEqual(['chat'])
  Fake.last.fail()
  expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
})

describe('url', () => {
  test('[L12] a URL object that is changed after construction changes nothing', async () => {
    const url = new URL('ws://test/')
    const { Fake } = scripted({ url })
    url.host = 'other.test'
    await settle()
    expect(Fake.last.url).toBe('ws://test/')
  })

  const malformed: [unknown, string][] = [
    ['ws://', '"ws://"'],
    ['ws://a b/', '"ws://a b/"'],
    ['ws://test:99999/', '"ws://test:99999/"'],
    ['ws://test/#here', '"ws://test/#here"'],
    ['ws://test/#', '"ws://test/#"'],
    ['/live#here', '"/live#here"'],
    ['ftp://test/', '"ftp://test/"'],
    ['mailto:a@test', '"mailto:a@test"'],
    ['wss:', '"wss:"'],
    [new URL('ftp://test/'), 'ftp://test/'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [{}, '{}'],
  ]

  test.for(malformed)('[L12] %s throws from the constructor, as natively', async ([url, shown]) => {
    const Fake = createFakeWebSocket()
    const error = thrownBy(() => new SteadySocket(url as string, { WebSocket: Fake }))
    expect(error).toBeInstanceOf(DOMException)
    expect(error).toMatchObject({ name: 'SyntaxError' })
    expect((error as DOMException).message).toContain('`url`')
    expect((error as DOMException).message).toContain(shown)
    await settle()
    expect(Fake.instances).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for(malformed)('[L12] %s from a function is a failed attempt', async ([url]) => {
    const { Fake, record } = scripted({ url: (() => url) as () => string })
    await settle()
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    expect(record.of('error')).toMatchObject([{ code: 'PROVIDER_FAILED', cause: { name: 'SyntaxError' } }])
    expect(record.of('close')).toMatchObject([{ phase: 'provider', willRetry: true }])
    expect(Fake.instances).toHaveLength(0)
  })
})
