/** A server inside the page: each of its abilities, as a SteadySocket meets it, while time moves only when told. */
import { expect, vi } from 'vitest'
import { SteadySocket, type SteadySocketOptions } from '../../src/index.ts'
import { type Connection, createServer, type Server, type ServerOptions } from '../../src/testing/index.ts'
import { recordOf } from '../support/scripted.ts'
import { test as base, pass, settle } from './fixture.ts'

interface Rig {
  server: Server
  socket: SteadySocket
  record: ReturnType<typeof recordOf>
  /** The newest one. */
  readonly connection: Connection
}

interface Fixtures {
  connect: (options?: SteadySocketOptions, serverOptions?: ServerOptions) => Rig
}

const test = base.extend<Fixtures>({
  connect: async ({}, use) => {
    const rigs: Rig[] = []
    await use((options, serverOptions = {}) => {
      const all: Connection[] = []
      const server = createServer(serverOptions, (connection) => all.push(connection))
      const socket = new SteadySocket('wss://example.com/chat', {
        WebSocket: server.WebSocket,
        reconnect: { baseDelay: 100, jitter: 'none' },
        ...options,
      })
      const rig: Rig = {
        server,
        socket,
        record: recordOf(socket),
        get connection() {
          const last = all.at(-1)
          if (!last) throw new Error('No connection was accepted')
          return last
        },
      }
      rigs.push(rig)
      return rig
    })
    for (const { socket, server } of rigs) {
      socket[Symbol.dispose]()
      server.down()
    }
    await pass(10_000)
    expect(vi.getTimerCount()).toBe(0)
  },
})

const KiB = 1024

test('[T1] accepts, and both ends hear each other', async ({ connect }) => {
  const rig = connect({ protocols: ['v2', 'v1'] })
  rig.socket.send('from the page')
  await pass(10)
  const { connection, socket, server } = rig
  expect(socket).toMatchObject({ state: { name: 'open' }, protocol: 'v2', url: 'wss://example.com/chat' })
  expect(connection).toMatchObject({ url: 'wss://example.com/chat', protocols: ['v2', 'v1'], protocol: 'v2' })
  expect(server.connections).toEqual([connection])
  connection.send('from the server')
  connection.send(Uint8Array.of(1, 2))
  await pass(10)
  expect(connection.received).toEqual(['from the page'])
  expect(rig.record.of('message')).toEqual(['from the server'])
  expect(rig.record.of('binary')).toHaveLength(1)
})

test('[T1] refuses until it is up, and counts who asked', async ({ connect }) => {
  const { server, record, socket } = connect()
  server.refuse()
  await pass(150)
  expect(record.of('close')).toMatchObject([
    { code: 1006, opened: false },
    { code: 1006, opened: false },
  ])
  expect(server.attempts).toBe(2)
  server.up()
  await pass(1_000)
  expect(socket.state.name).toBe('open')
  expect(server.connections).toHaveLength(1)
})

test('[T1] refuses those that `upgrade` refuses, and chooses the subprotocol', async ({ connect }) => {
  const upgrade = vi.fn<NonNullable<ServerOptions['upgrade']>>(() => 'v1')
  upgrade.mockReturnValueOnce(false)
  const { socket, record } = connect({ protocols: ['v2', 'v1'] }, { upgrade })
  await pass(1_000)
  expect(upgrade).toHaveBeenCalledWith({ url: 'wss://example.com/chat', protocols: ['v2', 'v1'] })
  expect(record.states).toEqual(['connecting', 'waiting', 'connecting', 'open'])
  expect(socket.protocol).toBe('v1')
})

test('[T1] answers late', async ({ connect }) => {
  const upgrade = () => new Promise<boolean>((resolve) => setTimeout(resolve, 2_000, true))
  const { record } = connect({}, { upgrade })
  await pass(1_900)
  expect(record.states).toEqual(['connecting'])
  await pass(200)
  expect(record.states).toEqual(['connecting', 'open'])
})

test('[T1] hangs until it is up', async ({ connect }) => {
  const { server, record } = connect()
  server.hang()
  await pass(4_900)
  expect(record.states).toEqual(['connecting'])
  server.up()
  await pass(10)
  expect(record.states).toEqual(['connecting', 'open'])
  server.refuse()
  server.up()
  expect(server.connections).toHaveLength(1)
})

test('[T1] who hangs is refused when others are', async ({ connect }) => {
  const { server, record } = connect({ reconnect: false })
  server.hang()
  await pass(100)
  server.refuse()
  await pass(10)
  expect(record.states).toEqual(['connecting', 'closed'])
})

test('[T1] an upgrade that was given up is not answered any more', async ({ connect }) => {
  const upgrade = vi.fn(() => true)
  const { server, socket, record } = connect({}, { upgrade })
  server.hang()
  await pass(100)
  socket.close()
  await pass(10)
  server.up()
  await pass(1_000)
  expect(record.states).toEqual(['connecting', 'closing', 'closed'])
  expect(server.connections).toEqual([])
  expect(upgrade).not.toHaveBeenCalled()
})

test('[T1] a late answer is none for who has given up, and a refusal once all are refused', async ({
  connect,
}) => {
  const upgrade = () => new Promise<boolean>((resolve) => setTimeout(resolve, 1_000, true))
  const one = connect({ reconnect: false }, { upgrade })
  const other = connect({ reconnect: false }, { upgrade })
  await pass(500)
  one.socket.close()
  other.server.refuse()
  await pass(1_000)
  expect(one.server.connections).toEqual([])
  expect(other.record.states).toEqual(['connecting', 'closed'])
  expect(other.server.connections).toEqual([])
})

test('[T1] who gives up before the server has heard of it was not there', async () => {
  const server = createServer()
  const socket = new server.WebSocket('ws://test/')
  socket.close()
  await pass(10)
  expect(socket.readyState).toBe(3)
  expect(server.attempts).toBe(0)
})

test('[T1] who gives up while the answer is under way is lost for the server', async () => {
  const server = createServer({ latency: 100 })
  const socket = new server.WebSocket('ws://test/')
  await pass(150)
  socket.close()
  const [connection] = server.connections
  await pass(200)
  expect(connection?.ending).toEqual({ code: 1006, reason: '', wasClean: false })
})

test.for([
  ['chromium', 240_000],
  ['firefox', 20_000],
] as const)('[T1] %s waits for an upgrade %i ms', async ([engine, patience], { connect }) => {
  const { server, record } = connect({ connectTimeout: Infinity, reconnect: false }, { engine })
  server.hang()
  await pass(patience - 100)
  expect(record.states).toEqual(['connecting'])
  await pass(200)
  expect(record.of('close')).toMatchObject([{ code: 1006 }])
})

test.for(['chromium', 'firefox', 'webkit'] as const)(
  '[T1] drops the connection in the manner of %s',
  async (engine, { connect }) => {
    const rig = connect({}, { engine })
    await pass(10)
    const told = vi.fn()
    rig.connection.on('close', told)
    rig.connection.drop()
    expect(told).toHaveBeenCalledWith({ code: 1006, reason: '', wasClean: false })
    expect(rig.server.connections).toEqual([])
    await pass(10)
    expect(rig.record.of('close')).toMatchObject([{ code: 1006, wasClean: false, willRetry: true }])
    await pass(1_000)
    expect(rig.record.states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  },
)

test.for([
  ['chromium', ['close']],
  ['firefox', ['error'], ['close']],
  ['webkit', ['error'], ['close']],
] as const)('[T1] tells in %s of a drop task by task', async ([engine, ...tasks]) => {
  const server = createServer({ engine })
  const socket = new server.WebSocket('ws://test/')
  await pass(10)
  const told: string[] = []
  for (const type of ['error', 'close']) socket.addEventListener(type, () => told.push(type))
  server.connections[0]?.drop()
  for (const task of tasks) {
    vi.advanceTimersToNextTimer()
    expect(told.splice(0)).toEqual(task)
  }
  expect(vi.getTimerCount()).toBe(0)
})

test('[T1] is down, and up again', async ({ connect }) => {
  const { server, record } = connect()
  await pass(10)
  server.down()
  await pass(500)
  expect(server.attempts).toBeGreaterThan(2)
  expect(record.of('open')).toHaveLength(1)
  server.up()
  await pass(5_000)
  expect(record.of('open')).toMatchObject([{ reconnected: false }, { reconnected: true }])
})

test('[T1] closes with any code a close frame may hold, and none it may not', async ({ connect }) => {
  // There the page stays open until the end.
  const rig = connect({}, { engine: 'webkit' })
  await pass(10)
  for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000])
    expect(() => rig.connection.close(code)).toThrow(RangeError)
  expect(() => rig.connection.close(4000, 'é'.repeat(62))).toThrow(RangeError)
  rig.connection.close(4401, 'who are you?')
  rig.connection.close(4402)
  rig.connection.send('too late')
  await pass(10)
  expect(rig.record.of('close')).toMatchObject([{ code: 4401, reason: 'who are you?', wasClean: true }])
  expect(rig.record.of('message')).toEqual([])
  expect(rig.connection.ending).toEqual({ code: 4401, reason: 'who are you?', wasClean: true })
})

test('[T1] is told how the page closes', async ({ connect }) => {
  const rig = connect()
  await pass(10)
  rig.socket.send('last word')
  rig.socket.close(4000, 'enough')
  await pass(100)
  expect(rig.connection.received).toEqual(['last word'])
  expect(rig.connection.ending).toEqual({ code: 4000, reason: 'enough', wasClean: true })
  expect(rig.record.of('close')).toMatchObject([{ code: 4000, wasClean: true }])
})

test('[T1] stops reading, so that what is sent piles up, and is sent again after a drop', async ({
  connect,
}) => {
  const rig = connect({ queue: { highWaterMark: 64 * KiB } })
  await pass(10)
  const { connection, socket, record } = rig
  connection.stall()
  for (let number = 0; number < 100; number++) socket.send(`${number} `.padEnd(10 * KiB, '.'))
  await pass(1_000)
  expect(connection.received).toEqual([])
  expect(socket.bufferedAmount).toBe(1_000 * KiB)
  expect(socket.queue.length).toBe(93)
  connection.drop()
  await pass(1_000)
  expect(record.of('close')).toMatchObject([{ unsentBytes: 70 * KiB }])
  expect(rig.connection.received.map((text) => Number.parseInt(text as string, 10))).toEqual([
    ...Array(100).keys(),
  ])
})

test('[T1] reads on where it stopped', async ({ connect }) => {
  const rig = connect()
  await pass(10)
  rig.connection.stall()
  rig.socket.send('one')
  rig.socket.send('two')
  await pass(1_000)
  expect(rig.socket.bufferedAmount).toBe(6)
  rig.connection.resume()
  await pass(10)
  expect(rig.socket.bufferedAmount).toBe(0)
  expect(rig.connection.received).toEqual(['one', 'two'])
})

test('[T1] goes half-open: the heartbeat alone finds out', async ({ connect }) => {
  const heartbeat = { interval: 10_000, timeout: 3_000, message: 'ping' }
  const rig = connect({ heartbeat })
  await pass(10)
  const { connection } = rig
  connection.halfOpen()
  connection.send('never heard')
  rig.socket.send('never heard')
  await pass(9_000)
  expect(rig.socket).toMatchObject({ state: { name: 'open' }, bufferedAmount: 0 })
  await pass(5_000)
  expect(rig.record.of('close')).toMatchObject([{ phase: 'heartbeat', willRetry: true }])
  expect(rig.record.of('message')).toEqual([])
  expect(connection.received).toEqual([])
  expect(connection.ending).toBeUndefined()
  connection.drop()
  await pass(1_000)
  expect(rig.server.connections).toEqual([rig.connection])
  expect(rig.connection).not.toBe(connection)
})

test.for([
  ['chromium', 60_000],
  ['firefox', 20_000],
  ['webkit', 5_000],
] as const)(
  '[T1] %s waits %i ms for the answer to a close frame',
  async ([engine, patience], { connect }) => {
    const rig = connect({ closeTimeout: Infinity }, { engine })
    await pass(10)
    rig.connection.halfOpen()
    rig.socket.close()
    await pass(patience - 100)
    expect(rig.record.states).toEqual(['connecting', 'open', 'closing'])
    await pass(200)
    expect(rig.record.of('close')).toMatchObject([{ code: 1006, wasClean: false }])
    rig.connection.drop()
  },
)

test.for(['a server that does not read', 'a cable that is pulled'] as const)(
  '[T1] a close frame to %s is not waited for for ever',
  async (obstacle) => {
    const server = createServer()
    const socket = new server.WebSocket('ws://test/')
    const closed = vi.fn()
    socket.onclose = ({ code }) => closed(code)
    await pass(10)
    const [connection] = server.connections
    if (obstacle === 'a server that does not read') connection?.stall()
    else {
      connection?.halfOpen()
      socket.send('before it')
    }
    socket.close()
    await pass(59_900)
    expect(closed).not.toHaveBeenCalled()
    await pass(200)
    expect(closed).toHaveBeenCalledExactlyOnceWith(1006)
  },
)

test('[T1] a close frame goes behind what was sent, however long that takes', async () => {
  const server = createServer({ rate: 1_000 })
  const socket = new server.WebSocket('ws://test/')
  const closed = vi.fn()
  socket.onclose = ({ code }) => closed(code)
  await pass(10)
  socket.send('.'.repeat(90_000))
  socket.close(4000)
  await pass(89_000)
  expect(closed).not.toHaveBeenCalled()
  await pass(2_000)
  expect(closed).toHaveBeenCalledExactlyOnceWith(4000)
})

test('[T1] reads slower than a byte at a time', async ({ connect }) => {
  const rig = connect({}, { rate: 10 })
  await pass(10)
  rig.socket.send('12345')
  await pass(400)
  expect(rig.connection.received).toEqual([])
  await pass(200)
  expect(rig.connection.received).toEqual(['12345'])
})

test('[T1] reads so many bytes a second, and as many more as told', async ({ connect }) => {
  const rig = connect({}, { rate: 10_000 })
  await pass(10)
  for (let number = 0; number < 100; number++) rig.socket.send('.'.repeat(1_000))
  await pass(1_010)
  expect(rig.connection.received).toHaveLength(10)
  expect(rig.socket.bufferedAmount).toBe(90_000)
  rig.server.rate = 40_000
  await pass(1_000)
  expect(rig.socket.bufferedAmount).toBe(50_000)
  rig.server.rate = Infinity
  await pass(1_000)
  expect(rig.socket.bufferedAmount).toBe(0)
  expect(rig.connection.received).toHaveLength(100)
})

test('[T1] a clock that stands still stops no reading', async ({ connect }) => {
  vi.spyOn(Date, 'now').mockReturnValue(0)
  const rig = connect({}, { rate: 10_000 })
  await pass(10)
  rig.socket.send('.'.repeat(1_000))
  await pass(200)
  expect(rig.connection.received).toHaveLength(1)
})

test('[T1] what is on its way takes its time, and keeps its order when the way becomes shorter', async ({
  connect,
}) => {
  const rig = connect({}, { latency: 100 })
  await pass(150)
  expect(rig.socket.state.name).toBe('connecting')
  await pass(60)
  expect(rig.socket.state.name).toBe('open')
  rig.connection.send('slow')
  rig.server.latency = 10
  rig.connection.send('fast')
  await pass(90)
  expect(rig.record.of('message')).toEqual([])
  await pass(20)
  expect(rig.record.of('message')).toEqual(['slow', 'fast'])
})

test('[T1] what is on its way when the server stops reading waits, too', async ({ connect }) => {
  const rig = connect({}, { latency: 100 })
  await pass(250)
  rig.socket.send('on its way')
  await pass(50)
  rig.connection.stall()
  await pass(1_000)
  expect(rig.connection.received).toEqual([])
  rig.connection.resume()
  expect(rig.connection.received).toEqual(['on its way'])
})

test.for(['halfOpen', 'drop'] as const)(
  '[T1] what is on its way at %s() never arrives',
  async (loss, { connect }) => {
    const rig = connect({}, { latency: 100 })
    await pass(250)
    const { connection } = rig
    rig.socket.send('to the server')
    await pass(50)
    expect(rig.socket.bufferedAmount).toBe(0)
    if (loss === 'halfOpen') connection.send('to the page')
    await pass(20)
    connection[loss]()
    await pass(500)
    expect(connection.received).toEqual([])
    expect(rig.record.of('message')).toEqual([])
  },
)

test('[T1] a refusal takes its time, too', async ({ connect }) => {
  const { server, record } = connect({ reconnect: false }, { latency: 100 })
  server.refuse()
  await pass(190)
  expect(record.states).toEqual(['connecting'])
  await pass(20)
  expect(record.states).toEqual(['connecting', 'closed'])
})

test('[T1] is waited for: its connections, and their messages', async ({ connect }) => {
  const { server, socket } = connect({ reconnect: { baseDelay: 0 } })
  socket.send('one')
  const first = server.nextConnection()
  const second = server.nextConnection()
  await pass(10)
  const connection = await first
  socket.send('two')
  expect(await connection.nextMessage()).toBe('one')
  const [two, three] = [connection.nextMessage(), connection.nextMessage()]
  await pass(10)
  expect(await two).toBe('two')
  connection.drop()
  await expect(three).rejects.toThrow('The connection has ended with 1006')
  await pass(2_000)
  expect(await second).not.toBe(connection)
})

test('[T1] keeps nothing of what has come, if told so', async ({ connect }) => {
  const rig = connect({}, { record: false })
  await pass(10)
  const message = rig.connection.nextMessage()
  rig.socket.send('one')
  await pass(10)
  expect(await message).toBe('one')
  expect(rig.connection.received).toEqual([])
})

test('[T1] keeps no connection that has ended, if told so', async ({ connect }) => {
  const rig = connect({}, { record: false })
  await pass(10)
  rig.connection.drop()
  expect(rig.server.connections).toEqual([])
  await pass(200)
  const next = await rig.server.nextConnection()
  expect(next.ending).toBeUndefined()
  expect(rig.server.connections).toEqual([next])
})

test('[T1] Blobs arrive in their turn', async ({ connect }) => {
  const rig = connect()
  await pass(10)
  rig.socket.send('first')
  rig.socket.send(new Blob(['blob']))
  rig.socket.send('text')
  await vi.waitFor(() => expect(rig.connection.received).toHaveLength(3))
  const [first, blob, text] = rig.connection.received
  expect(first).toBe('first')
  expect(new TextDecoder().decode(blob as ArrayBuffer)).toBe('blob')
  expect(text).toBe('text')
})

test('[T1] takes the place of the class of the page', async () => {
  const server = createServer((connection) => connection.on('message', (message) => connection.send(message)))
  vi.stubGlobal('WebSocket', server.WebSocket)
  const socket = new WebSocket('ws://test/')
  const heard: unknown[] = []
  socket.onopen = () => socket.send('hi')
  socket.onmessage = ({ data }) => {
    heard.push(data)
    socket.close()
  }
  socket.onclose = ({ code }) => heard.push(code)
  await pass(20)
  expect(heard).toEqual(['hi', 1005])
})

test('[T1] timers told to run synchronously do', ({ connect }) => {
  const rig = connect()
  // The library builds its native socket in a microtask.
  return Promise.resolve().then(() => {
    vi.advanceTimersByTime(10)
    rig.connection.send('hi')
    vi.advanceTimersByTime(10)
    expect(rig.record.order).toEqual(['state connecting', 'state open', 'open', 'message'])
  })
})

test('[T1] has the events of the platform where it has none of their classes', async () => {
  vi.stubGlobal('CloseEvent', undefined)
  vi.stubGlobal('MessageEvent', undefined)
  const server = createServer((connection) => {
    connection.send('hi')
    connection.close(4000, 'done')
  })
  const socket = new server.WebSocket('ws://test/')
  const heard: Event[] = []
  for (const type of ['message', 'close']) socket.addEventListener(type, (event) => heard.push(event))
  await settle()
  await pass(20)
  expect(heard).toMatchObject([
    { type: 'message', data: 'hi', origin: 'ws://test' },
    { type: 'close', code: 4000, reason: 'done', wasClean: true },
  ])
})
