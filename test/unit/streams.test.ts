/** `steadysocket/streams` on a scripted WebSocket: what ends a stream, and what a stream makes wait. */
import { describe, expect } from 'vitest'
import { type DropReason, json, type SteadySocket } from '../../src/index.ts'
import { messages, readable, writable } from '../../src/streams.ts'
import { trackListeners } from '../support/listeners.ts'
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
    await expect(reader.read()).rejects.toMatchObject({
      code: 'CLOSED',
      message: 'The socket gave up (exhausted)',
      cause: { code: 1006 },
    })
  })

  test.for([1, 2])('[S11] keeps as many messages as `limit` says: %i', async (limit) => {
    const { socket, Fake } = await at('open')
    const reader = readable(socket, { limit }).getReader()
    for (let count = 1; count <= limit; count++) Fake.last.receive(`${count}`)
    for (let count = 1; count <= limit; count++)
      expect(await reader.read()).toEqual({ done: false, value: `${count}` })
  })

  test('[S11] fails rather than have a hole when the reader is more than `limit` behind', async () => {
    const { socket, Fake } = await at('open')
    const stream = readable(socket, { limit: 2 })
    for (const each of ['1', '2', '3']) Fake.last.receive(each)
    await expect(stream.getReader().read()).rejects.toMatchObject({
      code: 'OVERFLOW',
      message: 'More than 2 messages wait for the reader',
    })
    expect(listeners(socket)).toBe(0)
  })

  test('[L4] cancelled by another listener of what it is about to be told, it is told no more', async ({
    reported,
  }) => {
    const { socket, Fake } = await at('open')
    const streams: ReadableStream[] = []
    const cancel = (): void => void streams.pop()?.cancel()
    socket.on('message', cancel).on('state', cancel)
    for (let count = 0; count < 2; count++) streams.push(readable(socket))
    Fake.last.receive('one')
    socket.close()
    await settle()
    expect(streams).toEqual([])
    expect(reported).toEqual([])
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

  test('[L9] when it has ended, its signal holds nothing of it', async () => {
    const { socket } = await at('open')
    const { signal } = new AbortController()
    const registered = trackListeners(signal)
    const stream = readable(socket, { signal })
    expect(registered).toHaveLength(1)
    await stream.cancel()
    expect(registered).toEqual([])
  })

  test('[L8] with a signal that was aborted before it fails at once', async () => {
    const { socket } = await at('open')
    const reason = new Error('enough')
    const reader = readable(socket, { signal: AbortSignal.abort(reason) }).getReader()
    await expect(reader.read()).rejects.toBe(reason)
    expect(listeners(socket)).toBe(0)
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

  test('[S4] a piece may be a single byte', async () => {
    const { socket, Fake } = await at('open')
    await writable(socket, { chunkSize: 1 }).getWriter().write(Uint8Array.of(1, 2))
    expect(Fake.last.sent).toEqual([Uint8Array.of(1), Uint8Array.of(2)])
  })

  test('[S4] unless told otherwise, a piece is a MiB', async () => {
    const { socket, Fake } = await at('open')
    await writable(socket)
      .getWriter()
      .write(new Uint8Array(2 ** 20 + 1))
    expect(Fake.last.sent.map((piece) => (piece as Uint8Array).length)).toEqual([2 ** 20, 1])
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

  test('[S9] says that it was its connection that has ended, and how', async () => {
    const { socket, Fake } = await at('open')
    const writer = writable(socket, { spanConnections: false }).getWriter()
    const ended = watch(writer.closed)
    await writer.write('one')
    Fake.last.serverClose(4000)
    await settle()
    expect(ended.outcome).toMatchObject({
      code: 'CLOSED',
      message: 'The connection of this stream has ended',
      cause: { code: 4000 },
    })
  })

  test('[S2] with `spanConnections` the source does not wait for a connection', async () => {
    const { socket } = await at('connecting')
    const written = watch(writable(socket, { spanConnections: true }).getWriter().write('one'))
    await settle()
    expect([written.outcome, socket.queue.length]).toEqual(['resolved', 1])
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
    await expect(refused.write('6')).rejects.toMatchObject({
      code: 'DROPPED',
      message: 'A message was dropped (refused)',
      data: '6',
    })

    const dropping = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 4, maxMessages: 1, overflow: 'drop-oldest' },
    })
    const writer = writable(dropping.socket).getWriter()
    const ended = watch(writer.closed)
    for (const chunk of ['1234', '5']) await writer.write(chunk)
    dropping.socket.send('in its place')
    await settle()
    expect(ended.outcome).toMatchObject({ code: 'DROPPED', message: 'A message was dropped (overflow)' })
  })

  test('[M4] fails when a chunk cannot be encoded, and what waits of it is withdrawn', async () => {
    const { socket, record } = await at('open', { fake: { buffering: true }, queue: { highWaterMark: 4 } })
    const writer = writable(socket).getWriter()
    for (const chunk of ['1234', '5']) await writer.write(chunk)
    await expect(writer.write({} as never)).rejects.toThrow(TypeError)
    expect(listeners(socket)).toBe(0)
    expect(record.of('drop').map(({ reason }) => reason)).toEqual(['withdrawn'])
  })

  test.for<[DropReason, boolean]>([
    ['failed', true],
    ['unsent', true],
    ['undeliverable', true],
    ['too-big', true],
    ['not-open', false],
    ['closed', false],
    ['expired', false],
    ['withdrawn', false],
  ])('[S6] whether a message that is dropped (%s) may have been of the stream: %s', async ([reason, may]) => {
    const { socket } = await at('open')
    const ended = watch(writable(socket).getWriter().closed)
    socket.emit('drop', { data: 'x', reason })
    await settle()
    expect(ended.outcome).toEqual(may ? code('DROPPED') : 'pending')
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

  test('[M6] who waits for a message is told when it comes', async () => {
    const { socket, Fake } = await at('open')
    const step = watch(messages(socket).next())
    await settle()
    expect(step.outcome).toBe('pending')
    Fake.last.receive('one')
    await settle()
    expect(step.outcome).toEqual({ done: false, value: 'one' })
  })

  test('[S11] keeps a thousand unless told otherwise, and needs no `onDrop`', async () => {
    const { socket, Fake } = await at('open')
    const [all, one] = [messages(socket), messages(socket, { limit: 1 })]
    for (let count = 0; count <= 1_000; count++) Fake.last.receive(`${count}`)
    expect([await all.next(), await one.next()].map(({ value }) => value)).toEqual(['1', '1000'])
  })

  test('[L9] what has come and was not taken goes with return()', async () => {
    const { socket, Fake } = await at('open')
    const inbox = messages(socket)
    const step = inbox.next()
    await settle()
    Fake.last.receive('one')
    await inbox.return()
    expect(await step).toEqual({ done: true, value: undefined })
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
  ['readable', readable],
  ['writable', writable],
  ['messages', messages],
] as const)('[L12] %s() of what is no socket throws and shows it', ([, build]) => {
  for (const [socket, shown] of [
    [null, 'null'],
    [new EventTarget(), '{}'],
    [{ on: () => {}, off: () => {} }, '{}'],
  ])
    expect(() => build(socket as never)).toThrow(
      new TypeError(`Expected \`socket\` to be a SteadySocket, got ${shown}`),
    )
})

test.for([
  ['limit', () => readable(scripted().socket, { limit: 0 })],
  ['limit', () => messages(scripted().socket, { limit: Number.NaN })],
  ['limit', () => messages(scripted().socket, { limit: 0 })],
  ['highWaterMark', () => writable(scripted().socket, { highWaterMark: -1 })],
  ['chunkSize', () => writable(scripted().socket, { chunkSize: 0 })],
] as const)('[L12] a bad `%s` throws and shows the value', ([name, build]) => {
  expect(build).toThrow(
    new RegExp(`^Expected \`${name}\` to be a (positive|whole) number.*, got (0|NaN|-1)$`),
  )
})
