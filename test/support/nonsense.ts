/** Values that no compiler lets through, each with a name to report it by. */
import { createContext, runInContext } from 'node:vm'

/** What every getter and trap here throws: where it comes out as it is, it was the value's own. */
export const boom: Error = new Error('Do not look at me')

const fail = (): never => {
  throw boom
}

/** A proxy that throws in every trap. */
const hostile = (target: object): unknown =>
  new Proxy(target, new Proxy({}, { get: () => fail }) as ProxyHandler<object>)

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const detached = (): ArrayBuffer => {
  const buffer = new ArrayBuffer(8)
  structuredClone(buffer, { transfer: [buffer] })
  return buffer
}

const cyclic: { self?: unknown } = {}
cyclic.self = cyclic
const cyclicList: unknown[] = []
cyclicList.push(cyclicList)

class Instance {
  own = 1
}

const elsewhere = createContext({})
const foreign = (code: string): unknown => runInContext(code, elsewhere)

const goneBuffer = detached()
const view = new Uint8Array(8)
structuredClone(view.buffer, { transfer: [view.buffer] })

/** A socket takes the bytes of some of these; no option takes most of them. */
export const nonsense: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', NaN],
  ['0', 0],
  ['-0', -0],
  ['-1', -1],
  ['0.5', 0.5],
  ['2 ** 31', 2 ** 31],
  ['2 ** 53', 2 ** 53],
  ['Number.MAX_VALUE', Number.MAX_VALUE],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['a BigInt', 5n],
  ['a symbol', Symbol('nonsense')],
  ['a well-known symbol', Symbol.iterator],
  ['an empty string', ''],
  ['a digit', '5'],
  ['a space', ' '],
  ['a lone surrogate', '\ud800'],
  ['__proto__', '__proto__'],
  ['a long string', 'x'.repeat(10_000)],
  ['an object', {}],
  ['an array', []],
  ['an array of a number', [5]],
  ['a list with a hole', new Array(1)],
  ['a list of one name in two cases', ['chat', 'Chat']],
  ['a list of an empty name', ['']],
  ['a list of lists', [['chat']]],
  ['an arrow function', () => {}],
  ['a class', Instance],
  ['an instance', new Instance()],
  ['an object without a prototype', Object.create(null)],
  ['an object with a `__proto__` of its own', JSON.parse('{"__proto__":{"polluted":true}}')],
  ['an object with a `constructor` of its own', { constructor: { prototype: { polluted: true } } }],
  ['a cycle', cyclic],
  ['a list in itself', cyclicList],
  ['a number in an object', Object(5)],
  ['a string in an object', Object('blob')],
  ['a symbol in an object', Object(Symbol('boxed'))],
  ['what becomes a number', { valueOf: () => 5 }],
  ['what becomes a number that is no code, and has no text', { valueOf: () => 5, toString: fail }],
  ['what becomes a text', { toString: () => 'ws://test/' }],
  ['what becomes nothing', { [Symbol.toPrimitive]: fail }],
  ['a getter that throws', Object.defineProperty({}, 'own', { get: fail, enumerable: true })],
  [
    'members that throw',
    Object.defineProperties(
      {},
      Object.fromEntries(
        ['aborted', 'encode', 'send', 'on', 'then', 'toJSON', 'size', '~standard'].map((name) => [
          name,
          { get: fail },
        ]),
      ),
    ),
  ],
  ['an object whose tag throws', Object.defineProperty({}, Symbol.toStringTag, { get: fail })],
  ['an object that says it is a Blob', { [Symbol.toStringTag]: 'Blob' }],
  ['an object that says it is an ArrayBuffer', { [Symbol.toStringTag]: 'ArrayBuffer' }],
  ['an object that says it is a URL', { [Symbol.toStringTag]: 'URL', toString: fail }],
  ['a revoked proxy', revoked({})],
  ['a revoked proxy of a list', revoked([])],
  ['a revoked proxy of a function', revoked(() => {})],
  ['a proxy that throws', hostile({})],
  ['a proxy of a list that throws', hostile([])],
  ['a proxy of an ArrayBuffer', new Proxy(new ArrayBuffer(4), {})],
  ['a detached ArrayBuffer', goneBuffer],
  ['a view of a detached ArrayBuffer', view],
  ['a promise', Promise.resolve(5)],
  ['a thenable that throws', Object.defineProperty({}, 'then', { value: fail })],
  ['a Map', new Map([['a', 1]])],
  ['a Date', new Date(0)],
  ['an invalid Date', new Date(NaN)],
  ['a RegExp', /x/],
  ['an Error', new RangeError('nonsense')],
  ['a WeakMap', new WeakMap()],
  ['an AbortController', new AbortController()],
  ['half a signal', { aborted: false, addEventListener: () => {} }],
  ['half a codec', { encode: String }],
  ['half a schema', { '~standard': {} }],
  ["another realm's object", foreign('({})')],
  ["another realm's list", foreign('[5]')],
  ["another realm's error", foreign('new Error("elsewhere")')],
  ["another realm's number in an object", foreign('Object(5)')],
  ['globalThis', globalThis],
])
