/** The state and what is derived from it: `subscribe()`, `readyState`, `url`, `protocol`, `extensions`, `stats`. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { at, type Stage, scripted, stages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

describe('subscribe()', () => {
  test('[L4] calls at once with the state, and at every change', async () => {
    const { socket, Fake } = await at('idle')
    const seen: unknown[] = []
    socket.subscribe((state) => seen.push(state))
    const states: unknown[] = [socket.state]
    expect(seen).toEqual(states)
    socket.on('state', (state) => states.push(state))
    socket.connect()
    await settle()
    Fake.last.accept()
    Fake.last.fail()
    await pass(1_500)
    Fake.last.accept()
    socket.close()
    Fake.last.serverClose()
    expect(seen).toHaveLength(8)
    expect(seen.every((state, index) => state === states[index])).toBe(true)
  })

  test('[L4] tells what happened before construction was told once, not twice', async () => {
    const { socket } = scripted()
    const names: string[] = []
    socket.subscribe(({ name }) => names.push(name))
    expect(names).toEqual(['connecting'])
    await settle()
    expect(names).toEqual(['connecting'])
  })

  test('[L4] within a listener of the same change tells it once', async () => {
    const { socket, Fake } = await at('connecting')
    const names: string[] = []
    socket.once('state', () => socket.subscribe(({ name }) => names.push(name)))
    Fake.last.accept()
    expect(names).toEqual(['open'])
    Fake.last.fail()
    expect(names).toEqual(['open', 'waiting'])
  })

  test('[L4] tells in which state listeners have left the socket', async () => {
    const { socket, Fake } = await at('connecting')
    socket.once('open', () => socket.reconnect())
    let last = ''
    socket.subscribe(({ name }) => {
      expect(name).toBe(socket.state.name)
      last = name
    })
    Fake.last.accept()
    expect(last).toBe('connecting')
  })

  test('[L4] answers its undo, which may be called twice, and spares the others', async () => {
    const { socket, Fake } = await at('connecting')
    const first = vi.fn()
    const second = vi.fn()
    const undo = socket.subscribe(first)
    const again = socket.subscribe(first)
    socket.subscribe(second)
    undo()
    undo()
    Fake.last.accept()
    expect(first).toHaveBeenCalledTimes(3)
    again()
    Fake.last.fail()
    expect(first).toHaveBeenCalledTimes(3)
    expect(second).toHaveBeenCalledTimes(3)
  })

  test('[L4] can be undone by the listener itself', async () => {
    const { socket, Fake } = await at('connecting')
    const names: string[] = []
    const undo = socket.subscribe(({ name }) => {
      names.push(name)
      if (name === 'open') undo()
    })
    Fake.last.accept()
    Fake.last.fail()
    expect(names).toEqual(['connecting', 'open'])
  })

  test('[L4] tells a listener what it has changed itself at its first call', async () => {
    const { socket } = await at('connecting')
    const names: string[] = []
    socket.subscribe(({ name }) => {
      names.push(name)
      if (name === 'connecting') socket.close()
    })
    await settle()
    expect(names).toEqual(['connecting', 'closing', 'closed'])
  })

  test('[L4] tells every subscriber, whoever throws', async ({ reported }) => {
    const { socket, Fake } = await at('connecting')
    const [first, second] = [new Error('a listener'), new Error('a subscriber')]
    const names: string[] = []
    socket.on('state', () => {
      throw first
    })
    socket.subscribe(({ name }) => {
      if (name === 'open') throw second
    })
    socket.subscribe(({ name }) => names.push(name))
    Fake.last.accept()
    expect(names).toEqual(['connecting', 'open'])
    expect(reported).toEqual([first, second])
  })

  test('[L4] is fit for useSyncExternalStore: free-standing, stable, as is `state`', async () => {
    const { socket, Fake } = await at('connecting')
    const { subscribe } = socket
    const listener = vi.fn()
    const undo = subscribe(listener)
    Fake.last.accept()
    expect(listener).toHaveBeenCalledTimes(2)
    undo()
    expect(socket.subscribe).toBe(subscribe)
    expect(socket.state).toBe(socket.state)
  })
})

describe('as the native class has it', () => {
  const readyStates: Record<Stage, number> = {
    idle: 3,
    provider: 0,
    connecting: 0,
    handshake: 0,
    open: 1,
    waiting: 0,
    closing: 2,
    closed: 3,
  }

  test.for(stages)('[L4] readyState at the stage %s', async (stage) => {
    const { socket } = await at(stage)
    expect(socket.readyState).toBe(readyStates[stage])
  })

  test('[L4] the numbers have names, on the class and on the instance', () => {
    const names = { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 }
    expect({ ...SteadySocket }).toMatchObject(names)
    expect(scripted().socket).toMatchObject(names)
  })

  test.for(stages)('[L3] url, protocol and extensions at the stage %s', async (stage) => {
    const rig = await at(stage, { protocols: ['a', 'b'] })
    if (stage === 'connecting') rig.Fake.last.accept({ protocol: 'b', extensions: 'x' })
    const connected = ['handshake', 'open', 'closing'].includes(stage)
    const { url, protocol, extensions } = rig.socket
    expect({ url, protocol, extensions }).toEqual(
      stage === 'connecting'
        ? { url: 'ws://test/', protocol: 'b', extensions: 'x' }
        : { url: connected ? 'ws://test/' : '', protocol: '', extensions: '' },
    )
  })
})

describe('stats', () => {
  const none = {
    connections: 0,
    attempts: 0,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    dropped: 0,
    requeued: 0,
    roundTrip: undefined,
  }

  test('[L4] count nothing before anything has happened', () => {
    expect(scripted({ autoConnect: false }).socket.stats).toEqual(none)
  })

  test('[L4] count attempts and connections', async () => {
    const { socket, Fake } = scripted()
    await settle()
    expect(socket.stats).toEqual({ ...none, attempts: 1 })
    Fake.last.fail()
    await pass(1_500)
    expect(socket.stats).toEqual({ ...none, attempts: 2 })
    Fake.last.accept()
    expect(socket.stats).toEqual({ ...none, attempts: 2, connections: 1 })
    socket.reconnect()
    await settle()
    Fake.last.accept()
    expect(socket.stats).toEqual({ ...none, attempts: 3, connections: 2 })
  })

  test('[L4] count messages and bytes as on the wire', async () => {
    const { socket, Fake } = await at('connecting', { fake: { buffering: true } })
    socket.send('€')
    expect(socket.stats.messagesOut).toBe(0)
    Fake.last.accept()
    socket.send('ü')
    socket.send(new Blob(['blob']) as never)
    Fake.last.receive('äöü')
    Fake.last.receive(new Uint8Array(10))
    socket.binaryType = 'arraybuffer'
    Fake.last.receive(new Uint8Array(100))
    expect(socket.stats).toMatchObject({ messagesOut: 3, bytesOut: 3 + 2 + 4, messagesIn: 3, bytesIn: 116 })
  })

  test('[L4] count as much where the native socket has no bufferedAmount', async () => {
    const { socket, Fake } = await at('open')
    Reflect.deleteProperty(Fake.last, 'bufferedAmount')
    socket.send('€')
    expect(socket.stats).toMatchObject({ messagesOut: 1, bytesOut: 3 })
    expect(socket.bufferedAmount).toBe(0)
  })

  test('[L4] count what was dropped, and what went back to the queue', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    socket.send('1')
    socket.send('2')
    Fake.last.drain(1)
    Fake.last.fail()
    socket.send('3', { queue: false })
    expect(socket.stats).toMatchObject({ messagesOut: 2, requeued: 1, dropped: 1 })
    await pass(1_500)
    Fake.last.accept()
    expect(socket.stats).toMatchObject({ messagesOut: 3, requeued: 1, dropped: 1 })
  })

  test('[L4] know the last round trip of the heartbeat', async () => {
    const { socket, Fake } = await at('open', {
      heartbeat: { interval: 1_000, timeout: 500, message: 'ping' },
    })
    await pass(1_000)
    expect(socket.stats.roundTrip).toBeUndefined()
    await pass(120)
    Fake.last.receive('pong')
    expect(socket.stats.roundTrip).toBe(120)
    Fake.last.fail()
    expect(socket.stats.roundTrip).toBe(120)
  })

  test('[L4] are a new object at each reading', async () => {
    const { socket } = await at('open')
    const before = socket.stats
    socket.send('x')
    expect(before.messagesOut).toBe(0)
    expect(socket.stats.messagesOut).toBe(1)
  })
})
