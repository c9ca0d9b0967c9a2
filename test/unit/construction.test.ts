/** What construction and `connect()` do, and what they leave alone until later. */
import { describe, expect, onTestFinished, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { watchPageListeners } from '../support/page.ts'
import { at, recordOf, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

describe('building the native socket', () => {
  test('[L1] the native socket is built in a microtask after construction', async () => {
    const { Fake, socket } = scripted()
    expect(Fake.instances).toHaveLength(0)
    expect(socket.state).toEqual({ name: 'connecting', attempt: 0, reconnected: false })
    await Promise.resolve()
    expect(Fake.instances).toHaveLength(1)
    expect(Fake.last).toMatchObject({ url: 'ws://test/', protocols: [], binaryType: 'blob' })
  })

  test('[L1] create, close, create in one task builds one native socket', async () => {
    const Fake = createFakeWebSocket()
    const first = scripted({ WebSocket: Fake })
    first.socket.close()
    const second = scripted({ WebSocket: Fake })
    await settle()
    expect(Fake.instances).toHaveLength(1)
    Fake.last.accept()
    expect(first.record.order).toEqual(['state connecting', 'state closing', 'state closed', 'close'])
    expect(second.record.order).toEqual(['state connecting', 'state open', 'open'])
  })

  test('[L1] close and reconnect in one task build one native socket', async () => {
    const { Fake, socket } = scripted()
    socket.reconnect()
    socket.close()
    socket.connect()
    socket.reconnect()
    await settle()
    expect(Fake.instances).toHaveLength(1)
    expect(Fake.last.closeCalls).toEqual([])
  })

  test('[L1] create, close in one task does not even ask for the URL', async () => {
    const url = vi.fn(() => 'ws://test/')
    const { socket } = scripted({ url })
    socket.close()
    await settle()
    expect(url).not.toHaveBeenCalled()
  })

  test('[L1] listeners added right after construction miss nothing', async () => {
    const Fake = createFakeWebSocket({ onCreate: (native) => queueMicrotask(() => native.accept()) })
    const { record } = scripted({ WebSocket: Fake })
    await settle()
    expect(record.order).toEqual(['state connecting', 'state open', 'open'])
  })

  test('[L1] listeners added right after construction hear what went wrong during it', async () => {
    const { record } = scripted({ queue: false, signal: AbortSignal.abort() })
    const early = scripted({ queue: false })
    early.socket.send('lost')
    expect(early.record.order).toEqual([])
    await settle()
    expect(record.order).toEqual(['state closing', 'state closed', 'close'])
    expect(early.record.order).toEqual(['state connecting', 'drop'])
  })

  test('[L1] autoConnect: false builds nothing until connect()', async () => {
    const { Fake, socket, record } = scripted({ autoConnect: false })
    await pass(60_000)
    expect(socket.state).toEqual({ name: 'idle' })
    expect(Fake.instances).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
    socket.connect()
    expect(Fake.instances).toHaveLength(0)
    await settle()
    expect(Fake.instances).toHaveLength(1)
    expect(record.states).toEqual(['connecting'])
  })

  test.for(['provider', 'connecting', 'handshake', 'open'] as const)(
    '[L1] connect() does nothing at the stage %s',
    async (stage) => {
      const { Fake, socket, record } = await at(stage)
      const { state } = socket
      const told = [...record.order]
      const built = Fake.instances.length
      socket.connect()
      await settle()
      expect(socket.state).toBe(state)
      expect(record.order).toEqual(told)
      expect(Fake.instances).toHaveLength(built)
    },
  )

  test('[L1] connect() while waiting tries at once', async () => {
    const { Fake, socket, record } = await at('waiting')
    socket.connect()
    await settle()
    expect(Fake.instances).toHaveLength(2)
    expect(record.states).toEqual(['connecting', 'waiting', 'connecting'])
    await pass(5_000)
    expect(Fake.instances).toHaveLength(2)
  })
})

describe('globals', () => {
  const globals = ['window', 'document', 'WebSocket', 'self', 'location', 'navigator', 'addEventListener']

  /** Takes these globals away, as though they had never been there; answers the way back. */
  function lack(names: readonly string[]): () => void {
    const undo = names.map((name) => {
      const before = Object.getOwnPropertyDescriptor(globalThis, name)
      Reflect.deleteProperty(globalThis, name)
      return (): void => {
        if (before) Object.defineProperty(globalThis, name, before)
      }
    })
    return () => {
      for (const restore of undo) restore()
    }
  }

  test('[L2] importing needs no global', async () => {
    vi.resetModules()
    const restore = lack(globals)
    const exported = await import('../../src/index.ts').finally(restore)
    expect(exported.SteadySocket).toBeTypeOf('function')
    expect(exported.SteadySocket).not.toBe(SteadySocket)
  })

  test.for([
    ['static', 'wss://test/'],
    ['relative', '/live'],
    ['URL', new URL('https://test/')],
    ['function', () => 'ws://test/'],
  ] as const)('[L2] constructing with a %s url needs no global', async ([, url]) => {
    const restore = lack(globals)
    onTestFinished(restore)
    const { socket, Fake } = scripted({ url, autoConnect: true })
    expect(socket.readyState).toBe(0)
    restore()
    await settle()
    expect(Fake.instances).toHaveLength(1)
    expect(socket.state.name).toBe('connecting')
  })

  test('[L2] constructing listens to nothing', () => {
    const page = watchPageListeners()
    scripted({ url: '/live', heartbeat: { interval: 1_000, message: 'ping' } })
    expect(page.ever()).toEqual([])
  })

  test('[L2] all that a server does with an idle socket needs no global', async () => {
    onTestFinished(lack(globals))
    const { socket, record } = scripted({
      autoConnect: false,
      heartbeat: { interval: 1000, message: 'ping' },
    })
    const undo = socket.subscribe(() => {})
    socket.send('waits')
    await settle()
    expect(socket).toMatchObject({ url: '', protocol: '', extensions: '', bufferedAmount: 5 })
    undo()
    socket.queue.clear()
    socket.close()
    await settle()
    expect(record.order).toEqual(['state closing', 'state closed', 'close'])
  })

  test('[L2] without any WebSocket, connect() gives one error that names the option', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const socket = new SteadySocket('ws://test/', { autoConnect: false })
    const record = recordOf(socket)
    socket.connect()
    await pass(60_000)
    expect(record.order).toEqual(['state connecting', 'state closed', 'error', 'close'])
    const [error] = record.of('error')
    expect(error).toMatchObject({ name: 'SteadySocketError', code: 'NO_WEBSOCKET' })
    expect(error?.message).toContain('`WebSocket` option')
    expect(record.of('close')).toMatchObject([{ code: 1006, opened: false, willRetry: false, error }])
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'unsupported' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[L2] the class is looked up at connect time', async () => {
    vi.stubGlobal('WebSocket', createFakeWebSocket())
    const socket = new SteadySocket('ws://test/')
    const Early = createFakeWebSocket()
    vi.stubGlobal('WebSocket', Early)
    await settle()
    expect(Early.instances).toHaveLength(1)

    const Later = createFakeWebSocket()
    vi.stubGlobal('WebSocket', Later)
    Early.last.fail()
    await pass(1_500)
    expect(Later.instances).toHaveLength(1)
    expect(Early.instances).toHaveLength(1)
    socket.close()
  })

  test('[L2] a socket without a class connects once there is one', async () => {
    vi.stubGlobal('WebSocket', undefined)
    const socket = new SteadySocket('ws://test/')
    await settle()
    expect(socket.state.name).toBe('closed')
    const Fake = createFakeWebSocket()
    vi.stubGlobal('WebSocket', Fake)
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(socket.state.name).toBe('open')
    socket[Symbol.dispose]()
    Fake.last.serverClose()
  })

  test('[L2] the WebSocket option goes before the global class', async () => {
    const Global = createFakeWebSocket()
    vi.stubGlobal('WebSocket', Global)
    const { Fake } = scripted()
    await settle()
    expect(Fake.instances).toHaveLength(1)
    expect(Global.instances).toHaveLength(0)
  })
})
