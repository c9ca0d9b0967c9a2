/** Events: their classes and fields, their order, and who hears them. */
import { expect } from 'vitest'
import { server as runner } from 'vitest/browser'
import { bothClasses, each, next, record, tasks } from './both-classes.ts'

const types = ['open', 'message', 'error', 'close'] as const

/** What is open, has been told something, and ends. */
const path = '/close?code=4001&reason=Bye&after=20'

bothClasses('events', {
  'open is an Event': async ({ make }) => {
    const socket = make()
    const event = await next(socket, 'open')
    expect(event.constructor).toBe(Event)
    expect(event).toMatchObject({ type: 'open', bubbles: false, cancelable: false, composed: false })
    expect(event.target).toBe(socket)
  },
  'message is a MessageEvent': async ({ open, server }) => {
    const socket = await open()
    socket.send('hello')
    const event = await next(socket, 'message')
    expect(event.constructor).toBe(MessageEvent)
    expect(event).toMatchObject({
      type: 'message',
      data: 'hello',
      origin: server.origin,
      lastEventId: '',
      source: null,
      bubbles: false,
      cancelable: false,
    })
    expect(event.ports).toEqual([])
    expect(event.target).toBe(socket)
  },
  'close is a CloseEvent': async ({ open }) => {
    const socket = await open(path)
    const event = await next(socket, 'close')
    expect(event.constructor).toBe(CloseEvent)
    expect(event).toMatchObject({
      type: 'close',
      code: 4001,
      reason: 'Bye',
      wasClean: true,
      bubbles: false,
      cancelable: false,
    })
    expect(event.target).toBe(socket)
  },
  'error is an Event, and comes before close': async ({ make, server }) => {
    const socket = make(server.url('/reject'))
    const told = record(socket)
    const event = await next(socket, 'error')
    expect(event.constructor).toBe(Event)
    expect(event).toMatchObject({ type: 'error', bubbles: false, cancelable: false })
    expect(event.target).toBe(socket)
    await next(socket, 'close')
    expect(told).toEqual(['error 3', 'close 3'])
  },
  'the target is current while it is told, and not after': async ({ make }) => {
    const socket = make()
    let phase: number | undefined
    let current: unknown
    socket.onopen = (event) => {
      phase = event.eventPhase
      current = event.currentTarget
    }
    const event = await next(socket, 'open')
    await tasks(1)
    expect([phase, current]).toEqual([Event.AT_TARGET, socket])
    expect(event.currentTarget).toBe(null)
  },
  'the path of an event is the socket': async ({ make }) => {
    const socket = make()
    let path: EventTarget[] = []
    socket.onopen = (event) => {
      path = event.composedPath()
    }
    await next(socket, 'open')
    expect(path).toEqual([socket])
  },
  'the ready state is right in each': async ({ make, server }) => {
    const socket = make(server.url('/mixed?count=1'))
    const told = record(socket)
    await next(socket, 'message')
    socket.close()
    await next(socket, 'close')
    expect(told).toEqual(['open 1', 'message 1', 'close 3'])
  },
  'nothing else is told': async ({ open }) => {
    const socket = await open(path)
    const told = record(socket)
    await next(socket, 'close')
    await tasks(3)
    expect(told).toEqual(['close 3'])
  },
  'the origin has no name and no path': async ({ make, server }) => {
    const socket = make(server.url('/mixed?count=1&a=/b@c').replace('ws://', 'ws://name:secret@'))
    expect((await next(socket, 'message')).origin).toBe(server.origin)
  },
  'binary data is a Blob': async ({ open }) => {
    const socket = await open()
    socket.send(Uint8Array.of(1, 2, 3))
    const { data } = await next(socket, 'message')
    expect(data).toBeInstanceOf(Blob)
    expect({ size: data.size, type: data.type }).toEqual({ size: 3, type: '' })
  },
  'binary data is an ArrayBuffer where that is wanted': async ({ open }) => {
    const socket = await open()
    socket.binaryType = 'arraybuffer'
    socket.send(Uint8Array.of(1, 2, 3))
    expect((await next(socket, 'message')).data).toBeInstanceOf(ArrayBuffer)
  },
  'binaryType set before open counts': async ({ make, server }) => {
    const socket = make(server.url('/mixed?count=2'))
    socket.binaryType = 'arraybuffer'
    await next(socket, 'message')
    expect((await next(socket, 'message')).data).toBeInstanceOf(ArrayBuffer)
  },
  'binaryType set in between counts for what comes next': async ({ open }) => {
    const socket = await open()
    const kinds: string[] = []
    for (const type of ['arraybuffer', 'blob', 'arraybuffer'] as const) {
      socket.binaryType = type
      socket.send(Uint8Array.of(1))
      kinds.push((await next(socket, 'message')).data.constructor.name)
    }
    expect(kinds).toEqual(['ArrayBuffer', 'Blob', 'ArrayBuffer'])
  },
  'messages come in their order, of either kind': async ({ make, server }) => {
    const socket = make(server.url('/mixed?count=10'))
    socket.binaryType = 'arraybuffer'
    const got: string[] = []
    await new Promise<void>((resolve) => {
      socket.onmessage = ({ data }) => {
        got.push(typeof data === 'string' ? data : `${new TextDecoder().decode(data)}b`)
        if (got.length === 10) resolve()
      }
    })
    expect(got).toEqual(['1', '2b', '3', '4b', '5', '6b', '7', '8b', '9', '10b'])
  },
  'one message is told in a task': async ({ make, server }) => {
    const socket = make(server.url('/mixed?count=9'))
    const got: number[] = []
    let turns = 0
    await new Promise<void>((resolve) => {
      socket.onmessage = () => {
        got.push(turns)
        queueMicrotask(() => {
          turns += 1
        })
        if (got.length === 9) resolve()
      }
    })
    expect(got).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  },
  'who awaits each message misses none': async ({ make, server }) => {
    const socket = make(server.url('/mixed?count=9'))
    socket.binaryType = 'arraybuffer'
    const got: string[] = []
    while (got.length < 9) {
      const { data } = await next(socket, 'message')
      got.push(typeof data === 'string' ? data : new TextDecoder().decode(data))
    }
    expect(got.at(-1)).toBe('9')
  },
  'empty messages are told': async ({ open }) => {
    const socket = await open()
    socket.send('')
    expect((await next(socket, 'message')).data).toBe('')
  },
})

bothClasses('listeners', {
  'are called in their order': async ({ make }) => {
    const socket = make()
    const called: number[] = []
    for (const number of [1, 2, 3]) socket.addEventListener('open', () => called.push(number))
    await next(socket, 'open')
    expect(called).toEqual([1, 2, 3])
  },
  'are called once though added twice': async ({ make }) => {
    const socket = make()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    socket.addEventListener('open', listener)
    socket.addEventListener('open', listener)
    await next(socket, 'open')
    expect(calls).toBe(1)
  },
  'are called twice as capturing and not': async ({ make }) => {
    const socket = make()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    socket.addEventListener('open', listener, true)
    socket.addEventListener('open', listener, false)
    await next(socket, 'open')
    expect(calls).toBe(2)
  },
  'may be objects': async ({ make }) => {
    const socket = make()
    const seen: unknown[] = []
    const listener = {
      handleEvent(event: Event) {
        seen.push(this, event.type)
      },
    }
    socket.addEventListener('open', listener)
    await next(socket, 'open')
    expect(seen).toEqual([listener, 'open'])
  },
  'have the socket as `this`': async ({ make }) => {
    const socket = make()
    let self: unknown
    socket.addEventListener('open', function () {
      self = this
    })
    await next(socket, 'open')
    expect(self).toBe(socket)
  },
  'may be null': ({ make }) => {
    const socket = make()
    socket.addEventListener('open', null as never)
    socket.removeEventListener('open', null as never)
  },
  'can be removed': async ({ make }) => {
    const socket = make()
    let calls = 0
    const listener = (): void => {
      calls += 1
    }
    socket.addEventListener('open', listener)
    socket.removeEventListener('open', listener)
    await next(socket, 'open')
    expect(calls).toBe(0)
  },
  'with `once` are called once': async ({ open }) => {
    const socket = await open()
    let calls = 0
    socket.addEventListener(
      'message',
      () => {
        calls += 1
      },
      { once: true },
    )
    for (const text of ['a', 'b']) {
      socket.send(text)
      await next(socket, 'message')
    }
    expect(calls).toBe(1)
  },
  'with a `signal` go with it': async ({ open }) => {
    const socket = await open()
    const controller = new AbortController()
    let calls = 0
    socket.addEventListener(
      'message',
      () => {
        calls += 1
      },
      { signal: controller.signal },
    )
    socket.send('a')
    await next(socket, 'message')
    controller.abort()
    socket.send('b')
    await next(socket, 'message')
    expect(calls).toBe(1)
  },
  'can stop those after them': async ({ make }) => {
    const socket = make()
    const called: number[] = []
    socket.addEventListener('open', (event) => {
      called.push(1)
      event.stopImmediatePropagation()
    })
    socket.addEventListener('open', () => called.push(2))
    await new Promise<void>((resolve) => {
      socket.onmessage = () => resolve()
      socket.addEventListener('open', () => called.push(3))
      const poll = (): void => void (socket.readyState === 1 ? socket.send('a') : setTimeout(poll))
      poll()
    })
    expect(called).toEqual([1])
  },
  'hear what is dispatched by hand': ({ make }) => {
    const socket = make()
    const told = record(socket)
    for (const type of types) expect(socket.dispatchEvent(new Event(type))).toBe(true)
    expect(told).toEqual(['open 0', 'message 0', 'error 0', 'close 0'])
  },
  'hear any other event': ({ make }) => {
    const socket = make()
    let heard: unknown
    const event = new CustomEvent('other', { detail: 7 })
    socket.addEventListener('other', (event) => {
      heard = event
    })
    socket.dispatchEvent(event)
    expect(heard).toBe(event)
  },
  'of open may send': async ({ make }) => {
    const socket = make()
    socket.addEventListener('open', () => socket.send('from the listener'))
    expect((await next(socket, 'message')).data).toBe('from the listener')
  },
  'of close may make a new socket': async ({ open, make }) => {
    const socket = await open(path)
    const second = await new Promise<WebSocket>((resolve) => {
      socket.onclose = () => resolve(make())
    })
    await next(second, 'open')
    expect([socket.readyState, second.readyState]).toEqual([3, 1])
  },
})

bothClasses('handlers', {
  ...each(
    types,
    (type) => `on${type} keeps a function`,
    (type, { make }) => {
      const socket = make()
      const handler = (): void => {}
      socket[`on${type}`] = handler
      expect(socket[`on${type}`]).toBe(handler)
      socket[`on${type}`] = null
      expect(socket[`on${type}`]).toBe(null)
    },
  ),
  ...each(
    types,
    (type) => `on${type} is called with the event, on the socket`,
    (type, { make }) => {
      const socket = make()
      const seen: unknown[] = []
      socket[`on${type}`] = function (this: WebSocket, ...args: unknown[]) {
        seen.push(this, ...args)
      }
      const event = new Event(type)
      socket.dispatchEvent(event)
      expect(seen).toEqual([socket, event])
    },
  ),
  ...each<[string, unknown]>(
    [
      ['undefined', undefined],
      ['a number', 7],
      ['text', 'handler'],
      ['a symbol', Symbol('handler')],
      ['false', false],
    ],
    ([what]) => `${what} is as null`,
    ([, value], { make }) => {
      const socket = make()
      for (const type of types) {
        socket[`on${type}`] = () => {}
        Object.assign(socket, { [`on${type}`]: value })
        expect(socket[`on${type}`]).toBe(null)
      }
    },
  ),
  'an object is kept, and never called': ({ make }) => {
    const socket = make()
    let calls = 0
    const handler = {
      handleEvent() {
        calls += 1
      },
    }
    Object.assign(socket, { onopen: handler })
    expect(socket.onopen).toBe(handler)
    socket.dispatchEvent(new Event('open'))
    expect(calls).toBe(0)
  },
  'a handler has its place among the listeners': ({ make }) => {
    const socket = make()
    const called: string[] = []
    socket.addEventListener('open', () => called.push('first'))
    socket.onopen = () => called.push('handler')
    socket.addEventListener('open', () => called.push('second'))
    socket.dispatchEvent(new Event('open'))
    expect(called).toEqual(['first', 'handler', 'second'])
  },
  'a handler that takes the place of another keeps it': ({ make }) => {
    const socket = make()
    const called: string[] = []
    socket.onopen = () => called.push('old')
    socket.addEventListener('open', () => called.push('listener'))
    socket.onopen = () => called.push('new')
    socket.dispatchEvent(new Event('open'))
    expect(called).toEqual(['new', 'listener'])
  },
  'a handler after null comes last': ({ make }) => {
    const socket = make()
    const called: string[] = []
    socket.onopen = () => called.push('old')
    socket.addEventListener('open', () => called.push('listener'))
    socket.onopen = null
    socket.onopen = () => called.push('new')
    socket.dispatchEvent(new Event('open'))
    expect(called).toEqual(['listener', 'new'])
  },
  'a place is had by an object, too': ({ make }) => {
    const socket = make()
    const called: string[] = []
    Object.assign(socket, { onopen: {} })
    socket.addEventListener('open', () => called.push('listener'))
    socket.onopen = () => called.push('handler')
    socket.dispatchEvent(new Event('open'))
    expect(called).toEqual(['handler', 'listener'])
  },
  'null takes no place': ({ make }) => {
    const socket = make()
    const called: string[] = []
    socket.onopen = null
    socket.addEventListener('open', () => called.push('listener'))
    socket.onopen = () => called.push('handler')
    socket.dispatchEvent(new Event('open'))
    expect(called).toEqual(['listener', 'handler'])
  },
  'a handler is no listener that can be removed': ({ make }) => {
    const socket = make()
    let calls = 0
    const handler = (): void => {
      calls += 1
    }
    socket.onopen = handler
    socket.removeEventListener('open', handler)
    socket.dispatchEvent(new Event('open'))
    expect(calls).toBe(1)
  },
  'one function as handler and listener is called twice': ({ make }) => {
    const socket = make()
    let calls = 0
    const handler = (): void => {
      calls += 1
    }
    socket.onopen = handler
    socket.addEventListener('open', handler)
    socket.dispatchEvent(new Event('open'))
    expect(calls).toBe(2)
  },
  'false prevents what can be prevented': ({ make }) => {
    const socket = make()
    socket.onmessage = () => false
    expect(socket.dispatchEvent(new Event('message', { cancelable: true }))).toBe(false)
    socket.onmessage = () => undefined
    expect(socket.dispatchEvent(new Event('message', { cancelable: true }))).toBe(true)
  },
  'a handler can take itself away': async ({ open }) => {
    const socket = await open()
    let calls = 0
    socket.onmessage = () => {
      calls += 1
      socket.onmessage = null
    }
    for (const text of ['a', 'b']) {
      socket.send(text)
      await next(socket, 'message')
    }
    expect(calls).toBe(1)
  },
  'a handler taken away by a listener before it is not called': ({ make }) => {
    const socket = make()
    let calls = 0
    socket.addEventListener('open', () => {
      socket.onopen = null
    })
    socket.onopen = () => {
      calls += 1
    }
    socket.dispatchEvent(new Event('open'))
    expect(calls).toBe(0)
  },
  'handlers of one socket are not those of another': ({ make }) => {
    const [one, other] = [make(), make()]
    one.onopen = () => {}
    expect(other.onopen).toBe(null)
  },
  'handlers are called for real events': async ({ make, server }) => {
    const socket = make(server.url('/mixed?count=1'))
    const called: string[] = []
    socket.onopen = ({ type }) => called.push(type)
    socket.onmessage = ({ type }) => called.push(type)
    socket.onerror = ({ type }) => called.push(type)
    socket.onclose = ({ type }) => called.push(type)
    await next(socket, 'message')
    socket.close()
    await next(socket, 'close')
    expect(called).toEqual(['open', 'message', 'close'])
  },
})

bothClasses(`a reset in ${runner.browser}`, {
  'is told as 1006': async ({ open, server }) => {
    const socket = await open()
    const told = record(socket)
    await server.reset()
    if (socket.readyState !== 3) await next(socket, 'close')
    expect(told).toEqual(runner.browser === 'chromium' ? ['close 3'] : ['error 3', 'close 3'])
  },
})
