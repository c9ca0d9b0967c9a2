/** A socket behind a proxy, as Vue and others put one there. */
import { describe, expect, vi } from 'vitest'
import { json, type SteadySocket } from '../../src/index.ts'
import { reactive } from '../support/reactive.ts'
import { recordOf, type Script, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const proxies: [string, <T extends object>(socket: T) => T][] = [
  ['new Proxy(socket, {})', (socket) => new Proxy(socket, {})],
  ['a deep reactive proxy', reactive],
  ['a proxy that binds methods', binding],
]

/** As mocks and membranes do: no function comes out as it is. */
function binding<T extends object>(target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const value: unknown = Reflect.get(object, key, receiver)
      return typeof value === 'function' ? value.bind(receiver) : value
    },
  })
}

describe.for(proxies)('%s', ([name, wrap]) => {
  function wrapped(script: Script<string, string> = {}) {
    const { socket, Fake } = scripted({ autoConnect: false, ...script })
    const proxy: SteadySocket = wrap(socket)
    return { socket, proxy, Fake, record: recordOf(proxy) }
  }

  test(`[L10] ${name}: a whole life`, async () => {
    const { socket, proxy, Fake, record } = wrapped({
      queue: { highWaterMark: 4 },
      fake: { buffering: true },
      heartbeat: { interval: 1_000, timeout: 500, message: 'ping' },
    })
    const states: string[] = []
    const undo = proxy.subscribe((state) => states.push(state.name))
    const opened = vi.fn()
    proxy.once('open', opened)

    expect(proxy.send('aaaa')).toBe('queued')
    expect(proxy.send('old', { key: 'k' })).toBe('queued')
    expect(proxy.send('new', { key: 'k' })).toBe('queued')
    expect(proxy.send('late', { ttl: 5 })).toBe('queued')
    expect(proxy.send('no', { queue: false })).toBe('dropped')
    expect(proxy.queue).toMatchObject({ length: 3, bytes: 11 })
    expect(proxy.bufferedAmount).toBe(11)
    const whenOpen = proxy.opened()
    proxy.connect()
    await settle()
    expect(proxy.readyState).toBe(proxy.CONNECTING)
    Fake.last.accept({ protocol: 'chat', extensions: 'x' })
    await whenOpen
    expect(proxy).toMatchObject({ url: 'ws://test/', protocol: 'chat', extensions: 'x', readyState: 1 })
    expect(Fake.last.sent).toEqual(['aaaa'])

    const whenDrained = proxy.drained()
    await pass(10)
    Fake.last.drain()
    await pass(10)
    Fake.last.drain()
    await pass(10)
    await whenDrained
    expect(Fake.last.sent).toEqual(['aaaa', 'new'])

    proxy.binaryType = 'arraybuffer'
    expect(Fake.last.binaryType).toBe('arraybuffer')
    Fake.last.receive('hi')
    expect(record.of('message')).toEqual(['hi'])
    await pass(1_000)
    expect(Fake.last.sent.at(-1)).toBe('ping')
    Fake.last.receive('pong')

    Fake.last.fail()
    expect(proxy.state).toMatchObject({ name: 'waiting', attempt: 1 })
    proxy.reconnect(4000, 'again')
    await settle()
    Fake.last.accept()
    proxy.reconnect()
    await settle()
    Fake.last.accept()
    proxy.close(4001, 'bye')
    Fake.last.drain()
    Fake.last.serverClose(4001, 'bye')
    await settle()
    const life = [
      ...['connecting', 'open', 'waiting', 'connecting', 'open', 'connecting', 'open'],
      ...['closing', 'closed'],
    ]
    expect(record.states).toEqual(life)
    expect(states).toEqual(['idle', ...life])
    expect(opened).toHaveBeenCalledOnce()
    expect(record.of('drop')).toMatchObject([{ reason: 'not-open' }, { reason: 'expired' }])
    expect(proxy.stats).toMatchObject({ attempts: 3, connections: 3, messagesIn: 2, dropped: 2 })
    expect(socket.state).toBe(proxy.state)
    expect(vi.getTimerCount()).toBe(0)

    undo()
    proxy.off('open')
    proxy.connect()
    await settle()
    proxy[Symbol.dispose]()
    expect(states).toHaveLength(life.length + 1)
    expect(proxy.eventNames()).toEqual([])
    await settle()
    expect(proxy.state.name).toBe('closed')
    expect(vi.getTimerCount()).toBe(0)
  })

  test(`[L10] ${name}: what was sent through either goes out in order, across a drop`, async () => {
    const { socket, proxy, Fake } = wrapped({ queue: { highWaterMark: 2 }, fake: { buffering: true } })
    proxy.send('1')
    socket.send('2')
    proxy.send('3', { key: 'k' })
    socket.send('4')
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['1', '2'])
    Fake.last.drain(1)
    Fake.last.fail()
    proxy.send('5')
    socket.send('three', { key: 'k' })
    proxy.connect()
    await settle()
    Fake.last.accept()
    for (let tick = 0; tick < 6; tick++) {
      Fake.last.drain()
      await pass(4)
    }
    expect(Fake.last.sent).toEqual(['2', 'three', '4', '5'])
    expect(proxy.queue.clear()).toEqual([])
  })

  test(`[L10] ${name}: what waits is given back by clear()`, () => {
    const { proxy } = wrapped()
    proxy.send('1')
    proxy.send('2')
    expect(proxy.queue.clear()).toEqual(['1', '2'])
    expect(proxy.queue.length).toBe(0)
  })

  test(`[L10] ${name}: a codec and a handshake`, async () => {
    const { socket, Fake } = scripted<{ ok: boolean }, { token: string }>({
      autoConnect: false,
      codec: json<{ ok: boolean }, { token: string }>(),
      handshake: async ({ send, receive }) => {
        send({ token: 'abc' })
        await receive()
      },
    })
    const proxy = wrap(socket)
    proxy.connect()
    await settle()
    Fake.last.accept()
    Fake.last.receive('{"ok":true}')
    await settle()
    proxy.send({ token: 'def' })
    expect(Fake.last.sent).toEqual(['{"token":"abc"}', '{"token":"def"}'])
    expect(proxy.state.name).toBe('open')
  })
})
