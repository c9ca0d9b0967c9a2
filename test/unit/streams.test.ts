/** `steadysocket/streams` on a scripted WebSocket: what ends a stream, and what a stream makes wait. */
import { describe, expect } from 'vitest'
import { json, type SteadySocket } from '../../src/index.ts'
import { messages, readable, writable } from '../../src/streams.ts'
import { at, scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { pass, settle, test } from './fixture.ts'

const code = (code: string) => expect.objectContaining({ name: 'SteadySocketError', code })

/** What has become of a promise so far. */
function watch(promise: Promise<unknown>): { outcome: unknown } {
  const watched: { outcome: unknown } = { outcome: 'pending' }
  promise.then(
    (value) => {
      watched.outcome = value ?? 'resolved'
    },
    (reason: unknown) => {
      watched.outcome = reason
    },
  )
  return watched
}

/** Of a stream's, beside the one of each kind that records. */
const listeners = (socket: SteadySocket): number =>
  (['message', 'binary', 'close', 'drop'] as const).reduce(
    (sum, name) => sum + socket.listenerCount(name) - 1,
    0,
  )

describe('readable()', () => {
  test('[M6] gives text and binary in wire order, from one connection and the next', async () => {
    const { socket, Fake } = await at('open', { binaryType: 'arraybuffer' })
    const reader = readable(socket).getReader()
    Fake.last.receive('one')
    Fake.last.receive(Uint8Array.of(2))
    Fake.last.fail()
    await pass(3_000)
    Fake.last.accept()
    Fake.last.receive('three')
    const values = [await reader.read(), await reader.read(), await reader.read()].map(({ value }) => value)
    expect(values).toEqual(['one', Uint8Array.of(2).buffer, 'three'])
  })

  test('[L5] ends when the socket is closed, and gives what had come', async () => {
    const { socket, Fake } = await at('open')
    const reader = readable(socket).getReader()
    Fake.last.receive('last')
    socket.close()
    Fake.last.serverClose()
    expect(await reader.read()).toEqual({ done: false, value: 'last' })
    expect(await reader.read()).toEqual({ done: true, value: undefined })
    expect(listeners(socket)).toBe(0)
  })

  test('[R4] fails when the socket gives up', async () => {
    const { socket, Fake } = await at('open', { reconnect: { maxAttempts: 0 } })
    const reader = readable(socket).getReader()
    Fake.last.fail()
    await expect(reader.read()).rejects.toEqual(code('CLOSED'))
  })

  test('[S11] fails rather than have a hole when the reader is more than `limit` behind', async () => {
    const { socket, Fake } = await at('open')
    const stream = readable(socket, { limit: 2 })
    for (const each of ['1', '2', '3', '4']) Fake.last.receive(each)
    await expect(stream.getReader().read()).rejects.toEqual(code('OVERFLOW'))
    expect(listeners(socket)).toBe(0)
  })

  test('[L9] to cancel it, or to abort its signal, leaves no listener and the socket open', async () => {
    const { socket } = await at('open')
    const aborting = new AbortController()
    const cancelled = readable(socket)
    const aborted = readable(socket, { signal: aborting.signal }).getReader()
    await cancelled.cancel()
    const reason = new Error('enough')
    aborting.abort(reason)
    await expect(aborted.read()).rejects.toBe(reason)
    expect(listeners(socket)).toBe(0)
    expect(socket.state.name).toBe('open')
  })
})

describe('writable()', () => {
  test('[S1] sends each chunk as a message, encoded by the codec, in order', async () => {
    const { socket, Fake } = await at<unknown, { n: number }>('open', {
      codec: json<unknown, { n: number }>(),
    })
    const writer = writable(socket).getWriter()
    void writer.write({ n: 1 })
    void writer.write(Uint8Array.of(2))
    await writer.write({ n: 3 })
    expect(Fake.last.sent).toEqual(['{"n":1}', Uint8Array.of(2), '{"n":3}'])
  })

  test('[S4] the source waits while `highWaterMark` bytes wait, and goes on when they have left', async () => {
    const { socket, Fake } = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 10 },
    })
    const writer = writable(socket, { highWaterMark: 8 }).getWriter()
    await writer.write('0123456789')
    await writer.write('1234')
    const full = watch(writer.write('5678'))
    await pass(50)
    expect(full.outcome).toBe('pending')
    expect(socket.queue.length).toBe(2)
    for (let turn = 0; turn < 3; turn++) {
      Fake.last.drain()
      await pass(10)
    }
    expect(full.outcome).toBe('resolved')
    expect(Fake.last.sent).toEqual(['0123456789', '1234', '5678'])
  })

  test('[S4] long binary chunks go out in pieces, and progress is told', async () => {
    const { socket, Fake } = await at('open')
    const told: number[] = []
    const writer = writable(socket, { chunkSize: 2, onProgress: (bytes) => told.push(bytes) }).getWriter()
    await writer.write(new Uint16Array([0x0201, 0x0403]).subarray(0, 2))
    await writer.write(Uint8Array.of(5, 6, 7).buffer)
    await writer.write(new Uint8Array())
    await writer.write('text')
    expect(Fake.last.sent).toEqual(
      [[1, 2], [3, 4], [5, 6], [7], []].map((bytes): unknown => Uint8Array.from(bytes)).concat('text'),
    )
    expect(told).toEqual([2, 4, 6, 7, 7, 7])
  })

  test('[S10] close() resolves when all has left the browser', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    const writer = writable(socket).getWriter()
    void writer.write('hello')
    const closed = watch(writer.close())
    await pass(50)
    expect(closed.outcome).toBe('pending')
    Fake.last.drain()
    await pass(10)
    expect(closed.outcome).toBe('resolved')
    expect(socket.state.name).toBe('open')
    expect(listeners(socket)).toBe(0)
  })

  test('[S2] while not open the source waits', async () => {
    const { socket, Fake } = await at('connecting')
    const writer = writable(socket).getWriter()
    const first = watch(writer.write('one'))
    const second = watch(writer.write('two'))
    await pass(100)
    expect([first.outcome, second.outcome, socket.queue.length]).toEqual(['pending', 'pending', 0])
    Fake.last.accept()
    await settle()
    expect([first.outcome, second.outcome]).toEqual(['resolved', 'resolved'])
    expect(Fake.last.sent).toEqual(['one', 'two'])
  })

  test('[S9] fails with its connection, and nothing of it is sent on the next', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true }, queue: { highWaterMark: 10 } })
    const writer = writable(socket).getWriter()
    const ended = watch(writer.closed)
    for (const chunk of ['0123456789', '1', '2']) await writer.write(chunk)
    socket.send('not of the stream')
    Fake.last.fail()
    await settle()
    expect(ended.outcome).toEqual(code('CLOSED'))
    await pass(3_000)
    Fake.last.accept()
    await pass(10)
    expect(Fake.last.sent).toEqual(['not of the stream'])
    await expect(writer.write('3')).rejects.toEqual(code('CLOSED'))
    expect(listeners(socket)).toBe(0)
  })

  test('[S9] with `spanConnections` what had not left goes out on the next connection', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true }, queue: { highWaterMark: 10 } })
    const writer = writable(socket, { spanConnections: true }).getWriter()
    for (const chunk of ['0123456789', '1', '2']) await writer.write(chunk)
    Fake.last.fail()
    await pass(3_000)
    Fake.last.accept()
    for (let turn = 0; turn < 3; turn++) {
      Fake.last.drain()
      await pass(10)
    }
    expect(Fake.last.sent).toEqual(['0123456789', '1', '2'])
  })

  test('[S9] what is left of it when the socket is closed is not sent by a later connection', async () => {
    const { socket, Fake } = await at('waiting')
    const writer = writable(socket, { spanConnections: true }).getWriter()
    for (const chunk of ['1', '2']) await writer.write(chunk)
    const closed = watch(writer.close())
    socket.close()
    await settle()
    expect(closed.outcome).toEqual(code('CLOSED'))
    socket.connect()
    await settle()
    Fake.last.accept()
    await pass(10)
    expect(Fake.last.sent).toEqual([])
  })

  test('[S7] to abort it withdraws what waits', async () => {
    const { socket, Fake, record } = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 4 },
    })
    const writer = writable(socket).getWriter()
    for (const chunk of ['1234', '5', '6']) await writer.write(chunk)
    await writer.abort(new Error('enough'))
    expect(record.of('drop').map(({ reason }) => reason)).toEqual(['withdrawn', 'withdrawn'])
    Fake.last.drain()
    await pass(10)
    expect(Fake.last.sent).toEqual(['1234'])
  })

  test('[S6] fails when a chunk is refused, and when one that waited may have been dropped', async () => {
    const rejecting = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 4, maxMessages: 1 },
    })
    const refused = writable(rejecting.socket).getWriter()
    for (const chunk of ['1234', '5']) await refused.write(chunk)
    await expect(refused.write('6')).rejects.toEqual(code('DROPPED'))

    const dropping = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 4, maxMessages: 1, overflow: 'drop-oldest' },
    })
    const writer = writable(dropping.socket).getWriter()
    const ended = watch(writer.closed)
    for (const chunk of ['1234', '5']) await writer.write(chunk)
    dropping.socket.send('in its place')
    await settle()
    expect(ended.outcome).toEqual(code('DROPPED'))
  })

  test.for(['open', 'waiting'] as const)('[L8] its signal ends it at the stage %s', async (stage) => {
    const { socket } = await at(stage)
    const rejections = unhandledRejections()
    const aborting = new AbortController()
    const writer = writable(socket, { signal: aborting.signal }).getWriter()
    const written = watch(writer.write('hello'))
    const ended = watch(writer.closed)
    await settle()
    const reason = new Error('enough')
    aborting.abort(reason)
    await settle()
    expect([written.outcome, ended.outcome]).toEqual([stage === 'open' ? 'resolved' : reason, reason])
    expect(listeners(socket)).toBe(0)
    expect(await rejections()).toEqual([])
  })

  test('[L6] its close() resolves though the socket is closed, since all is on its way then', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true }, queue: { highWaterMark: 1 } })
    const writer = writable(socket).getWriter()
    for (const chunk of ['1', '2']) await writer.write(chunk)
    const closed = watch(writer.close())
    await settle()
    socket.close()
    expect(Fake.last.sent).toEqual(['1', '2'])
    Fake.last.drain()
    Fake.last.serverClose()
    await settle()
    expect(closed.outcome).toBe('resolved')
  })

  test('[L8] streams of a disposed socket end', async () => {
    const { socket, Fake } = await at('open')
    const reader = readable(socket).getReader()
    const inbox = messages(socket).next()
    const written = watch(writable(socket).getWriter().closed)
    socket[Symbol.dispose]()
    Fake.last.serverClose()
    expect(await reader.read()).toEqual({ done: true, value: undefined })
    expect(await inbox).toEqual({ done: true, value: undefined })
    await settle()
    expect(written.outcome).toEqual(code('CLOSED'))
  })

  test('[L5] fails when the socket is closed', async () => {
    const { socket } = await at('connecting')
    const writer = writable(socket).getWriter()
    const written = watch(writer.write('hello'))
    const ended = watch(writer.closed)
    socket.close()
    await settle()
    expect([written.outcome, ended.outcome]).toEqual([code('CLOSED'), code('CLOSED')])
  })
})

describe('messages()', () => {
  test('[M6] gives each message once, in order, also those that came before the loop', async () => {
    const { socket, Fake } = await at('open')
    const inbox = messages(socket)
    Fake.last.receive('one')
    Fake.last.receive('two')
    const seen: string[] = []
    const loop = (async () => {
      for await (const message of inbox) seen.push(message)
    })()
    await settle()
    Fake.last.receive('three')
    Fake.last.fail()
    await pass(3_000)
    Fake.last.accept()
    Fake.last.receive('four')
    await settle()
    socket.close()
    Fake.last.receive('while closing')
    Fake.last.serverClose()
    await loop
    expect(seen).toEqual(['one', 'two', 'three', 'four'])
    expect(listeners(socket)).toBe(0)
  })

  test('[S11] keeps the newest `limit` messages, and tells of the others', async () => {
    const { socket, Fake } = await at('open')
    const dropped: string[] = []
    const inbox = messages(socket, { limit: 2, onDrop: (message) => dropped.push(message) })
    for (const each of ['1', '2', '2', '3']) Fake.last.receive(each)
    expect(dropped).toEqual(['1', '2'])
    expect([await inbox.next(), await inbox.next()]).toEqual([
      { done: false, value: '2' },
      { done: false, value: '3' },
    ])
  })

  test.for(['before the first step', 'while one waits'])('[L9] return() %s ends it', async (when) => {
    const { socket } = await at('open')
    const inbox = messages(socket)
    const step = when === 'while one waits' ? inbox.next() : undefined
    await settle()
    expect(await inbox.return()).toEqual({ done: true, value: undefined })
    if (step) expect(await step).toEqual({ done: true, value: undefined })
    expect(listeners(socket)).toBe(0)
  })

  test('[L9] a loop that is left leaves no listener and no message', async () => {
    const { socket, Fake } = await at('open')
    const inbox = messages(socket)
    for (const each of ['1', '2']) Fake.last.receive(each)
    for await (const message of inbox) {
      expect(message).toBe('1')
      break
    }
    expect(listeners(socket)).toBe(0)
    expect(await inbox.next()).toEqual({ done: true, value: undefined })
  })

  test('[L8] its signal ends it: readers that wait are told', async () => {
    const { socket } = await at('open')
    const aborting = new AbortController()
    const inbox = messages(socket, { signal: aborting.signal })
    const reads = [watch(inbox.next()), watch(inbox.next())]
    const reason = new Error('enough')
    aborting.abort(reason)
    await settle()
    expect(reads.map(({ outcome }) => outcome)).toEqual([reason, { done: true, value: undefined }])
    expect(await inbox.next()).toEqual({ done: true, value: undefined })
  })

  test('[R4] throws when the socket gives up, after what had come', async () => {
    const { socket, Fake } = await at('open', { reconnect: { maxAttempts: 0 } })
    const inbox = messages(socket)
    Fake.last.receive('last')
    Fake.last.fail()
    expect(await inbox.next()).toEqual({ done: false, value: 'last' })
    await expect(inbox.next()).rejects.toEqual(code('CLOSED'))
    expect(await inbox.next()).toEqual({ done: true, value: undefined })
  })

  test('[L5] of a closed socket there are none', async () => {
    const { socket } = await at('closed')
    expect(await messages(socket).next()).toEqual({ done: true, value: undefined })
    expect(await readable(socket).getReader().read()).toEqual({ done: true, value: undefined })
    expect(listeners(socket)).toBe(0)
  })
})

test.for([
  ['limit', () => readable(scripted().socket, { limit: 0 })],
  ['limit', () => messages(scripted().socket, { limit: Number.NaN })],
  ['highWaterMark', () => writable(scripted().socket, { highWaterMark: -1 })],
  ['chunkSize', () => writable(scripted().socket, { chunkSize: 0 })],
] as const)('[L12] a bad `%s` throws and shows the value', ([name, build]) => {
  expect(build).toThrow(
    new RegExp(`^Expected \`${name}\` to be a (positive|whole) number.*, got (0|NaN|-1)$`),
  )
})
