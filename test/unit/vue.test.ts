/** Vue's composables, on a scripted WebSocket. */
import { describe, expect, onTestFinished, vi } from 'vitest'
import {
  createApp,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  isReactive,
  nextTick,
  type Ref,
  reactive,
  ref,
  type SetupContext,
  shallowRef,
  watch,
} from 'vue'
import { renderToString } from 'vue/server-renderer'
import { SteadySocket, type SteadySocketOptions, type UrlProvider } from '../../src/index.ts'
import type { Status } from '../../src/status.ts'
import { useMessage, useSocketState, useStatus, useSteadySocket } from '../../src/vue.ts'
import { createFakeWebSocket, type FakeWebSocketClass } from '../support/fake-websocket.ts'
import { watchPageListeners } from '../support/page.ts'
import { test as base, pass, settle } from './fixture.ts'

const test = base.extend<{ said: unknown[][] }>({
  said: [
    async ({ clock: _ }, use) => {
      const said: unknown[][] = []
      for (const method of ['error', 'warn'] as const)
        vi.spyOn(console, method).mockImplementation((...args) => void said.push(args))
      await use(said)
      expect(said).toEqual([])
    },
    { auto: true },
  ],
})

/** A class whose sockets are closed when the test ends. */
function fakeClass(): FakeWebSocketClass {
  const Fake = createFakeWebSocket()
  onTestFinished(() => {
    for (const native of Fake.instances) if (native.readyState !== native.CLOSED) native.serverClose()
  })
  return Fake
}

interface Mounted {
  readonly text: string | null
  unmount(): void
}

/** Mounts a component of that setup function; takes over what a server has rendered, if that is given. */
function mount(setup: (props: object, context: SetupContext) => () => unknown, html?: string): Mounted {
  const container = document.createElement('div')
  container.innerHTML = html ?? ''
  const component = defineComponent({ setup: setup as never })
  const app = html === undefined ? createApp(component) : createSSRApp(component)
  app.mount(container)
  let isMounted = true
  const unmount = (): void => {
    if (isMounted) app.unmount()
    isMounted = false
  }
  onTestFinished(unmount)
  return {
    get text() {
      return container.textContent
    },
    unmount,
  }
}

/** A socket that lives outside of all components, until the test ends. */
function outside(options: SteadySocketOptions = {}): { Fake: FakeWebSocketClass; socket: SteadySocket } {
  const Fake = fakeClass()
  const socket = new SteadySocket('ws://test/', { WebSocket: Fake, ...options })
  onTestFinished(() => socket.close())
  return { Fake, socket }
}

describe('useSteadySocket', () => {
  test('[F1] connects, tells its state, and closes with its component', async () => {
    const Fake = fakeClass()
    let socket: SteadySocket | undefined
    const page = mount(() => {
      const own = useSteadySocket('ws://test/', { WebSocket: Fake })
      socket = own.socket.value
      return () => own.state.value.name
    })
    expect(page.text).toBe('connecting')
    await settle()
    Fake.last.accept()
    await nextTick()
    expect(page.text).toBe('open')
    page.unmount()
    expect(Fake.last.closeCalls).toHaveLength(1)
    Fake.last.serverClose()
    expect(socket?.state.name).toBe('closed')
    await pass(60_000)
    expect([Fake.instances.length, vi.getTimerCount()]).toEqual([1, 0])
  })

  test('[F1] one that is waiting leaves nothing behind', async () => {
    const Fake = fakeClass()
    const listeners = watchPageListeners()
    const page = mount(() => {
      const { state } = useSteadySocket('ws://test/', { WebSocket: Fake })
      return () => state.value.name
    })
    await settle()
    Fake.last.fail()
    await nextTick()
    expect(page.text).toBe('waiting')
    page.unmount()
    await settle()
    expect([listeners.present(), vi.getTimerCount()]).toEqual([[], 0])
  })

  test('[F1] closes with any scope, outside of components', async () => {
    const Fake = fakeClass()
    const scope = effectScope()
    const { socket, state } = scope.run(() =>
      useSteadySocket('ws://test/', { WebSocket: Fake }),
    ) as never as ReturnType<typeof useSteadySocket>
    await settle()
    Fake.last.accept()
    expect(state.value.name).toBe('open')
    scope.stop()
    expect(socket.value.state.name).toBe('closing')
    Fake.last.serverClose()
  })

  test.for<[string, (url: Ref<string>) => Ref<string> | (() => string | URL)]>([
    ['a getter', (url) => () => url.value],
    ['a getter of a URL', (url) => () => new URL(url.value)],
    ['a ref', (url) => url],
  ])('[F1] is another when the URL from %s is another, and the old one is closed', async ([, source]) => {
    const Fake = fakeClass()
    const url = ref('ws://test/1')
    const seen: (SteadySocket | string)[] = []
    const page = mount(() => {
      const { socket, state } = useSteadySocket(source(url), { WebSocket: Fake })
      return () => {
        seen.push(socket.value)
        return state.value.name
      }
    })
    await settle()
    Fake.last.accept()
    await nextTick()
    url.value = 'ws://test/never'
    url.value = 'ws://test/1'
    await nextTick()
    expect(new Set(seen).size).toBe(1)
    url.value = 'ws://test/2'
    await settle()
    expect(new Set(seen).size).toBe(2)
    expect(Fake.instances.map((native) => native.url)).toEqual(['ws://test/1', 'ws://test/2'])
    expect(Fake.instances[0]?.closeCalls).toHaveLength(1)
    expect(page.text).toBe('connecting')
    Fake.last.accept()
    Fake.instances[0]?.serverClose()
    await nextTick()
    expect(page.text).toBe('open')
  })

  test('[F1] a function that comes out of the getter is asked before every attempt, in its latest version', async () => {
    const Fake = fakeClass()
    const version = ref(1)
    const key = ref('Ada')
    const url = (): UrlProvider => {
      const now = version.value
      if (now === 1) return ({ attempt }) => `ws://test/1/${attempt}`
      return async ({ attempt }) => `ws://test/${now}/${attempt}`
    }
    mount(() => {
      useSteadySocket(url, { WebSocket: Fake, key, reconnect: { delay: () => 1_000 } })
      return () => ''
    })
    await settle()
    version.value = 2
    await nextTick()
    Fake.last.fail()
    await pass(1_000)
    key.value = 'Bob'
    await settle()
    expect(Fake.instances.map((native) => native.url)).toEqual([
      'ws://test/1/0',
      'ws://test/2/1',
      'ws://test/2/0',
    ])
  })

  test('[F1] is never deeply reactive', () => {
    const Fake = fakeClass()
    mount(() => {
      const { socket } = useSteadySocket('ws://test/', { WebSocket: Fake })
      expect(isReactive(reactive({ socket }).socket)).toBe(false)
      expect(isReactive(reactive({ inner: socket.value }).inner)).toBe(false)
      expect(isReactive(socket.value)).toBe(false)
      return () => ''
    })
  })

  test('[F1] `autoConnect: false` waits for connect()', async () => {
    const Fake = fakeClass()
    let socket: SteadySocket | undefined
    const page = mount(() => {
      const own = useSteadySocket('ws://test/', { WebSocket: Fake, autoConnect: false })
      socket = own.socket.value
      return () => own.state.value.name
    })
    await settle()
    expect([page.text, Fake.instances.length]).toEqual(['idle', 0])
    socket?.connect()
    await settle()
    expect([page.text, Fake.instances.length]).toEqual(['connecting', 1])
  })
})

describe('useSocketState', () => {
  test('[F1] follows whichever socket there is, by a selector', async () => {
    const { Fake, socket } = outside()
    const other = outside({ autoConnect: false }).socket
    const present = shallowRef<SteadySocket | null>(null)
    let renders = 0
    const page = mount(() => {
      const state = useSocketState(present)
      const isOpen = useSocketState(
        () => present.value,
        ({ name }) => name === 'open',
      )
      const fixed = useSocketState(socket, ({ name }) => name)
      return () => {
        renders += 1
        return `${state.value.name} ${isOpen.value} ${fixed.value}`
      }
    })
    expect(page.text).toBe('idle false connecting')
    await settle()
    Fake.last.accept()
    present.value = socket
    await nextTick()
    expect([page.text, renders]).toEqual(['open true open', 2])
    present.value = other
    await nextTick()
    expect(page.text).toBe('idle false open')
    Fake.last.fail()
    await nextTick()
    expect(page.text).toBe('idle false waiting')
    present.value = socket
    await nextTick()
    expect(page.text).toBe('waiting false waiting')
    present.value = null
    await nextTick()
    expect(page.text).toBe('idle false waiting')
  })
})

describe('useMessage', () => {
  test('[F1] a burst reaches the handler message by message and renders nothing', async () => {
    const { Fake, socket } = outside()
    await settle()
    Fake.last.accept()
    const heard: string[] = []
    let renders = 0
    const page = mount(() => {
      useMessage(socket, (message) => void heard.push(message))
      return () => {
        renders += 1
        return ''
      }
    })
    for (let number = 0; number < 1_000; number++) Fake.last.receive(String(number))
    await nextTick()
    expect(heard).toEqual(Array.from({ length: 1_000 }, (_, number) => String(number)))
    expect(renders).toBe(1)
    page.unmount()
    Fake.last.receive('late')
    expect([heard.length, socket.listenerCount('message')]).toEqual([1_000, 0])
  })

  test('[F1] hears the socket there is, from its first message on', async () => {
    const [one, two] = [outside(), outside()]
    const present = shallowRef<SteadySocket | undefined>(one.socket)
    const heard: string[] = []
    mount(() => {
      useMessage(present, (message) => void heard.push(message))
      return () => ''
    })
    await settle()
    one.Fake.last.accept()
    two.Fake.last.accept()
    one.Fake.last.receive('1')
    two.Fake.last.receive('-')
    present.value = two.socket
    two.Fake.last.receive('2')
    one.Fake.last.receive('-')
    present.value = undefined
    two.Fake.last.receive('-')
    expect(heard).toEqual(['1', '2'])
  })

  test('[F1] a handler that throws is reported, and the others hear all', async ({ reported }) => {
    const { Fake, socket } = outside()
    await settle()
    Fake.last.accept()
    const oops = new Error('oops')
    const heard: string[] = []
    mount(() => {
      useMessage(socket, () => {
        throw oops
      })
      useMessage(socket, (message) => void heard.push(message))
      return () => ''
    })
    socket.on('message', (message) => heard.push(`later ${message}`))
    Fake.last.receive('a')
    Fake.last.receive('b')
    expect(heard).toEqual(['a', 'later a', 'b', 'later b'])
    expect(reported).toEqual([oops, oops])
  })
})

describe('useStatus', () => {
  test('[F1] says what status() says, and leaves no timer behind', async () => {
    const Fake = fakeClass()
    const names: string[] = []
    const page = mount(() => {
      const { socket } = useSteadySocket('ws://test/', {
        WebSocket: Fake,
        reconnect: { delay: () => 1_000 },
      })
      const status = useStatus(socket, { patience: 1_500 })
      const none = useStatus(null)
      return () => {
        names.push(status.value.name)
        return none.value.name
      }
    })
    await settle()
    Fake.last.accept()
    await nextTick()
    Fake.last.fail()
    await pass(1_500)
    expect(names).toEqual(['connecting', 'online', 'reconnecting'])
    expect(page.text).toBe('closed')
    page.unmount()
    await settle()
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('[F1] from one socket to another there is nothing in between', async () => {
  const one = outside()
  const other = outside()
  await settle()
  for (const { Fake } of [one, other]) Fake.last.accept()
  const present = shallowRef(one.socket)
  const seen: unknown[] = []
  mount(() => {
    const [state, status] = [useSocketState(present), useStatus(present)]
    watch([state, status], ([{ name }, { name: shown }]) => seen.push([name, shown]), { flush: 'sync' })
    return () => ''
  })
  present.value = other.socket
  expect(new Set(seen.flat())).toEqual(new Set(['open', 'online']))
})

test('[F1] a status follows whichever socket there is', async () => {
  const { Fake, socket } = outside()
  await settle()
  Fake.last.accept()
  const present = shallowRef<SteadySocket | null>(socket)
  const page = mount(() => {
    const status = useStatus(present)
    return () => status.value.name
  })
  expect(page.text).toBe('online')
  present.value = null
  await nextTick()
  expect(page.text).toBe('closed')
})

describe('on a server', () => {
  test('[F1] nothing connects, and the page is taken over without a mismatch', async () => {
    const { Fake, socket: shared } = outside()
    const idle = new SteadySocket('ws://test/', { autoConnect: false })
    let present = idle
    let statuses: Readonly<Ref<Status>>[] = []
    const setup = () => {
      const { socket, state } = useSteadySocket('ws://test/', { WebSocket: Fake })
      const status = useStatus(socket)
      const [sharedState, sharedStatus] = [useSocketState(() => present), useStatus(() => present)]
      const none = useStatus(null)
      statuses = [status, none]
      useMessage(socket, () => {})
      return () => [state, status, sharedState, sharedStatus, none].map((each) => each.value.name).join(' ')
    }
    await settle()
    Fake.last.accept()
    // Vue waits for its devtools, once.
    createSSRApp({})
    const before = Fake.instances.length
    const timers = vi.getTimerCount()

    const { document, navigator } = globalThis
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('navigator', { userAgent: 'Node.js/20' })
    const listen = vi.fn()
    vi.stubGlobal('addEventListener', listen)
    const html = await renderToString(createSSRApp(defineComponent({ setup })))
    await settle()
    expect(statuses.map(({ value }) => value)).toEqual([
      { name: 'connecting', since: 0 },
      { name: 'closed', since: 0 },
    ])
    expect(html).toBe('idle connecting idle connecting closed')
    expect([Fake.instances.length - before, vi.getTimerCount() - timers]).toEqual([0, 0])
    expect(listen).not.toHaveBeenCalled()
    vi.stubGlobal('document', document)
    vi.stubGlobal('navigator', navigator)

    present = shared
    const page = mount(setup, html)
    await settle()
    expect(page.text).toBe('connecting connecting open online closed')
    expect(Fake.instances).toHaveLength(before + 1)
    Fake.last.accept()
    await nextTick()
    expect(page.text).toBe('open online open online closed')
  })

  test('[F1] a component that comes later shows at once what is', async () => {
    const { Fake, socket } = outside()
    await settle()
    Fake.last.accept()
    const isShown = ref(false)
    const seen: string[] = []
    const setup = () => {
      const [state, status] = [useSocketState(socket), useStatus(socket)]
      return () => void seen.push(`${state.value.name} ${status.value.name}`)
    }
    const Child = defineComponent({ setup: setup as never })
    mount(() => () => (isShown.value ? h(Child) : ''))
    isShown.value = true
    await nextTick()
    expect(seen).toEqual(['open online'])
  })
})
