/** The built library in Node, as a server that renders pages runs it: nothing connects, nothing keeps the process alive. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, vi } from 'vitest'
import { test } from '../server/fixture.ts'

const root = join(import.meta.dirname, '../..')

/** Runs a module in a process of its own, and answers what it told; the process must end by itself. */
async function run(script: string, ...flags: string[]): Promise<unknown[]> {
  const args = ['--no-warnings', ...flags, '--input-type=module', '--eval', prelude + script]
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: root,
    timeout: 8_000,
  }).catch((error: { killed?: boolean; stdout?: string }) => {
    throw error.killed ? new Error(`The process did not end by itself; it told ${error.stdout}`) : error
  })
  expect(stderr).toBe('')
  return JSON.parse(`[${stdout.trim().split('\n').filter(Boolean).join()}]`)
}

const prelude = `
  import { SteadySocket } from './dist/index.js'
  const tell = (value) => console.log(JSON.stringify(value))
  const timers = () => process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|TLS/.test(name))
  const turn = () => new Promise((resolve) => setImmediate(resolve))
`

vi.setConfig({ testTimeout: 20_000 })

const nativeClass = ['--experimental-websocket']
const fakeClass = `
  globalThis.WebSocket = class extends EventTarget {
    constructor() {
      super()
      tell('built')
    }
  }
`

const places: [string, string, string[]][] = [
  ['without a `WebSocket`', 'delete globalThis.WebSocket\n', []],
  ["with Node's `WebSocket`", 'if (!globalThis.WebSocket) tell("This Node has none")\n', nativeClass],
  ["with a framework's `WebSocket`", fakeClass, []],
]

describe.for(places)('%s', ([place, setUp, flags]) => {
  test(`[L2] ${place} a socket made while a page is rendered is idle, sets no timer, and lets the process end`, async ({
    server,
  }) => {
    const script = `${setUp}
      const socket = new SteadySocket('${server.url('/echo')}', {
        heartbeat: { interval: 1000, timeout: 1000, message: 'ping' },
      })
      socket.on('message', tell)
      socket.on('state', tell)
      socket.subscribe(({ name }) => tell(name))
      socket.send('waits')
      await turn()
      tell([socket.state.name, timers()])
    `
    expect(await run(script, ...flags)).toEqual(['idle', ['idle', []]])
    expect((await server.record()).upgrades).toBe(0)
  })

  test(`[L2] ${place} opened() rejects at once, and names connect()`, async ({ server }) => {
    const script = `${setUp}
      const socket = new SteadySocket('${server.url('/echo')}')
      tell(await socket.opened().catch(({ message }) => message))
      tell(timers())
    `
    expect(await run(script, ...flags)).toEqual([expect.stringContaining('connect()'), []])
  })

  test(`[L2] ${place} a page is rendered by Vue, and nothing connects`, async ({ server }) => {
    const script = `
      import { createSSRApp, h, onUnmounted, ref } from 'vue'
      import { renderToString } from 'vue/server-renderer'
      ${setUp}
      const Chat = {
        setup() {
          const socket = new SteadySocket('${server.url('/echo')}')
          const state = ref(socket.state)
          onUnmounted(socket.subscribe((next) => { state.value = next }))
          return () => h('p', state.value.name)
        },
      }
      for (let request = 0; request < 3; request++) tell(await renderToString(createSSRApp(Chat)))
      await turn()
      tell(timers())
    `
    const page = '<p>idle</p>'
    expect(await run(script, ...flags)).toEqual([page, page, page, []])
    expect((await server.record()).upgrades).toBe(0)
  })
})

const chat = `
  socket.on('message', (message) => {
    tell(message)
    socket.close()
  })
  socket.on('close', ({ code, willRetry }) => tell([code, willRetry]))
  socket.send('hello')
`

test('[L2] connect() connects on a server, and after close() the process ends', async ({ server }) => {
  const script = `
    const socket = new SteadySocket('${server.url('/echo')}')
    ${chat}
    socket.connect()
    await socket.opened()
    tell(socket.state.name)
  `
  expect(await run(script, ...nativeClass)).toEqual(['open', 'hello', [expect.any(Number), false]])
  expect((await server.record()).upgrades).toBe(1)
})

test('[L2] `autoConnect: true` connects on a server', async ({ server }) => {
  const script = `
    const socket = new SteadySocket('${server.url('/echo')}', { autoConnect: true })
    ${chat}
  `
  expect(await run(script, ...nativeClass)).toEqual(['hello', [expect.any(Number), false]])
})

const ending = `
  socket.on('error', ({ message }) => tell(message))
  socket.on('close', ({ willRetry }) => tell(willRetry))
  socket.on('state', ({ name, cause }) => tell([name, cause]))
  tell(socket.state.name)
  socket.connect()
`

test('[L2] without a class connect() gives one error that names the option, and the process ends', async () => {
  const script = `
    delete globalThis.WebSocket
    const socket = new SteadySocket('ws://localhost/')
    ${ending}
  `
  const named = expect.stringContaining('`WebSocket` option')
  expect(await run(script)).toEqual(['idle', ['connecting', null], ['closed', 'unsupported'], named, false])
})

test('[L12] a relative URL is silent until connect(), gives one error then, and the process ends', async () => {
  const script = `
    const socket = new SteadySocket('/live')
    ${ending}
  `
  const named = expect.stringContaining('url')
  expect(await run(script, ...nativeClass)).toEqual([
    'idle',
    ['connecting', null],
    ['closed', 'unsupported'],
    named,
    false,
  ])
})
