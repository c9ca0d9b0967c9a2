/** Native sockets that are not the present one any more: neither heard nor held, nor holding. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { isCollected } from '../support/collect-garbage.ts'
import { createFakeWebSocket, FakeWebSocket } from '../support/fake-websocket.ts'
import { at, haunt, liveStages, type Scripted, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

function listenersOf(native: FakeWebSocket): Record<string, number> {
  return Object.fromEntries(
    ['open', 'message', 'close', 'error'].map((type) => [type, native.listenerCount(type)]),
  )
}

/** Against an `error` event that nobody listens to, which some implementations throw. */
const onlyErrorIgnored = { open: 0, message: 0, close: 0, error: 1 }

/** How a native socket is superseded. */
const ways: [string, (rig: Scripted) => Promise<void> | void][] = [
  ['reconnect() while connecting', ({ socket }) => socket.reconnect()],
  [
    'reconnect() while open',
    ({ socket, Fake }) => {
      Fake.last.accept()
      socket.reconnect()
    },
  ],
  ['a connect timeout', () => pass(5_000 + 500)],
  [
    'its close event',
    async ({ Fake }) => {
      Fake.last.accept()
      Fake.last.serverClose(1011)
      await pass(1_500)
    },
  ],
  [
    'close() and connect() while connecting',
    ({ socket }) => {
      socket.close()
      socket.connect()
    },
  ],
  [
    'close() and connect() while open',
    ({ socket, Fake }) => {
      Fake.last.accept()
      socket.close()
      socket.connect()
    },
  ],
]

test.for(ways)(
  '[L3] after %s late events of the native socket change and tell nothing',
  async ([, supersede]) => {
    const rig = scripted()
    await settle()
    const old = rig.Fake.last
    await supersede(rig)
    await settle()
    expect(rig.Fake.instances).toHaveLength(2)
    const { state } = rig.socket
    const told = [...rig.record.order]
    const { stats } = rig.socket

    haunt(old)
    await pass(0)
    expect(rig.socket.state).toBe(state)
    expect(rig.record.order).toEqual(told)
    expect(rig.socket.stats).toEqual(stats)
    expect(rig.Fake.instances).toHaveLength(2)

    rig.Fake.last.accept()
    haunt(old)
    expect(rig.record.order.slice(told.length)).toEqual(['state open', 'open'])
  },
)

test.for(ways)('[L3] after %s only the present native socket is listened to', async ([, supersede]) => {
  const rig = scripted()
  await settle()
  const old = rig.Fake.last
  await supersede(rig)
  await settle()
  expect(listenersOf(old)).toEqual(onlyErrorIgnored)
  expect(listenersOf(rig.Fake.last)).toEqual({ open: 1, message: 1, close: 1, error: 1 })
})

test.for(liveStages)('[L3] reconnect() at the stage %s leaves one native socket attached', async (stage) => {
  const { Fake, socket } = await at(stage)
  for (let times = 0; times < 3; times++) {
    socket.reconnect()
    await settle()
  }
  const attached = Fake.instances.filter((native) => native.listenerCount('open') > 0)
  expect(attached).toEqual(stage === 'provider' ? [] : [Fake.last])
  expect(Fake.instances.filter(({ readyState }) => readyState < 2)).toEqual(attached)
})

test('[L3] a native socket that was given up is closed, with a code', async () => {
  const { Fake, socket } = scripted()
  await settle()
  socket.reconnect()
  await settle()
  Fake.last.accept()
  socket.reconnect(4001, 'again')
  await settle()
  await pass(5_000)
  expect(Fake.instances.map(({ closeCalls }) => closeCalls)).toEqual([
    [{ code: 1000, reason: '' }],
    [{ code: 4001, reason: 'again' }],
    [{ code: 3008, reason: '' }],
  ])
})

describe('memory', () => {
  /** In a function of its own, so that no variable of the test holds what shall be collected. */
  async function live(use: (socket: SteadySocket, native: () => FakeWebSocket) => Promise<void>): Promise<{
    wrapper: WeakRef<SteadySocket>
    natives: FakeWebSocket[]
  }> {
    const Fake = createFakeWebSocket()
    const socket = new SteadySocket('ws://test/', { WebSocket: Fake })
    await settle()
    await use(socket, () => Fake.last)
    return { wrapper: new WeakRef(socket), natives: [...Fake.instances] }
  }

  test.for<[string, (socket: SteadySocket, native: () => FakeWebSocket) => Promise<void>]>([
    ['was closed while connecting', async (socket) => socket.close()],
    [
      'was closed while open',
      async (socket, native) => {
        native().accept()
        socket.close()
        native().serverClose()
      },
    ],
    [
      'was closed and never answered',
      async (socket, native) => {
        native().accept()
        socket.close()
        await pass(10_000)
      },
    ],
    [
      'had reconnected and was closed',
      async (socket, native) => {
        native().accept()
        socket.reconnect()
        await settle()
        native().accept()
        native().fail()
        await pass(1_500)
        socket.close()
      },
    ],
  ])('[L3] native sockets do not hold a socket that %s', async ([, use]) => {
    const { wrapper, natives } = await live(use)
    vi.useRealTimers()
    expect(await isCollected(wrapper)).toBe(true)
    expect(natives.length).toBeGreaterThan(0)
  })

  /** Builds natives that it does not remember. */
  function forgetful(): { Fake: new (url: string) => FakeWebSocket; built: WeakRef<FakeWebSocket>[] } {
    const built: WeakRef<FakeWebSocket>[] = []
    class Fake extends FakeWebSocket {
      constructor(url: string, protocols: string | string[] = []) {
        super(url, protocols, false)
        built.push(new WeakRef(this))
      }
    }
    return { Fake, built }
  }

  test.for<[string, (socket: SteadySocket, last: () => FakeWebSocket) => Promise<void> | void]>([
    ['close() while connecting', (socket) => socket.close()],
    [
      'close() while open',
      (socket, last) => {
        last().accept()
        socket.send('hi')
        socket.close()
        last().serverClose()
      },
    ],
    [
      'close() that is never answered',
      async (socket, last) => {
        last().accept()
        socket.close()
        await pass(10_000)
      },
    ],
    ['exhaustion', (_, last) => last().fail()],
  ])('[L9] after %s nothing holds the native socket', async ([, end]) => {
    const { setTimeout } = globalThis
    // As in browsers: elsewhere a timer's handle is an object that holds what the timer was to run.
    vi.stubGlobal('setTimeout', (run: () => void, delay?: number) => Number(setTimeout(run, delay)))
    const { Fake, built } = forgetful()
    const socket = new SteadySocket('ws://test/', { WebSocket: Fake, reconnect: { maxAttempts: 0 } })
    await settle()
    await end(socket, () => built.at(-1)?.deref() as FakeWebSocket)
    await settle()
    if (socket.state.name !== 'closed') throw new Error('It should have closed')
    // V8 keeps what was on the stack until somebody reads it.
    void socket.state.close.error?.stack
    vi.unstubAllGlobals()
    vi.useRealTimers()
    expect(await isCollected(built[0] as WeakRef<FakeWebSocket>)).toBe(true)
    expect(socket.state.name).toBe('closed')
  })
})
