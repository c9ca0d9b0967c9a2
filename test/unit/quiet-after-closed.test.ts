/** Whatever the application calls from wherever it is called: once `closed`, no timer is left and none is set. */
import { describe, expect, vi } from 'vitest'
import type { SteadySocket } from '../../src/index.ts'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { page } from '../support/page.ts'
import { type Script, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** Closes the socket, and asks of it what could start something. */
function closeAndAsk(socket: SteadySocket): void {
  socket.close()
  socket.send('after')
  socket.opened({ timeout: 50_000 }).catch(() => {})
  socket.drained({ timeout: 50_000 }).catch(() => {})
  socket.subscribe(() => {})
  socket.on('drain', () => {})
}

const names = ['state', 'open', 'message', 'binary', 'close', 'retry', 'error', 'drain', 'drop'] as const

const beat = { interval: 700, timeout: 1_000, message: 'ping' }

/** A life in which every event comes up. */
async function live(native: () => FakeWebSocket | undefined, socket: SteadySocket): Promise<void> {
  socket.send('0', { queue: false })
  await settle()
  if (native()?.readyState === 0) native()?.accept()
  await settle()
  socket.send('1')
  socket.send('2', { queue: false })
  await pass(1_000)
  alive(native())?.receive('hello')
  alive(native())?.receive('?')
  alive(native())?.receive(Uint8Array.of(1))
  native()?.drain()
  await pass(100)
  const last = native()
  if (last?.readyState === 1) last.fail()
  await pass(20_000)
}

const alive = (native: FakeWebSocket | undefined): FakeWebSocket | undefined =>
  native && native.readyState < 2 ? native : undefined

async function expectQuiet(
  prepare: (act: () => void) => Script<string, string>,
  listen: (socket: SteadySocket, act: () => void) => void = () => {},
): Promise<void> {
  let done = 0
  let socket: SteadySocket | undefined
  const act = (): void => {
    if (socket && done++ === 0) closeAndAsk(socket)
  }
  const rig = scripted({
    heartbeat: beat,
    handshake: () => {},
    ...prepare(act),
    fake: { buffering: true, ...prepare(act).fake },
  })
  socket = rig.socket
  listen(socket, act)
  const last = (): FakeWebSocket | undefined => rig.Fake.instances.at(-1)
  await live(last, socket)
  expect(done).toBeGreaterThan(0)
  for (const native of rig.Fake.instances) if (native.readyState < 3) native.serverClose()
  await settle()
  expect(rig.socket.state.name).toBe('closed')
  expect(vi.getTimerCount()).toBe(0)
  const built = rig.Fake.instances.length
  page.online()
  page.turnHidden()
  page.turnVisible()
  for (const native of rig.Fake.instances) native.dispatchEvent(new Event('error'))
  rig.socket.send('late')
  expect(vi.getTimerCount()).toBe(0)
  await pass(120_000)
  expect(rig.Fake.instances).toHaveLength(built)
}

describe('closed from', () => {
  test.for(names)('[L9] a listener of `%s`: no timer', (name) =>
    expectQuiet(
      () => ({ codec: { encode: String, decode: (text) => (text === '?' ? fail() : text) } }),
      (socket, act) => void socket.on(name, act),
    ),
  )

  const places: [string, (act: () => void) => Script<string, string>][] = [
    ['the `url` function', (act) => ({ url: first(act, 'ws://test/') })],
    ['the `protocols` function', (act) => ({ protocols: first(act, []) })],
    ['an asynchronous `url` function', (act) => ({ url: async () => first(act, 'ws://test/')() })],
    ['the native constructor', (act) => ({ fake: { onCreate: act } })],
    ['the native constructor, of a socket open at once', (act) => ({ fake: { onCreate: isThen(1, act) } })],
    ['the native constructor, of a socket closed at once', (act) => ({ fake: { onCreate: isThen(3, act) } })],
    ['the handshake', (act) => ({ handshake: act })],
    ['an asynchronous handshake', (act) => ({ handshake: async () => act() })],
    ['`codec.encode`', (act) => ({ codec: { encode: first(act, 'x'), decode: String } })],
    ['`codec.decode`', (act) => ({ codec: { encode: String, decode: first(act, 'x') } })],
    ['`shouldReconnect`', (act) => ({ reconnect: { shouldReconnect: first(act, true) } })],
    ['`delay`', (act) => ({ reconnect: { delay: first(act, 100) } })],
    ['`heartbeat.message`', (act) => ({ heartbeat: { ...beat, message: first(act, 'ping') } })],
    ['`heartbeat.isPong`', (act) => ({ heartbeat: { ...beat, isPong: first(act, false) } })],
    ['the native `send`', (act) => ({ fake: { onCreate: (native) => onCall(native, 'send', act) } })],
    [
      'the native `send`, which dies of it',
      (act) => ({
        fake: {
          onCreate: (native) =>
            onCall(native, 'send', () => {
              native.fail()
              act()
            }),
        },
      }),
    ],
    ['the native `binaryType`', (act) => ({ fake: { onCreate: (native) => onBinaryType(native, act) } })],
  ]

  test.for(places)('[L9] %s: no timer', ([, prepare]) => expectQuiet(prepare))
})

describe('exhausted, and then', () => {
  const given: [string, (socket: SteadySocket) => unknown][] = [
    ['opened({ timeout })', (socket) => socket.opened({ timeout: 1_000 }).catch(() => {})],
    ['drained({ timeout })', (socket) => socket.drained({ timeout: 1_000 }).catch(() => {})],
    ['send()', (socket) => socket.send('x')],
    ['send({ ttl })', (socket) => socket.send('x', { ttl: 5 })],
    ["on('drain')", (socket) => socket.on('drain', () => {})],
    ['queue.clear()', (socket) => socket.queue.clear()],
    ['binaryType', (socket) => (socket.binaryType = 'arraybuffer')],
  ]

  test.for(given)('[L9] %s sets no timer', async ([, ask]) => {
    const { socket, Fake } = scripted({ reconnect: { maxAttempts: 0 } })
    socket.send('waits')
    await settle()
    Fake.last.fail()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    const set = vi.spyOn(globalThis, 'setTimeout')
    ask(socket)
    expect(set).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})

/** A function that acts, and then answers. */
function first<T>(act: () => void, answer: T): () => T {
  return () => {
    act()
    return answer
  }
}

function isThen(readyState: 1 | 3, act: () => void): (native: FakeWebSocket) => void {
  return (native) => {
    native.readyState = readyState
    act()
  }
}

function onCall(native: FakeWebSocket, name: 'send', act: () => void): void {
  const send = native[name]
  native[name] = (data) => {
    send.call(native, data)
    act()
  }
}

function onBinaryType(native: FakeWebSocket, act: () => void): void {
  Object.defineProperty(native, 'binaryType', { set: act, get: () => 'blob' })
}

function fail(): never {
  throw new Error('no sense')
}
