// @vitest-environment node
/** Where a socket connects by itself, and where it waits to be told: pages, workers, React Native, and servers. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { pass, settle, test } from './fixture.ts'

/** A class that the server has, for itself or from a framework. */
const there = createFakeWebSocket()

type Globals = Record<string, unknown>

const agent = (userAgent: string): Globals => ({ navigator: { userAgent } })
const worker: Globals = { WorkerGlobalScope: class WorkerGlobalScope {} }
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0'
const document = Object.assign(new EventTarget(), {
  baseURI: 'https://page.test/',
  visibilityState: 'visible',
})
const listening: Globals = { addEventListener: () => {}, removeEventListener: () => {} }

const servers: [string, Globals][] = [
  ['Node 20, which has no navigator', { navigator: undefined }],
  ['Node', agent('Node.js/22')],
  ['Deno', agent('Deno/2.5.0')],
  ['a worker in Deno', { ...agent('Deno/2.5.0'), ...worker }],
  ['Bun', agent('Bun/1.3.0')],
  ['Cloudflare', { ...agent('Cloudflare-Workers'), ...worker }],
  ['a server with a `WebSocket`', { ...agent('Node.js/22'), WebSocket: there }],
  ['a server with a `window`', { ...agent('Node.js/22'), window: globalThis, self: globalThis }],
  ['a server with a `location`', { ...agent('Deno/2.5.0'), location: { href: 'https://server.test/' } }],
  ['a navigator that says nothing', { navigator: {} }],
]

const clients: [string, Globals][] = [
  ['a page', { ...agent(firefox), document, ...listening }],
  ['a page that a tool shows in Node', { ...agent('Node.js/22'), document, ...listening }],
  ['a worker', { ...agent(firefox), ...worker, location: { href: 'https://page.test/worker.js' } }],
  ['a worker without a navigator', { navigator: undefined, ...worker }],
  ['React Native', { navigator: { product: 'ReactNative' } }],
]

function pretend(globals: Globals): void {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
}

describe.for(servers)('%s', ([place, globals]) => {
  test(`[L2] on ${place} a socket stays idle, asks for nothing and starts no timer`, async () => {
    pretend(globals)
    const url = vi.fn(() => 'ws://test/')
    const { socket, Fake, record } = scripted({ url, heartbeat: { interval: 1_000, message: 'ping' } })
    const states: string[] = []
    socket.subscribe(({ name }) => states.push(name))
    await settle()
    expect(vi.getTimerCount()).toBe(0)
    await pass(60_000)
    expect(socket.state).toEqual({ name: 'idle' })
    expect(socket.readyState).toBe(socket.CLOSED)
    expect(states).toEqual(['idle'])
    expect(record.order).toEqual([])
    expect(url).not.toHaveBeenCalled()
    expect(Fake.instances).toHaveLength(0)
    expect(there.instances).toHaveLength(0)
  })

  test(`[L2] on ${place} opened() rejects at once, and names connect()`, async () => {
    pretend(globals)
    const { socket } = scripted()
    const unhandled = unhandledRejections()
    await expect(socket.opened({ timeout: 60_000 })).rejects.toMatchObject({
      code: 'CLOSED',
      message: 'On a server a socket stays idle until `connect()`',
    })
    expect(vi.getTimerCount()).toBe(0)
    expect(await unhandled()).toEqual([])
  })

  test(`[L2] on ${place} opened() waits where the application has said that it connects`, async () => {
    pretend(globals)
    const { socket, Fake } = scripted({ autoConnect: false })
    const opened = socket.opened()
    socket.connect()
    await settle()
    Fake.last.accept()
    await opened
  })

  test(`[L2] on ${place} connect() connects`, async () => {
    pretend(globals)
    const { socket, Fake, record } = scripted()
    expect(socket.send('waits')).toBe('queued')
    socket.connect()
    const opened = socket.opened()
    await settle()
    Fake.last.accept()
    await opened
    expect(Fake.last.sent).toEqual(['waits'])
    expect(record.order).toEqual(['state connecting', 'state open', 'open'])
  })

  test(`[L2] on ${place} \`autoConnect: true\` connects`, async () => {
    pretend(globals)
    const { socket, Fake } = scripted({ autoConnect: true })
    const opened = socket.opened()
    await settle()
    Fake.last.accept()
    await opened
  })
})

describe.for(clients)('%s', ([place, globals]) => {
  test(`[L2] in ${place} a socket connects by itself`, async () => {
    pretend(globals)
    const { socket, Fake } = scripted()
    const opened = socket.opened()
    await settle()
    Fake.last.accept()
    await opened
    socket.close()
    Fake.last.serverClose()
    expect(vi.getTimerCount()).toBe(0)
  })

  test(`[L1] in ${place} \`autoConnect: false\` waits for connect()`, async () => {
    pretend(globals)
    const { socket, Fake } = scripted({ autoConnect: false })
    const opened = socket.opened()
    await pass(10_000)
    expect(Fake.instances).toHaveLength(0)
    socket.connect()
    await settle()
    Fake.last.accept()
    await opened
  })
})

describe('a relative URL on a server', () => {
  const unsupported = ['state connecting', 'state closed', 'error', 'close']

  test.for(['/live', 'live', '?room=1', '//other.test/live', ''])(
    '[L12] %s: construction is silent, connect() ends in one error',
    async (url) => {
      const { socket, Fake, record } = scripted({ url })
      await settle()
      expect(socket.state.name).toBe('idle')
      socket.connect()
      await pass(120_000)
      expect(record.order).toEqual(unsupported)
      expect(socket.state).toMatchObject({
        name: 'closed',
        cause: 'unsupported',
        close: { willRetry: false },
      })
      expect(record.of('error')).toMatchObject([{ message: expect.stringContaining('url') }])
      expect(Fake.instances).toHaveLength(0)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('[L12] whatever `shouldReconnect` says', async () => {
    const { socket, record } = scripted({ url: '/live', reconnect: { shouldReconnect: () => true } })
    socket.connect()
    await pass(120_000)
    expect(record.order).toEqual(unsupported)
  })

  test('[L12] each connect() tries once', async () => {
    const { socket, record } = scripted({ url: '/live' })
    socket.connect()
    await settle()
    socket.connect()
    await pass(120_000)
    expect(record.order).toEqual([...unsupported, ...unsupported])
  })

  test('[L12] from a function it is a failed attempt, since the next may be better', async () => {
    const urls = ['/live', 'ws://test/live']
    const { socket, Fake, record } = scripted({ url: () => urls.shift() ?? '' })
    socket.connect()
    await settle()
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    await pass(socket.state.name === 'waiting' ? socket.state.delay : 0)
    expect(Fake.last.url).toBe('ws://test/live')
  })

  test('[L13] where there is a `location`, as Deno may have one, it counts', async () => {
    pretend({ ...agent('Deno/2.5.0'), location: { href: 'https://server.test/app/' } })
    const { socket, Fake } = scripted({ url: 'live' })
    socket.connect()
    await settle()
    expect(Fake.last.url).toBe('wss://server.test/app/live')
  })

  test.for(['ws://a b/', '/live#here', 'ftp://test/'])('[L12] %s can be right nowhere, and throws', (url) => {
    expect(() => new SteadySocket(url)).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
  })
})
