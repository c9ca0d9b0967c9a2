/** Vue's composables in a page, against a real server. */
import { expect } from 'vitest'
import { type App, createApp, createSSRApp, defineComponent, h, nextTick, ref } from 'vue'
import { useMessage, useSocketState, useStatus, useSteadySocket } from '../../src/vue.ts'
import { Collected } from '../support/collect.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { expectSilence, says } from '../support/shown.ts'
import { test as base } from './fixture.ts'

// What bundlers are to tell Vue.
Object.assign(globalThis, {
  __VUE_OPTIONS_API__: true,
  __VUE_PROD_DEVTOOLS__: false,
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: true,
})

interface Shown {
  app: App
  /** Resolves once the page says that. */
  says(text: string): Promise<void>
}

interface Fixtures {
  /** What is said on the console; nothing may be. */
  said: unknown[][]
  /** Mounts a component of that setup function, or takes over what a server has rendered. */
  show: (setup: () => () => unknown, html?: string) => Shown
}

const test = base.extend<Fixtures>({
  said: [async ({}, use) => expectSilence(use), { auto: true }],
  show: async ({ said: _ }, use) => {
    const containers = new Map<HTMLElement, App>()
    await use((setup, html) => {
      const container = document.createElement('div')
      container.innerHTML = html ?? ''
      document.body.append(container)
      const component = defineComponent({ setup: setup as never })
      const app = html === undefined ? createApp(component) : createSSRApp(component)
      app.mount(container)
      containers.set(container, app)
      return { app, says: (text) => says(container, text) }
    })
    for (const [container, app] of containers) {
      if (container.innerHTML) app.unmount()
      container.remove()
    }
  },
})

test('[F1] the server sees one connection, and none after unmounting', async ({ server, show }) => {
  const heard = new Collected<string>()
  const { app, says } = show(() => {
    const { socket, state } = useSteadySocket(server.url('/echo'))
    useMessage(socket, heard.push)
    socket.value.send('hello')
    return () => state.value.name
  })
  await says('open')
  expect(await heard.next()).toBe('hello')
  app.unmount()
  const { upgrades, connections } = await server.until({ closed: 1, open: 0 })
  expect(upgrades).toBe(1)
  expect(connections[0]?.close).toMatchObject({ wasClean: true })
})

test('[F1] what comes in bursts reaches the handler whole, with one render', async ({ server, show }) => {
  const native = recordNativeSockets()
  const heard: string[] = []
  let renders = 0
  const { says } = show(() => {
    const { socket, state } = useSteadySocket(server.url('/echo'), { WebSocket: native.WebSocket })
    const count = ref(0)
    useMessage(socket, (message) => {
      heard.push(message)
      count.value += 1
    })
    return () => {
      renders += 1
      return `${state.value.name} ${count.value}`
    }
  })
  await says('open 0')
  renders = 0
  for (let number = 1; number <= 1_000; number++)
    native.built[0]?.dispatchEvent(new MessageEvent('message', { data: String(number) }))
  expect(heard).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index + 1)))
  await says('open 1000')
  expect(renders).toBe(1)
})

test('[F1] another URL is another connection, and the old one is closed', async ({ server, show }) => {
  const room = ref(1)
  const heard = new Collected<string>()
  const { says } = show(() => {
    const { socket, state } = useSteadySocket(() => `${server.url('/echo')}?room=${room.value}`)
    useMessage(socket, heard.push)
    return () => {
      if (state.value.name === 'open') socket.value.send(`room ${room.value}`)
      return `${room.value} ${state.value.name}`
    }
  })
  await says('1 open')
  expect(await heard.next()).toBe('room 1')
  room.value = 2
  await nextTick()
  await says('2 open')
  expect(await heard.next()).toBe('room 2')
  const { connections } = await server.until({ closed: 1, open: 1 })
  expect(connections.map(({ url, close }) => [url, close === null])).toEqual([
    ['/echo?room=1', false],
    ['/echo?room=2', true],
  ])
})

test('[F1] a page that a server has rendered is taken over without a mismatch', async ({
  server,
  show,
  connect,
}) => {
  const shared = connect(server.url('/sink'))
  await shared.opened()
  const { says } = show(() => {
    const { socket, state } = useSteadySocket(server.url('/sink'))
    const [status, others, othersStatus] = [useStatus(socket), useSocketState(shared), useStatus(shared)]
    return () => `${state.value.name} ${status.value.name} ${others.value.name} ${othersStatus.value.name}`
  }, 'idle connecting idle connecting')
  await says('open online open online')
  expect((await server.record()).upgrades).toBe(2)
})

interface HotUpdates {
  createRecord(id: string, component: object): boolean
  rerender(id: string, render: () => string): void
  reload(id: string, component: object): void
}

test('[F1] a hot update of the template keeps the connection; one of the script leaves one', async ({
  server,
  show,
}) => {
  const { __VUE_HMR_RUNTIME__: hot } = globalThis as unknown as { __VUE_HMR_RUNTIME__: HotUpdates }
  const version = (number: number): object => ({
    __hmrId: 'component',
    setup: () => ({ state: useSteadySocket(server.url('/sink')).state }),
    render: ({ state }: { state: { name: string } }) => `${number} ${state.name}`,
  })
  const first = version(1)
  hot.createRecord('component', first)
  const { says } = show(() => () => h(first))
  await says('1 open')
  hot.rerender('component', ((page: { state: { name: string } }) => `2 ${page.state.name}`) as never)
  await says('2 open')
  expect((await server.record()).upgrades).toBe(1)
  hot.reload('component', version(3))
  await says('3 open')
  const { upgrades } = await server.until({ closed: 1, open: 1 })
  expect(upgrades).toBe(2)
})
