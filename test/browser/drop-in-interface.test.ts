/** Attributes, constants and everything that reflection sees of the class. */
import { expect } from 'vitest'
import { ReconnectingWebSocket } from '../../src/websocket/index.ts'
import { bothClasses, each, type Given, next, prototypeOf, thrownBy } from './both-classes.ts'
import { test } from './fixture.ts'

const constants: [string, number][] = [
  ['CONNECTING', 0],
  ['OPEN', 1],
  ['CLOSING', 2],
  ['CLOSED', 3],
]
const readOnly = ['url', 'readyState', 'bufferedAmount', 'extensions', 'protocol'] as const
const handlers = ['onopen', 'onmessage', 'onerror', 'onclose'] as const
const writable = ['binaryType', ...handlers] as const
const attributes = [...readOnly, ...writable] as const
const methods: ['close' | 'send', number][] = [
  ['close', 0],
  ['send', 1],
]

const descriptor = (given: Given, name: string): PropertyDescriptor =>
  Object.getOwnPropertyDescriptor(prototypeOf(given), name) as PropertyDescriptor

bothClasses('constants', {
  ...each(
    constants,
    ([name]) => `${name} of the class can be read and nothing else`,
    ([name, value], { Class }) => {
      expect(Object.getOwnPropertyDescriptor(Class, name)).toEqual({
        value,
        enumerable: true,
        configurable: false,
        writable: false,
      })
    },
  ),
  ...each(
    constants,
    ([name]) => `${name} of the prototype can be read and nothing else`,
    ([name, value], given) => {
      expect(descriptor(given, name)).toEqual({
        value,
        enumerable: true,
        configurable: false,
        writable: false,
      })
    },
  ),
  ...each(
    constants,
    ([name]) => `${name} of a socket comes from the prototype`,
    ([name, value], { make }) => {
      const socket = make()
      expect(Reflect.get(socket, name)).toBe(value)
      expect(Object.hasOwn(socket, name)).toBe(false)
      expect(Reflect.set(socket, name, 7)).toBe(false)
      expect(Reflect.get(socket, name)).toBe(value)
    },
  ),
})

bothClasses('the class', {
  'takes one argument at least': ({ Class }) => {
    expect(Object.getOwnPropertyDescriptor(Class, 'length')).toEqual({
      value: 1,
      enumerable: false,
      configurable: true,
      writable: false,
    })
  },
  'extends EventTarget': ({ Class }) => {
    expect(Object.getPrototypeOf(Class)).toBe(EventTarget)
    expect(Object.getPrototypeOf(Class.prototype)).toBe(EventTarget.prototype)
  },
  'has a prototype that cannot be changed': ({ Class }) => {
    expect(Object.getOwnPropertyDescriptor(Class, 'prototype')).toMatchObject({
      enumerable: false,
      configurable: false,
      writable: false,
    })
  },
  'is the constructor of its prototype': ({ Class }) => {
    expect(Object.getOwnPropertyDescriptor(Class.prototype, 'constructor')).toEqual({
      value: Class,
      enumerable: false,
      configurable: true,
      writable: true,
    })
  },
  'has the tag WebSocket': (given) => {
    expect(Object.getOwnPropertyDescriptor(given.Class.prototype, Symbol.toStringTag)).toEqual({
      value: 'WebSocket',
      enumerable: false,
      configurable: true,
      writable: false,
    })
  },
  'has sockets that say what they are': ({ make }) => {
    expect(Object.prototype.toString.call(make())).toBe('[object WebSocket]')
    expect(String(make())).toBe('[object WebSocket]')
  },
  'has instances': ({ Class, make }) => {
    const socket = make()
    expect(socket).toBeInstanceOf(Class)
    expect(socket).toBeInstanceOf(EventTarget)
    expect(socket.constructor).toBe(Class)
  },
  'has sockets without properties of their own': ({ make }) => {
    expect(Reflect.ownKeys(make())).toEqual([])
    expect(JSON.stringify(make())).toBe('{}')
  },
  'has sockets that list their members': ({ make }) => {
    const names: string[] = []
    for (const name in make()) names.push(name)
    expect(names).toEqual(
      expect.arrayContaining([
        ...attributes,
        'close',
        'send',
        'CONNECTING',
        'OPEN',
        'CLOSING',
        'CLOSED',
        'addEventListener',
        'removeEventListener',
        'dispatchEvent',
      ]),
    )
  },
  'can be extended': async ({ Class, server }) => {
    class Socket extends Class {
      readonly extra = 1
      twice(text: string): void {
        this.send(text + text)
      }
    }
    const socket = new Socket(server.url('/echo'), undefined, { reconnect: false })
    await next(socket, 'open')
    socket.twice('ab')
    expect((await next(socket, 'message')).data).toBe('abab')
    expect(socket).toMatchObject({ extra: 1 })
    expect(socket).toBeInstanceOf(Class)
    socket.close()
  },
  'has sockets that take properties': ({ make }) => {
    const socket = make() as WebSocket & { id?: number }
    socket.id = 7
    expect(socket.id).toBe(7)
  },
  'has sockets that cannot be cloned': ({ make }) => {
    expect(thrownBy(() => structuredClone(make()))).toMatchObject({ name: 'DataCloneError' })
  },
})

bothClasses('attributes', {
  ...each(
    attributes,
    (name) => `${name} is an accessor of the prototype`,
    (name, given) => {
      const { get, set, enumerable, configurable } = descriptor(given, name)
      expect({ enumerable, configurable }).toEqual({ enumerable: true, configurable: true })
      expect([get?.name, get?.length]).toEqual([`get ${name}`, 0])
      expect(typeof set).toBe(readOnly.some((each) => each === name) ? 'undefined' : 'function')
    },
  ),
  ...each(
    writable,
    (name) => `the setter of ${name} has its name and length`,
    (name, given) => {
      const { set } = descriptor(given, name)
      expect([set?.name, set?.length]).toEqual([`set ${name}`, 1])
    },
  ),
  ...each(
    attributes,
    (name) => `${name} cannot be read of anything else`,
    (name, given) => {
      const { get } = descriptor(given, name)
      const impostors = [
        {},
        1,
        Object.create(given.Class.prototype),
        given.Class.prototype,
        new EventTarget(),
      ]
      for (const impostor of impostors) expect(thrownBy(() => get?.call(impostor))).toBeInstanceOf(TypeError)
    },
  ),
  ...each(
    writable,
    (name) => `${name} cannot be set of anything else`,
    (name, given) => {
      const { set } = descriptor(given, name)
      for (const impostor of [{}, Object.create(given.Class.prototype), given.Class.prototype])
        expect(thrownBy(() => set?.call(impostor, null))).toBeInstanceOf(TypeError)
    },
  ),
  ...each(
    readOnly,
    (name) => `${name} cannot be set`,
    (name, { make }) => {
      const socket = make()
      const before = socket[name]
      expect(Reflect.set(socket, name, 7)).toBe(false)
      expect(
        thrownBy(() => {
          Object.assign(socket, { [name]: 7 })
        }),
      ).toBeInstanceOf(TypeError)
      expect(socket[name]).toBe(before)
    },
  ),
  ...each(
    methods,
    ([name]) => `${name} is a method of the prototype`,
    ([name, length], given) => {
      const { value, ...rest } = descriptor(given, name)
      expect(rest).toEqual({ enumerable: true, configurable: true, writable: true })
      expect([value.name, value.length]).toEqual([name, length])
      expect(Object.hasOwn(value, 'prototype')).toBe(false)
      expect(thrownBy(() => Reflect.construct(value, []))).toBeInstanceOf(TypeError)
    },
  ),
  ...each(
    methods,
    ([name]) => `${name} cannot be called on anything else`,
    ([name], given) => {
      const method = descriptor(given, name).value
      for (const impostor of [
        undefined,
        null,
        {},
        Object.create(given.Class.prototype),
        given.Class.prototype,
      ])
        expect(thrownBy(() => method.call(impostor, 'a'))).toBeInstanceOf(TypeError)
    },
  ),
  ...each<[keyof WebSocket, unknown]>(
    [
      ['readyState', 0],
      ['bufferedAmount', 0],
      ['extensions', ''],
      ['protocol', ''],
      ['binaryType', 'blob'],
      ['onopen', null],
      ['onmessage', null],
      ['onerror', null],
      ['onclose', null],
    ],
    ([name, value]) => `${name} is ${value} at first`,
    ([name, value], { make }) => {
      expect(make()[name]).toBe(value)
    },
  ),
  'readyState goes from 0 to 1 to 2 to 3': async ({ make }) => {
    const socket = make()
    const states: number[] = [socket.readyState]
    await next(socket, 'open')
    states.push(socket.readyState)
    socket.close()
    states.push(socket.readyState)
    await next(socket, 'close')
    states.push(socket.readyState)
    expect(states).toEqual([0, 1, 2, 3])
  },
  'url stays after the end': async ({ open, server }) => {
    const socket = await open('/echo?a=b')
    socket.close()
    await next(socket, 'close')
    expect(socket.url).toBe(server.url('/echo?a=b'))
  },
  'protocol stays after the end': async ({ open }) => {
    const socket = await open('/echo', ['one', 'two'])
    expect(socket.protocol).toBe('one')
    socket.close()
    await next(socket, 'close')
    expect(socket.protocol).toBe('one')
  },
  'url, protocol and extensions are as they were while it closes': async ({ open, server }) => {
    const socket = await open('/echo', 'one')
    const { extensions } = socket
    socket.close()
    expect(socket).toMatchObject({ url: server.url('/echo'), protocol: 'one', extensions })
  },
  ...each<[string, unknown, string]>(
    [
      ['arraybuffer', 'arraybuffer', 'arraybuffer'],
      ['blob', 'blob', 'blob'],
      ['an object that says arraybuffer', { toString: () => 'arraybuffer' }, 'arraybuffer'],
    ],
    ([what]) => `binaryType takes ${what}`,
    ([, value, type], { make }) => {
      const socket = make()
      Object.assign(socket, { binaryType: value })
      expect(socket.binaryType).toBe(type)
    },
  ),
  ...each(
    ['', 'Blob', 'ARRAYBUFFER', 'arraybuffer ', 'nodebuffer', 'text', null, undefined, 0, {}, []],
    (value) => `binaryType ignores ${JSON.stringify(value)}`,
    (value, { make }) => {
      const socket = make()
      for (const type of ['arraybuffer', 'blob'] as const) {
        socket.binaryType = type
        Object.assign(socket, { binaryType: value })
        expect(socket.binaryType).toBe(type)
      }
    },
  ),
  'binaryType refuses a symbol': ({ make }) => {
    const socket = make()
    expect(thrownBy(() => Object.assign(socket, { binaryType: Symbol('blob') }))).toBeInstanceOf(TypeError)
    expect(socket.binaryType).toBe('blob')
  },
  'binaryType can be set in every state': async ({ make }) => {
    const socket = make()
    socket.binaryType = 'arraybuffer'
    await next(socket, 'open')
    expect(socket.binaryType).toBe('arraybuffer')
    socket.close()
    socket.binaryType = 'blob'
    expect(socket.binaryType).toBe('blob')
    await next(socket, 'close')
    socket.binaryType = 'arraybuffer'
    expect(socket.binaryType).toBe('arraybuffer')
  },
})

test('[X1] with its options bound by a proxy, it owns what the native class owns', async ({ server }) => {
  const Bound: typeof WebSocket = new Proxy(ReconnectingWebSocket, {
    construct: (Class, [url, protocols], target) =>
      Reflect.construct(Class, [url, protocols, { reconnect: false }], target),
  })
  const seen = (owner: object): [string | symbol, unknown][] =>
    Reflect.ownKeys(owner).map((key) => {
      const { value, ...rest } = Object.getOwnPropertyDescriptor(owner, key) as PropertyDescriptor
      return [key, { ...rest, value: typeof value, get: typeof rest.get, set: typeof rest.set }]
    })
  expect(seen(Bound)).toEqual(expect.arrayContaining(seen(WebSocket)))
  expect(seen(Bound.prototype)).toEqual(expect.arrayContaining(seen(WebSocket.prototype)))
  expect(Object.getPrototypeOf(Bound)).toBe(EventTarget)
  expect(Bound.length).toBe(1)

  class Extended extends Bound {}
  for (const Class of [Bound, Extended]) {
    const socket = new Class(server.url('/echo'), 'chat')
    expect(socket).toBeInstanceOf(Class)
    expect(thrownBy(() => socket.send('too early'))).toMatchObject({ name: 'InvalidStateError' })
    await next(socket, 'open')
    expect(socket.protocol).toBe('chat')
    socket.close()
  }
})
