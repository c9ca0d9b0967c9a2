/** React's hooks in a page, rendering as applications do, against a real server. */
import '../support/react-refresh.ts'

import { createElement, type FunctionComponent, StrictMode, useState, version } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { expect } from 'vitest'
import type { SteadySocket } from '../../src/index.ts'
import { useMessage, useSocket, useSocketState, useStatus } from '../../src/react.ts'
import { Collected, collect } from '../support/collect.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { refresh, update } from '../support/react-refresh.ts'
import { expectSilence, says } from '../support/shown.ts'
import { test as base } from './fixture.ts'

interface Shown {
  root: Root
  container: HTMLElement
  /** Resolves once the page says that. */
  says(text: string): Promise<void>
}

interface Fixtures {
  /** What is said on the console; nothing may be. */
  said: unknown[][]
  /** Renders in StrictMode, or takes over what a server has rendered. */
  show: (component: FunctionComponent, html?: string) => Shown
}

const test = base.extend<Fixtures>({
  said: [async ({}, use) => expectSilence(use), { auto: true }],
  show: async ({ said }, use) => {
    const roots: Root[] = []
    await use((component, html) => {
      const container = document.createElement('div')
      document.body.append(container)
      const element = createElement(StrictMode, null, createElement(component))
      let root: Root
      if (html === undefined) {
        root = createRoot(container)
        root.render(element)
      } else {
        container.innerHTML = html
        root = hydrateRoot(container, element, { onRecoverableError: (error) => void said.push([error]) })
      }
      roots.push(root)
      return { root, container, says: (text) => says(container, text) }
    })
    for (const root of roots) root.unmount()
    document.body.replaceChildren()
  },
})

test('[F1] this is the React that is meant', () => {
  expect(version.split('.', 1)).toEqual([import.meta.env['REACT'] ?? '19'])
})

test('[F1] in StrictMode the server sees one connection, and none after unmounting', async ({
  server,
  show,
}) => {
  const native = recordNativeSockets()
  const heard = new Collected<string>()
  const { root, says } = show(() => {
    const socket = useSocket(server.url('/echo'), { WebSocket: native.WebSocket })
    const isOpen = useSocketState(socket, ({ name }) => ({ is: name === 'open' })).is
    useMessage(socket, heard.push)
    if (isOpen && socket.stats.messagesOut === 0) socket.send('hello')
    return isOpen ? 'open' : ''
  })
  await says('open')
  expect(await heard.next()).toBe('hello')
  const { upgrades, connections } = await server.until({ messages: 1 })
  expect([upgrades, connections.length, native.attempts]).toEqual([1, 1, 1])
  root.unmount()
  const after = await server.until({ closed: 1, open: 0 })
  expect(after.connections.map(({ close }) => close)).toEqual([{ code: 1005, reason: '', wasClean: true }])
  expect(heard.all).toEqual(['hello'])
})

test('[F1] what comes in bursts reaches the handler whole, without a render for each', async ({
  server,
  show,
}) => {
  const native = recordNativeSockets()
  const heard: string[] = []
  let renders = 0
  const { says } = show(() => {
    renders += 1
    const socket = useSocket(server.url('/echo'), { WebSocket: native.WebSocket })
    const [count, setCount] = useState(0)
    useMessage(socket, (message) => {
      heard.push(message)
      setCount((before) => before + 1)
    })
    return `${useSocketState(socket, ({ name }) => name)} ${count}`
  })
  await says('open 0')
  renders = 0
  for (let number = 1; number <= 1_000; number++)
    native.built[0]?.dispatchEvent(new MessageEvent('message', { data: String(number) }))
  expect(heard).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index + 1)))
  await says('open 1000')
  expect(renders).toBeLessThan(20)
})

test('[F1] a thousand real messages are a thousand, and render nothing', async ({ server, show }) => {
  const heard = new Collected<string>()
  let renders = 0
  const { says } = show(() => {
    renders += 1
    const socket = useSocket(server.url('/mixed?count=2000'))
    useMessage(socket, heard.push)
    return useSocketState(socket, ({ name }) => name)
  })
  await says('open')
  renders = 0
  expect(await heard.take(1_000)).toEqual(Array.from({ length: 1_000 }, (_, index) => String(2 * index + 1)))
  expect(renders).toBe(0)
})

test('[F1] a hot update keeps the connection; one that changes the hooks makes it anew, and leaves one', async ({
  server,
  show,
}) => {
  const sockets = new Set<SteadySocket>()
  const use = (): SteadySocket => {
    const socket = useSocket(server.url('/sink'))
    sockets.add(socket)
    return socket
  }
  const first = update(() => `one ${useSocketState(use(), ({ name }) => name)}`, 'Component', 'socket')
  const { says } = show(first)
  await says('one open')
  const before = [...sockets].at(-1)
  update(() => `two ${useSocketState(use(), ({ name }) => name)}`, 'Component', 'socket')
  refresh()
  await says('two open')
  expect((await server.record()).upgrades).toBe(1)
  expect([...sockets].at(-1)).toBe(before)
  update(
    () => {
      const [word] = useState('three')
      return `${word} ${useSocketState(use(), ({ name }) => name)}`
    },
    'Component',
    'word, socket',
  )
  refresh()
  await says('three open')
  const { upgrades } = await server.until({ closed: 1, open: 1 })
  expect(upgrades).toBe(2)
})

test('[F1] another URL is another connection, and the old one is closed', async ({ server, show }) => {
  let setRoom: (room: number) => void = () => {}
  const { says } = show(() => {
    const [room, set] = useState(1)
    setRoom = set
    const socket = useSocket(`${server.url('/sink')}?room=${room}`)
    return `${room} ${useSocketState(socket, ({ name }) => name)}`
  })
  await says('1 open')
  setRoom(2)
  await says('2 open')
  const { connections } = await server.until({ closed: 1, open: 1 })
  expect(connections.map(({ url, close }) => [url, close === null])).toEqual([
    ['/sink?room=1', false],
    ['/sink?room=2', true],
  ])
})

test('[F1] a page that a server has rendered is taken over without a mismatch', async ({
  server,
  show,
  connect,
}) => {
  const url = server.url('/sink')
  const shared = connect(url, { autoConnect: false })
  const Page: FunctionComponent = () => {
    const socket = useSocket(url)
    const [own, others] = [useSocketState(socket), useSocketState(shared)]
    return `${own.name} ${useStatus(socket).name} ${others.name} ${useStatus(shared).name}`
  }
  const html = renderToString(createElement(StrictMode, null, createElement(Page)))
  expect(html).toBe('idle connecting idle connecting')
  shared.connect()
  await shared.opened()
  expect((await server.record()).upgrades).toBe(1)
  const { says } = show(Page, html)
  await says('open online open online')
  expect((await server.record()).upgrades).toBe(2)
})

test('[F1] a status follows an outage that lasts, and says when it is over', async ({ server, show }) => {
  const { says } = show(() => {
    const socket = useSocket(server.url('/sink'), { reconnect: { delay: () => 20 } })
    const { name, recovered = 0 } = useStatus(socket, { patience: 50 })
    return recovered >= 50 ? `${name} again` : name
  })
  await says('online')
  await server.stop()
  await says('reconnecting')
  await server.start()
  await says('online again')
})

test('[F1] a socket that lives outside outlives its components', async ({ server, show, connect }) => {
  const socket = connect(server.url('/echo'))
  const heard = new Collected<string>()
  const { root, says } = show(() => {
    useMessage(socket, heard.push)
    return useSocketState(socket).name
  })
  await says('open')
  root.unmount()
  const messages = collect(socket, 'message')
  socket.send('hello')
  expect(await messages.next()).toBe('hello')
  expect(heard.all).toEqual([])
})
