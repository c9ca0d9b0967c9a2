/** The constructor: what it takes, what it refuses, and what it makes of a URL. */
import { expect } from 'vitest'
import { bothClasses, each, next, thrownBy } from './both-classes.ts'

const base = (): URL => new URL(document.baseURI)
const wsOf = (url: URL | string): string => String(url).replace(/^http/, 'ws')

const expectSyntaxError = (run: () => unknown): void => {
  const error = thrownBy(run)
  expect(error).toBeInstanceOf(DOMException)
  expect(error).toMatchObject({ name: 'SyntaxError', code: 12 })
}

bothClasses('constructor', {
  'without arguments it is a TypeError': ({ Class }) => {
    expect(thrownBy(() => new Class())).toBeInstanceOf(TypeError)
  },
  'without `new` it is a TypeError': ({ Class }) => {
    const callable = Class as unknown as (url: string) => void
    expect(thrownBy(() => callable('ws://127.0.0.1/'))).toBeInstanceOf(TypeError)
  },
  'without arguments and without `new` it is a TypeError': ({ Class }) => {
    expect(thrownBy(() => (Class as unknown as () => void)())).toBeInstanceOf(TypeError)
  },
  'a symbol as URL is a TypeError': ({ make }) => {
    expect(thrownBy(() => make(Symbol('url')))).toBeInstanceOf(TypeError)
  },
  'what the URL’s toString throws comes out': ({ make }) => {
    const error = new RangeError('mine')
    const url = {
      toString() {
        throw error
      },
    }
    expect(thrownBy(() => make(url))).toBe(error)
  },
  'the URL is converted before the protocols': ({ make }) => {
    const order: string[] = []
    const url = {
      toString() {
        order.push('url')
        return 'ws://'
      },
    }
    const protocol = {
      toString() {
        order.push('protocol')
        return 'a'
      },
    }
    thrownBy(() => make(url, [protocol]))
    expect(order).toEqual(['url', 'protocol'])
  },
  'the protocols are converted before the URL is parsed': ({ make }) => {
    expect(thrownBy(() => make('ws://', Symbol('protocol')))).toBeInstanceOf(TypeError)
  },
  ...each(
    [
      'ws://',
      'wss:',
      'ws://[::1',
      'ws://127.0.0.1:99999/',
      'ws://127.0.0.1:port/',
      'ftp://127.0.0.1/',
      'file:///etc',
      'mailto:a@example.com',
      'about:blank',
      'javascript:0',
      'data:text/plain,a',
      'urn:a',
      'unknown://127.0.0.1/',
    ],
    (url) => `${url} is a SyntaxError`,
    (url, { make }) => expectSyntaxError(() => make(url)),
  ),
  ...each(
    [
      'ws://127.0.0.1/#',
      'ws://127.0.0.1/#a',
      'wss://127.0.0.1/a?b#c',
      'http://127.0.0.1/#a',
      '/a#b',
      '#',
      '#a',
    ],
    (url) => `${url} has a fragment, which is a SyntaxError`,
    (url, { make }) => expectSyntaxError(() => make(url)),
  ),
  ...each(
    [
      '',
      ' ',
      'a b',
      'a,b',
      'a/b',
      'a:b',
      'a;b',
      '(a)',
      '[a]',
      '{a}',
      '<a>',
      '"a"',
      'a@b',
      'a=b',
      'a?b',
      'a\\b',
      'é',
      'a\u0000',
      'a\t',
      'a\u007f',
      '\u2603',
    ],
    (protocol) => `the protocol ${JSON.stringify(protocol)} is a SyntaxError`,
    (protocol, { make }) => expectSyntaxError(() => make(undefined, protocol)),
  ),
  ...each(
    [['a', 'a'], ['a', 'b', 'a'], ['a', ''], ['a b'], [['a', 'b']], [{}]],
    (protocols) => `the protocols ${JSON.stringify(protocols)} are a SyntaxError`,
    (protocols, { make }) => expectSyntaxError(() => make(undefined, protocols)),
  ),
  // web-platform-tests ask for it.
  'protocols that differ by case alone are a SyntaxError': [
    { except: ['chromium', 'firefox', 'webkit'] },
    ({ make }) => expectSyntaxError(() => make(undefined, ['chat', 'CHAT'])),
  ],
  'a string object is a sequence of letters': ({ make }) => {
    expectSyntaxError(() => make(undefined, Object('aa')))
  },
  'an object that is no sequence is a string': ({ make }) => {
    expectSyntaxError(() => make(undefined, {}))
  },
  'a symbol as protocol is a TypeError': ({ make }) => {
    expect(thrownBy(() => make(undefined, Symbol('a')))).toBeInstanceOf(TypeError)
  },
  'a symbol among the protocols is a TypeError': ({ make }) => {
    expect(thrownBy(() => make(undefined, ['a', Symbol('b')]))).toBeInstanceOf(TypeError)
  },
  'protocols with an iterator that is none are a TypeError': ({ make }) => {
    expect(thrownBy(() => make(undefined, { [Symbol.iterator]: 1 }))).toBeInstanceOf(TypeError)
  },
  'what an iterator throws comes out': ({ make }) => {
    const error = new RangeError('mine')
    const protocols = {
      // biome-ignore lint/correctness/useYield: it does not come to that
      *[Symbol.iterator]() {
        throw error
      },
    }
    expect(thrownBy(() => make(undefined, protocols))).toBe(error)
  },
  'without protocols none is chosen': async ({ open }) => {
    expect((await open('/echo')).protocol).toBe('')
  },
  ...each<[string, unknown, string]>(
    [
      ['a string', 'one', 'one'],
      ['all that a token may have', "!#$%&'*+-.^_`|~09azAZ", "!#$%&'*+-.^_`|~09azAZ"],
      ['an array', ['one', 'two'], 'one'],
      ['an empty array', [], ''],
      ['null', null, 'null'],
      ['a number', 7, '7'],
      ['an array of numbers', [7, 8], '7'],
      ['an array with null', [null], 'null'],
      ['a set', new Set(['one', 'two']), 'one'],
      ['an object with toString', { toString: () => 'one' }, 'one'],
      ['an array of objects with toString', [{ toString: () => 'one' }], 'one'],
    ],
    ([what]) => `protocols may be ${what}`,
    async ([, protocols, chosen], { open }) => {
      expect((await open('/echo', protocols)).protocol).toBe(chosen)
    },
  ),
  'protocols may be undefined': [
    { except: ['chromium'] },
    async ({ open }) => {
      expect((await open('/echo', undefined)).protocol).toBe('')
    },
  ],
  'protocols may be a generator': async ({ open }) => {
    const generator = (function* () {
      yield 'one'
      yield 'two'
    })()
    expect((await open('/echo', generator)).protocol).toBe('one')
  },
  'later changes of the list of protocols change nothing': async ({ make, server }) => {
    const protocols = ['one']
    const socket = make(server.url('/echo'), protocols)
    protocols[0] = 'two'
    await next(socket, 'open')
    expect(socket.protocol).toBe('one')
  },
  ...each<[unknown, () => string]>(
    [
      ['ws://127.0.0.1:9', () => 'ws://127.0.0.1:9/'],
      ['WS://127.0.0.1:9/A', () => 'ws://127.0.0.1:9/A'],
      ['wss://127.0.0.1:443/a', () => 'wss://127.0.0.1/a'],
      ['ws://127.0.0.1:80/a', () => 'ws://127.0.0.1/a'],
      ['ws://127.0.0.1:443/a', () => 'ws://127.0.0.1:443/a'],
      ['http://127.0.0.1:9/a', () => 'ws://127.0.0.1:9/a'],
      ['https://127.0.0.1:9/a', () => 'wss://127.0.0.1:9/a'],
      ['  ws://127.0.0.1:9/a \n', () => 'ws://127.0.0.1:9/a'],
      ['ws:127.0.0.1:9', () => 'ws://127.0.0.1:9/'],
      ['ws:\\\\127.0.0.1:9\\a', () => 'ws://127.0.0.1:9/a'],
      ['ws://127.0.0.1:9/a/../b/./c', () => 'ws://127.0.0.1:9/b/c'],
      ['ws://0x7f.1:9/', () => 'ws://127.0.0.1:9/'],
      ['ws://127.0.0.1:9/a b?c d', () => 'ws://127.0.0.1:9/a%20b?c%20d'],
      ['ws://127.0.0.1:9/\u00fc', () => 'ws://127.0.0.1:9/%C3%BC'],
      ['ws://127.0.0.1:9/\ud800', () => 'ws://127.0.0.1:9/%EF%BF%BD'],
      ['ws://127.0.0.1:9/?\udc00', () => 'ws://127.0.0.1:9/?%EF%BF%BD'],
      ['ws://name:secret@127.0.0.1:9/', () => 'ws://name:secret@127.0.0.1:9/'],
      [new URL('ws://127.0.0.1:9/a?b'), () => 'ws://127.0.0.1:9/a?b'],
      [{ toString: () => 'ws://127.0.0.1:9/b' }, () => 'ws://127.0.0.1:9/b'],
      ['/a', () => wsOf(new URL('/a', base()))],
      ['a', () => wsOf(new URL('a', base()))],
      ['../a', () => wsOf(new URL('../a', base()))],
      ['?a', () => wsOf(new URL('?a', base()))],
      ['//127.0.0.1:9/a', () => `${wsOf(base().protocol)}//127.0.0.1:9/a`],
      [null, () => wsOf(new URL('null', base()))],
      [7, () => wsOf(new URL('7', base()))],
    ],
    ([url]) => `the URL ${JSON.stringify(url)} is resolved`,
    ([url, resolved], { make }) => {
      expect(make(url).url).toBe(resolved())
    },
  ),
  'the empty URL is that of the page': [
    { except: ['firefox'] },
    ({ make }) => {
      expect(make('').url).toBe(wsOf(new URL('', base())))
    },
  ],
  'an undefined URL is text as well': ({ Class }) => {
    const socket = new Class(undefined, undefined, { reconnect: false })
    expect(socket.url).toBe(wsOf(new URL('undefined', base())))
    socket.close()
  },
  'a relative URL follows the `base` element, as it was at construction': [
    { except: ['firefox'] },
    ({ make, server }) => {
      const element = document.createElement('base')
      element.href = server.url('/deep/').replace(/^ws/, 'http')
      document.head.append(element)
      const socket = make('echo')
      element.remove()
      expect(socket.url).toBe(server.url('/deep/echo'))
    },
  ],
  'a relative URL leads to the same place though the `base` element has gone': [
    { except: ['firefox'] },
    async ({ make, server }) => {
      const element = document.createElement('base')
      element.href = server.url('/').replace(/^ws/, 'http')
      document.head.append(element)
      const socket = make('echo')
      element.remove()
      await next(socket, 'open')
      expect(socket.url).toBe(server.url('/echo'))
    },
  ],
  'nothing is told before the task is over': async ({ make }) => {
    const socket = make()
    const open = next(socket, 'open')
    await Promise.resolve()
    expect(socket.readyState).toBe(0)
    await open
  },
})
