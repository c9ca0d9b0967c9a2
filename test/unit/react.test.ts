/** React's hooks, on a scripted WebSocket. */
import {
  Activity,
  type ActivityProps,
  act,
  createElement,
  type FunctionComponent,
  Suspense,
  startTransition,
  useEffect,
  useState,
} from 'react'
import { createRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { type State, SteadySocket, type SteadySocketOptions, type UrlProvider } from '../../src/index.ts'
import { useMessage, useSocket, useSocketState, useStatus } from '../../src/react.ts'
import {
  createFakeWebSocket,
  type FakeWebSocketClass,
  type FakeWebSocketOptions,
} from '../support/fake-websocket.ts'
import { watchPageListeners } from '../support/page.ts'
import { type Rendered, type RenderOptions, render, watchConsole } from '../support/react.ts'
import { test as base, pass, settle } from './fixture.ts'

const test = base.extend<{ said: unknown[][] }>({
  said: [
    async ({ clock: _ }, use) => {
      const said = watchConsole()
      await use(said)
      expect(said).toEqual([])
    },
    { auto: true },
  ],
})

interface Props {
  url?: UrlProvider
  options?: SteadySocketOptions & { key?: PropertyKey | undefined }
}

interface Rig extends Rendered<Props> {
  Fake: FakeWebSocketClass
  /** The socket at each render. */
  sockets: SteadySocket[]
  readonly socket: SteadySocket
}

/** A class whose sockets are closed when the test ends, after what was rendered is gone. */
function fakeClass(options?: FakeWebSocketOptions): FakeWebSocketClass {
  const Fake = createFakeWebSocket(options)
  onTestFinished(() => {
    for (const native of Fake.instances) if (native.readyState !== native.CLOSED) native.serverClose()
  })
  return Fake
}

/** A component with one socket, that renders the name of its state. */
async function rig({ url = 'ws://test/', options }: Props = {}, how?: RenderOptions): Promise<Rig> {
  const Fake = fakeClass()
  const sockets: SteadySocket[] = []
  const Component: FunctionComponent<Props> = ({ url: next = url, options }) => {
    const socket = useSocket(next, { WebSocket: Fake, ...options })
    sockets.push(socket)
    return useSocketState(socket, ({ name }) => name)
  }
  const rendered = await render(Component, { url, ...(options && { options }) }, how)
  return {
    ...rendered,
    Fake,
    sockets,
    get socket() {
      return sockets.at(-1) as SteadySocket
    },
  }
}

/** A socket that lives outside of all components, until the test ends. */
function outside(options: SteadySocketOptions = {}): { Fake: FakeWebSocketClass; socket: SteadySocket } {
  const Fake = fakeClass()
  const socket = new SteadySocket('ws://test/', { WebSocket: Fake, ...options })
  onTestFinished(() => socket.close())
  return { Fake, socket }
}

const inAct = (run: () => void): Promise<void> => act(async () => run())

describe('useSocket', () => {
  test.for([true, false])(
    '[F1] connects once its component is there, with one native socket (StrictMode: %s)',
    async (strict) => {
      const { Fake, container, socket } = await rig({}, { strict })
      expect(container.textContent).toBe('connecting')
      await inAct(() => Fake.last.accept())
      expect(container.textContent).toBe('open')
      await pass(60_000)
      expect(Fake.instances).toHaveLength(1)
      expect(socket.stats).toMatchObject({ connections: 1, attempts: 1 })
    },
  )

  test.for([true, false])('[F1] closes when its component has gone (StrictMode: %s)', async (strict) => {
    const { Fake, socket, unmount } = await rig({}, { strict })
    await inAct(() => Fake.last.accept())
    await unmount()
    expect(Fake.last.closeCalls).toHaveLength(1)
    Fake.last.serverClose()
    expect(socket.state.name).toBe('closed')
    await pass(60_000)
    expect(Fake.instances).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[F1] one that is waiting or has given up leaves nothing behind', async () => {
    const listeners = watchPageListeners()
    const waiting = await rig()
    await inAct(() => waiting.Fake.last.fail())
    expect(waiting.container.textContent).toBe('waiting')
    const exhausted = await rig({ options: { reconnect: { maxAttempts: 0 } } })
    await inAct(() => exhausted.Fake.last.fail())
    expect(exhausted.container.textContent).toBe('closed')
    await waiting.unmount()
    await exhausted.unmount()
    await settle()
    expect([waiting.socket.state.name, exhausted.socket.state.name]).toEqual(['closed', 'closed'])
    expect(vi.getTimerCount()).toBe(0)
    expect(listeners.present()).toEqual([])
    await pass(60_000)
    expect([waiting.Fake.instances.length, exhausted.Fake.instances.length]).toEqual([1, 1])
  })

  test('[F1] one that goes as soon as it has come connects to nobody', async () => {
    const Fake = fakeClass()
    const Component: FunctionComponent = () => {
      useSocket('ws://test/', { WebSocket: Fake })
      return null
    }
    const container = document.createElement('div')
    await inAct(() => {
      const root = createRoot(container)
      root.render(createElement(Component))
      root.unmount()
    })
    expect(Fake.instances.filter(({ closeCalls }) => closeCalls.length === 0)).toEqual([])
  })

  test('[F1] is the same at each render, whatever functions and objects are new', async () => {
    const { Fake, sockets, render } = await rig()
    await inAct(() => Fake.last.accept())
    for (const baseDelay of [1, 2, 3]) await render({ options: { reconnect: { baseDelay, delay: () => 5 } } })
    expect(new Set(sockets.slice(2)).size).toBe(1)
    expect(Fake.instances).toHaveLength(1)
  })

  test('[F1] is another when the URL is another, and the old one is closed', async () => {
    const { Fake, sockets, container, render, socket } = await rig({ url: 'ws://test/1' })
    await inAct(() => Fake.last.accept())
    await render({ url: new URL('ws://test/1') })
    expect(sockets.at(-1)).toBe(socket)
    await render({ url: 'ws://test/2' })
    expect(sockets.at(-1)).not.toBe(socket)
    expect(Fake.instances.map(({ url }) => url)).toEqual(['ws://test/1', 'ws://test/2'])
    expect(Fake.instances[0]?.closeCalls).toHaveLength(1)
    expect(container.textContent).toBe('connecting')
  })

  test('[F1] is another when `key` is another', async () => {
    const url = (): string => 'ws://test/'
    const { Fake, render, socket, sockets } = await rig({ url, options: { key: 'Ada' } })
    await render({ url: () => 'ws://test/', options: { key: 'Ada' } })
    expect(sockets.at(-1)).toBe(socket)
    await render({ url, options: { key: 'Bob' } })
    expect(sockets.at(-1)).not.toBe(socket)
    expect(Fake.instances.map(({ closeCalls }) => closeCalls.length)).toEqual([1, 0])
    await render({ url, options: { key: Number.NaN } })
    await render({ url, options: { key: Number.NaN } })
    expect(Fake.instances).toHaveLength(3)
  })

  test('[F1] `autoConnect: false` waits for connect(), or for `true`', async () => {
    const { Fake, container, render, socket, unmount } = await rig({ options: { autoConnect: false } })
    await render({ options: { autoConnect: false } })
    expect([container.textContent, Fake.instances.length]).toEqual(['idle', 0])
    await render({ options: { autoConnect: true } })
    expect([container.textContent, Fake.instances.length]).toEqual(['connecting', 1])
    await unmount()
    expect(socket.state.name).toBe('closed')
    const other = await rig({ options: { autoConnect: false } })
    await inAct(() => other.socket.connect())
    expect(other.Fake.instances).toHaveLength(1)
    await other.unmount()
    expect(other.socket.state.name).toBe('closed')
  })

  /** A component with one socket, in an Activity. */
  async function inActivity() {
    const Fake = fakeClass()
    const sockets = new Set<SteadySocket>()
    const Child: FunctionComponent = () => {
      const socket = useSocket('ws://test/', { WebSocket: Fake })
      sockets.add(socket)
      return useSocketState(socket, ({ name }) => name)
    }
    const Component: FunctionComponent<{ mode: 'visible' | 'hidden' }> = ({ mode }) =>
      createElement(Activity, { mode } as ActivityProps, createElement('p', null, createElement(Child)))
    const rendered = await render<{ mode: 'visible' | 'hidden' }>(
      Component,
      { mode: 'visible' },
      { strict: false },
    )
    await inAct(() => Fake.last.accept())
    return { ...rendered, Fake, sockets }
  }

  test('[F1] hidden by an Activity it hangs up, and it is back when that is shown', async () => {
    const { container, render: again, Fake, sockets } = await inActivity()
    await again({ mode: 'hidden' })
    expect(Fake.last.closeCalls).toHaveLength(1)
    Fake.last.serverClose()
    await again({ mode: 'visible' })
    await inAct(() => Fake.last.accept())
    expect(container.textContent).toBe('open')
    expect([sockets.size, Fake.instances.length]).toEqual([1, 2])
  })

  test('[F1] closed by hand before it is hidden by an Activity, it stays closed', async () => {
    const { container, render: again, Fake, sockets } = await inActivity()
    for (const socket of sockets) await inAct(() => socket.close())
    await again({ mode: 'hidden' })
    await inAct(() => Fake.last.serverClose())
    await again({ mode: 'visible' })
    expect(container.textContent).toBe('closed')
    expect(Fake.instances).toHaveLength(1)
  })

  test('[F1] what was closed by hand stays closed', async () => {
    const { Fake, container, render, socket } = await rig()
    await inAct(() => socket.close())
    await render({ options: {} })
    expect(container.textContent).toBe('closed')
    expect(Fake.instances).toHaveLength(1)
  })

  test('[F1] what is closed by an effect of the same component stays closed', async () => {
    const Fake = fakeClass()
    const Child: FunctionComponent<{ socket: SteadySocket }> = ({ socket }) => {
      useEffect(() => socket.close(), [socket])
      return null
    }
    const { container } = await render(() => {
      const socket = useSocket('ws://test/', { WebSocket: Fake })
      const name = useSocketState(socket, (state) => state.name)
      return [name, createElement(Child, { socket, key: 'child' })]
    }, {})
    await settle()
    expect(Fake.instances).toHaveLength(0)
    expect(container.textContent).toBe('closed')
  })

  test('[F1] what is sent before it is open goes out when it is', async () => {
    const Fake = fakeClass()
    await render(
      () => {
        const socket = useSocket('ws://test/', { WebSocket: Fake })
        useEffect(() => void socket.send('hello'), [socket])
        return null
      },
      {},
      { strict: false },
    )
    await inAct(() => Fake.last.accept())
    expect(Fake.last.sent).toEqual(['hello'])
  })

  test('[F1] a bad option throws where it is rendered, and names it', () => {
    const Component: FunctionComponent = () => {
      useSocket('ws://test/', { reconnect: { baseDelay: -1 } })
      return null
    }
    expect(() => renderToString(createElement(Component))).toThrow('reconnect.baseDelay')
    const Other: FunctionComponent = () => {
      useSocket('ws://test/', { reconnectt: {} } as never)
      return null
    }
    expect(() => renderToString(createElement(Other))).toThrow('`reconnect`')
  })

  test('[F1] its `signal` closes it for good, and is let go of', async () => {
    const controller = new AbortController()
    const add = vi.spyOn(controller.signal, 'addEventListener')
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const options = { signal: controller.signal }
    const gone = await rig({ options })
    await gone.unmount()
    expect(add.mock.calls.length).toBeGreaterThan(0)
    expect(remove.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
      add.mock.calls.map(([type, listener]) => [type, listener]),
    )
    const { Fake, container, socket } = await rig({ options })
    await inAct(() => Fake.last.accept())
    await inAct(() => {
      controller.abort()
      Fake.last.serverClose()
      socket.connect()
    })
    expect(socket.state.name).toBe('closed')
    expect(container.textContent).toBe('closed')
    const late = await rig({ options })
    expect(late.container.textContent).toBe('closed')
    expect(late.Fake.instances).toHaveLength(0)
  })

  test('[F1] a component that never comes because something is awaited leaves nothing behind', async () => {
    const Fake = fakeClass()
    const made: SteadySocket[] = []
    const listeners = watchPageListeners()
    const signal = new AbortController().signal
    const add = vi.spyOn(signal, 'addEventListener')
    const forever = new Promise<never>(() => {})
    const Waiting: FunctionComponent = () => {
      made.push(useSocket('ws://test/', { WebSocket: Fake, signal }))
      throw forever
    }
    const { container, unmount } = await render(
      () => createElement(Suspense, { fallback: 'a moment' }, createElement(Waiting)),
      {},
    )
    expect(container.textContent).toBe('a moment')
    await pass(60_000)
    await unmount()
    expect(made.length).toBeGreaterThan(0)
    expect(made.every(({ state }) => state.name === 'idle')).toBe(true)
    expect([
      Fake.instances,
      listeners.ever().filter((name) => /online|page|visib|resume/.test(name)),
    ]).toEqual([[], []])
    expect(add).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('functions', () => {
  test('[F1] among the options are called in their latest version', async () => {
    const Fake = fakeClass()
    const calls: string[] = []
    const call = (name: string, version: number): void => void calls.push(`${name} ${version}`)
    const Component: FunctionComponent<{ version: number }> = ({ version }) => {
      useSocket(
        () => {
          call('url', version)
          return 'ws://test/'
        },
        {
          WebSocket: Fake,
          protocols: () => {
            call('protocols', version)
            return []
          },
          codec: {
            encode: (text: string) => {
              call('encode', version)
              return text
            },
            decode: (text) => {
              call('decode', version)
              return text
            },
            decodeBinary: () => {
              call('decodeBinary', version)
              return ''
            },
          },
          handshake: ({ send }) => {
            call('handshake', version)
            send('hi')
          },
          heartbeat: {
            interval: 1_000,
            timeout: 500,
            message: () => {
              call('message', version)
              return 'ping'
            },
            isPong: () => {
              call('isPong', version)
              return true
            },
          },
          reconnect: {
            delay: () => {
              call('delay', version)
              return 1_000
            },
            shouldReconnect: () => {
              call('shouldReconnect', version)
              return true
            },
          },
        },
      )
      return null
    }
    const { render: again } = await render(Component, { version: 1 })
    expect(calls).toEqual(['url 1', 'protocols 1'])
    await again({ version: 2 })
    calls.length = 0
    Fake.last.accept()
    await settle()
    await again({ version: 3 })
    await pass(1_000)
    Fake.last.receive('pong')
    Fake.last.receive(Uint8Array.of(1))
    Fake.last.fail()
    await again({ version: 4 })
    await pass(1_000)
    expect(calls).toEqual([
      'handshake 2',
      'encode 2',
      'message 3',
      'encode 3',
      'decode 3',
      'isPong 3',
      'decodeBinary 3',
      'isPong 3',
      'shouldReconnect 3',
      'delay 3',
      'url 4',
      'protocols 4',
    ])
    expect(Fake.instances).toHaveLength(2)
  })

  test('[F1] one that is no more there goes on in its first version', async () => {
    const { Fake, render } = await rig({ options: { reconnect: { delay: () => 7_000 } } })
    await render({ options: {} })
    await inAct(() => Fake.last.fail())
    await act(() => pass(6_999))
    expect(Fake.instances).toHaveLength(1)
    await act(() => pass(1))
    expect(Fake.instances).toHaveLength(2)
  })

  test('[F1] a codec may be an instance of a class, and frozen options will do', async () => {
    class Counting {
      #count = 0
      encode(text: string): string {
        this.#count += 1
        return `${this.#count} ${text}`
      }
      decode(text: string): string {
        return text.slice(this.#count)
      }
    }
    const codec = Object.freeze(new Counting())
    const options = Object.freeze({ codec, reconnect: Object.freeze({ delay: () => 0 }) })
    const { Fake, socket } = await rig({ options })
    await inAct(() => Fake.last.accept())
    socket.send('hello')
    const heard = vi.fn()
    socket.on('message', heard)
    Fake.last.receive('.hello')
    expect([Fake.last.sent, heard.mock.calls]).toEqual([['1 hello'], [['hello']]])
  })
})

describe('useSocketState', () => {
  test('[F1] renders at each change of what is selected, and only then', async () => {
    const { Fake, container, sockets } = await rig({}, { strict: false })
    const names: (string | null)[] = [container.textContent]
    const renders = [sockets.length]
    for (const step of [() => Fake.last.accept(), () => Fake.last.receive('x'), () => Fake.last.fail()]) {
      await inAct(step)
      names.push(container.textContent)
      renders.push(sockets.length)
    }
    expect(names).toEqual(['connecting', 'open', 'open', 'waiting'])
    expect(renders).toEqual([2, 3, 3, 4])
  })

  const selectors: [string, (state: State) => unknown][] = [
    ['an object', ({ name }) => ({ isOpen: name === 'open' })],
    ['an array', ({ name }) => [name === 'open']],
    ['an object in an object', ({ name }) => ({ a: { isOpen: name === 'open' } })],
    ['a date', ({ name }) => new Date(name === 'open' ? 1 : 0)],
    ['a function', () => () => {}],
    ['nothing', () => undefined],
    ['NaN', () => Number.NaN],
  ]

  test.for(selectors)('[F1] a selector may answer %s anew each time', async ([, selector]) => {
    const { Fake, socket } = outside()
    let renders = 0
    const values: unknown[] = []
    const { render: again } = await render(() => {
      renders += 1
      values.push(useSocketState(socket, (state) => selector(state)))
      return null
    }, {})
    await inAct(() => Fake.last.accept())
    await inAct(() => Fake.last.fail())
    await again()
    const [last, fresh] = [values.at(-1), selector(socket.state)]
    expect(typeof last === 'function' ? typeof fresh : last).toEqual(
      typeof last === 'function' ? 'function' : fresh,
    )
    expect(renders).toBeLessThan(12)
  })

  test('[F1] objects and arrays of the same content are the very same, and render nothing', async () => {
    const { Fake, socket } = outside({ reconnect: { delay: () => 1_000 } })
    const values = { object: new Set<unknown>(), array: new Set<unknown>(), date: new Set<unknown>() }
    let renders = 0
    await render(
      () => {
        renders += 1
        values.object.add(useSocketState(socket, ({ name }) => ({ isOpen: name === 'open' })))
        values.array.add(useSocketState(socket, ({ name }) => [name === 'open']))
        return null
      },
      {},
      { strict: false },
    )
    expect(renders).toBe(1)
    for (let life = 1; life <= 3; life++) {
      await inAct(() => Fake.last.accept())
      expect([values.object.size, values.array.size, renders]).toEqual([2 * life, 2 * life, 2 * life])
      await inAct(() => Fake.last.fail())
      await act(() => pass(1_000))
      expect([values.object.size, values.array.size, renders]).toEqual([
        2 * life + 1,
        2 * life + 1,
        2 * life + 1,
      ])
    }
  })

  test('[F1] what differs is told apart: other keys, other kinds', async () => {
    const { Fake, socket } = outside()
    const pairs: [unknown, unknown][] = [
      [{ a: undefined }, { b: undefined }],
      [[], {}],
      [new Date(1), new Date(2)],
      [{ a: 1 }, { a: 1, b: 1 }],
      [new Map([[1, 1]]), new Map()],
      [null, {}],
      [{}, null],
    ]
    let values: unknown[] = []
    await render(() => {
      values = pairs.map(([before, after]) =>
        useSocketState(socket, ({ name }) => (name === 'open' ? after : before)),
      )
      return null
    }, {})
    expect(values).toStrictEqual(pairs.map(([before]) => before))
    await inAct(() => Fake.last.accept())
    expect(values).toStrictEqual(pairs.map(([, after]) => after))
  })

  test('[F1] the selector may use what is new at a render', async () => {
    const { socket } = outside()
    const Component: FunctionComponent<{ prefix: string }> = ({ prefix }) =>
      useSocketState(socket, ({ name }) => prefix + name)
    const { container, render: again } = await render(Component, { prefix: 'a ' })
    await again({ prefix: 'b ' })
    expect(container.textContent).toBe('b connecting')
  })

  test('[F1] without a socket it is idle; another socket tells of itself', async () => {
    const one = outside().socket
    const closed = outside().socket
    closed.close()
    await settle()
    const Component: FunctionComponent<{ socket?: SteadySocket | null }> = ({ socket }) =>
      useSocketState(socket).name
    const { container, render: again } = await render(Component, {})
    const names = [container.textContent]
    for (const socket of [one, closed, null]) {
      await again({ socket })
      names.push(container.textContent)
    }
    expect(names).toEqual(['idle', 'connecting', 'closed', 'idle'])
  })
})

describe('useMessage', () => {
  interface Hearing {
    socket: SteadySocket | null | undefined
    version?: number
  }

  async function hearing(how?: RenderOptions) {
    const { Fake, socket } = outside()
    await settle()
    Fake.last.accept()
    const heard: string[] = []
    let renders = 0
    const Component: FunctionComponent<Hearing> = ({ socket, version = 1 }) => {
      renders += 1
      useMessage(socket, (message) => void heard.push(`${message} ${version}`))
      return null
    }
    const rendered = await render<Hearing>(Component, { socket }, how)
    return { ...rendered, Fake, socket, heard, renders: () => renders }
  }

  test.for([true, false])(
    '[F1] a burst reaches the handler message by message and renders nothing (StrictMode: %s)',
    async (strict) => {
      const { Fake, heard, renders, socket } = await hearing({ strict })
      const before = renders()
      await inAct(() => {
        for (let number = 0; number < 1_000; number++) Fake.last.receive(String(number))
      })
      expect(heard).toEqual(Array.from({ length: 1_000 }, (_, number) => `${number} 1`))
      expect(renders()).toBe(before)
      expect(socket.listenerCount('message')).toBe(1)
    },
  )

  test('[F1] the handler is that of the latest render, and is gone with its component', async () => {
    const { Fake, heard, render, socket, unmount } = await hearing()
    Fake.last.receive('a')
    await render({ socket, version: 2 })
    Fake.last.receive('b')
    await render({ socket: null, version: 3 })
    Fake.last.receive('c')
    await render({ socket, version: 4 })
    Fake.last.receive('d')
    await unmount()
    Fake.last.receive('e')
    expect(heard).toEqual(['a 1', 'b 2', 'd 4'])
    expect(socket.listenerCount('message')).toBe(0)
  })

  test('[F1] a handler that throws is reported, and the others hear all', async ({ reported }) => {
    const { Fake, socket } = outside()
    await settle()
    Fake.last.accept()
    const oops = new Error('oops')
    const heard: string[] = []
    await render(() => {
      useMessage(socket, () => {
        throw oops
      })
      useMessage(socket, (message) => void heard.push(message))
      return null
    }, {})
    socket.on('message', (message) => heard.push(`later ${message}`))
    Fake.last.receive('a')
    Fake.last.receive('b')
    expect(heard).toEqual(['a', 'later a', 'b', 'later b'])
    expect(reported).toEqual([oops, oops])
  })

  test('[F1] the first message of a socket made by the same component is heard', async () => {
    const heard: string[] = []
    const Fake = fakeClass({
      onCreate: (native) =>
        void Promise.resolve().then(() => {
          native.accept()
          native.receive('first')
        }),
    })
    await render(() => {
      const socket = useSocket('ws://test/', { WebSocket: Fake })
      useMessage(socket, (message) => void heard.push(message))
      return null
    }, {})
    await settle()
    expect(heard).toEqual(['first'])
  })

  test('[F1] a handler that sets state sees every message', async () => {
    const { Fake, socket } = outside()
    await settle()
    Fake.last.accept()
    const { container } = await render(() => {
      const [count, setCount] = useState(0)
      useMessage(socket, () => setCount((before) => before + 1))
      return String(count)
    }, {})
    await inAct(() => {
      for (let number = 0; number < 100; number++) Fake.last.receive('x')
    })
    expect(container.textContent).toBe('100')
  })
})

describe('useStatus', () => {
  const badge = (Fake: FakeWebSocketClass, names: string[], patience?: number): FunctionComponent =>
    function Badge() {
      const socket = useSocket('ws://test/', { WebSocket: Fake, reconnect: { delay: () => 1_000 } })
      const { name } = useStatus(socket, { patience })
      names.push(name)
      return name
    }

  test('[F1] says what status() says, from the first render on', async () => {
    const [Fake, names]: [FakeWebSocketClass, string[]] = [fakeClass(), []]
    const { unmount } = await render(badge(Fake, names, 1_500), {}, { strict: false })
    await inAct(() => Fake.last.accept())
    await inAct(() => Fake.last.fail())
    await act(() => pass(1_500))
    await inAct(() => Fake.last.accept())
    expect(names.filter((name, index) => name !== names[index - 1])).toEqual([
      'connecting',
      'online',
      'reconnecting',
      'online',
    ])
    await unmount()
    Fake.last.serverClose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[F1] one that is not to connect is closed, and so is none', async () => {
    const { container } = await render(() => {
      const socket = useSocket('ws://test/', { autoConnect: false })
      return `${useStatus(socket).name} ${useStatus(null).name}`
    }, {})
    expect(container.textContent).toBe('closed closed')
  })

  test('[F1] leaves no timer behind in an outage', async () => {
    const [Fake, names]: [FakeWebSocketClass, string[]] = [fakeClass(), []]
    const { unmount } = await render(badge(Fake, names), {})
    await inAct(() => Fake.last.fail())
    await unmount()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('on a server', () => {
  const Fake = createFakeWebSocket()
  const shared = new SteadySocket('ws://test/', { WebSocket: Fake, autoConnect: false })

  const Page: FunctionComponent = () => {
    const own = useSocket('ws://test/', { WebSocket: Fake })
    useMessage(own, () => {})
    return [own, shared, null]
      .map((socket) => {
        // biome-ignore lint/correctness/useHookAtTopLevel: there are always three
        const state = useSocketState(socket, ({ name }) => ({ name }))
        // biome-ignore lint/correctness/useHookAtTopLevel: there are always three
        return `${state.name} ${useStatus(socket).name}`
      })
      .join(', ')
  }

  test('[L2] opened() rejects at once, so that no rendering waits for it', async () => {
    const outcomes: Promise<unknown>[] = []
    vi.stubGlobal('document', undefined)
    renderToString(
      createElement(() => {
        outcomes.push(useSocket('ws://test/', { WebSocket: Fake }).opened())
        return null
      }),
    )
    await expect(outcomes[0]).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('[F1] nothing connects, and the page is taken over without a mismatch', async () => {
    const html = renderToString(createElement(Page))
    expect(html).toBe('idle connecting, idle connecting, idle closed')
    await pass(60_000)
    expect([Fake.instances.length, vi.getTimerCount()]).toEqual([0, 0])
    shared.connect()
    await settle()
    Fake.last.accept()
    const { container, unmount } = await render(Page, {}, { html })
    expect(container.textContent).toBe('connecting connecting, open online, idle closed')
    expect(Fake.instances).toHaveLength(2)
    await inAct(() => Fake.last.accept())
    expect(container.textContent).toBe('open online, open online, idle closed')
    await unmount()
    shared.close()
    for (const native of Fake.instances) native.serverClose()
  })
})

describe('in a transition', () => {
  test('[F1] that is given up, the socket in use goes on', async () => {
    const Fake = fakeClass()
    const forever = new Promise<never>(() => {})
    let setUrl: (url: string) => void = () => {}
    const Child: FunctionComponent<{ url: string }> = ({ url }) => {
      useSocket(url, { WebSocket: Fake })
      if (url === 'ws://test/never') throw forever
      return url
    }
    const { container } = await render(() => {
      const [url, set] = useState('ws://test/1')
      setUrl = set
      return createElement(Suspense, { fallback: '…' }, createElement(Child, { url }))
    }, {})
    await inAct(() => Fake.last.accept())
    await inAct(() => startTransition(() => setUrl('ws://test/never')))
    expect(container.textContent).toBe('ws://test/1')
    expect(Fake.instances.map(({ url, closeCalls }) => [url, closeCalls])).toEqual([['ws://test/1', []]])
    await inAct(() => setUrl('ws://test/2'))
    expect(Fake.instances.map(({ url }) => url)).toEqual(['ws://test/1', 'ws://test/2'])
    expect(Fake.instances[0]?.closeCalls).toHaveLength(1)
  })
})
