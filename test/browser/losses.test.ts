/** What arrives and what is lost when connections end under load: the socket's report against the server's record. */
import { expect } from 'vitest'
import { server as runner } from 'vitest/browser'
import { Collected, collect } from '../support/collect.ts'
import type { ServerRecord } from '../support/test-server.ts'
import { test } from './fixture.ts'

const isWebKit = runner.browser === 'webkit'
const KiB = 1024
const MiB = 1024 * KiB
const soon = { delay: () => 0 }

function numbered(number: number, size: number): string {
  return `${number} `.padEnd(size, '.')
}

/** The numbers that came to the server, by connection. */
function arrived({ connections }: ServerRecord): number[][] {
  return connections.map(({ messages }) => messages.flatMap(({ sequence = [] }) => sequence))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}

/** So many frames of that size were saved or told as dropped, of those that the close event tells. */
function expectAccounted(frames: number, unsentBytes: number, size: number): void {
  expect(frames).toBe(Math.ceil(unsentBytes / size))
}

test('[S1] over twenty drops in the middle of traffic, the order is kept and nothing comes twice', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/sink'), { reconnect: soon })
  const opens = collect(socket, 'open')
  const closes = collect(socket, 'close')
  const drops = ['reset', 'fin', 'terminateAll', 'closeAll'] as const
  let next = 0
  await opens.next()
  await server.rate(32 * MiB)
  const traffic = setInterval(() => {
    while (socket.bufferedAmount < 4 * MiB) socket.send(numbered(next++, 16 * KiB))
  })
  for (let round = 0; round < 20; round++) {
    const { length } = arrived(await server.record()).flat()
    await server.until({ messages: length + 16 })
    await server[drops[round % 4] ?? 'reset']()
    await closes.next()
    await opens.next()
  }
  clearInterval(traffic)
  await server.rate(undefined)
  socket.send(numbered(next, 16))
  socket.close()
  const record = await server.until({ closed: 21 })
  const numbers = arrived(record).flat()
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
  expect(numbers.at(-1)).toBe(next)
  expect(record.connections).toHaveLength(21)
  expect(socket.stats).toMatchObject({ connections: 21, attempts: 21, dropped: 0 })
  // WebKit's network process takes whatever it is given, so that there nothing need be stuck.
  if (!isWebKit) expect(socket.stats.requeued).toBeGreaterThan(0)
})

test.for(['reset', 'fin', 'terminateAll'] as const)(
  '[S9] after %s without `resendUnsent`, what is told as dropped has not arrived, and nothing else is',
  async (end, { server, connect }) => {
    const count = 256
    const socket = connect(server.url('/sink'), { reconnect: soon, queue: { resendUnsent: false } })
    const closes = collect(socket, 'close')
    const drops = collect(socket, 'drop')
    let kept = 0
    socket.once('close', () => {
      kept = socket.queue.length
    })
    await socket.opened()
    await server.rate(16 * MiB)
    for (let number = 0; number < count; number++) socket.send(numbered(number, 64 * KiB))
    await server.until({ messages: 32 })
    await server[end]()
    const { unsentBytes } = await closes.next()
    await server.rate(undefined)
    await socket.opened()
    socket.send(numbered(count, 16))
    socket.close(1000)
    const [before = [], after = []] = arrived(await server.until({ closed: 2 }))
    const dropped = drops.all.map(({ data }) => Number.parseInt(String(data), 10))
    expectAccounted(dropped.length, unsentBytes, 64 * KiB)
    expect(dropped).toEqual(range(count - kept - dropped.length, count - kept))
    expect(drops.all.every(({ reason }) => reason === 'unsent')).toBe(true)
    expect(before).toEqual([...before.keys()])
    expect(before.length).toBeLessThanOrEqual(count - kept - dropped.length)
    expect(after).toEqual(range(count - kept, count + 1))
    expect(socket.stats).toMatchObject({ dropped: dropped.length, requeued: 0 })
  },
)

test('[S9] after 1009, the oldest is told as too big if part of it had left; all others go out again, once', async ({
  server,
  connect,
}) => {
  const count = 12_000
  const size = 1_000
  const socket = connect(server.url('/too-big'), { reconnect: soon })
  const closes = collect(socket, 'close')
  const drops = collect(socket, 'drop')
  await socket.opened()
  await server.rate(2 * MiB)
  socket.send(numbered(0, 2_000))
  for (let number = 1; number < count; number++) socket.send(numbered(number, size))
  const { code, unsentBytes, willRetry } = await closes.next()
  expect([code, willRetry]).toEqual([1009, true])
  await server.rate(undefined)
  await socket.opened()
  socket.send(numbered(count, 16))
  socket.close(1000)
  const [before = [], after = []] = arrived(await server.until({ closed: 2 }))
  const dropped = drops.all.map(({ data }) => Number.parseInt(String(data), 10))
  expectAccounted(dropped.length + socket.stats.requeued, unsentBytes, size)
  expect(drops.all.every(({ reason }) => reason === 'too-big')).toBe(true)
  const [first = 0] = after
  expect(dropped).toEqual(unsentBytes % size > 0 ? [first - 1] : [])
  expect(before).toEqual([])
  expect(after).toEqual(range(first, count + 1))
  // All that was not stuck had left the browser.
  const { messagesOut, requeued } = socket.stats
  expect(messagesOut).toBe(count + 1 + requeued)
})

test('[S9] over resets under load, in whatever manner they are told, all that was stuck goes out again', async ({
  server,
  connect,
}) => {
  // There `close` comes in a later task than `error`, now and then with a timer in between.
  const least = isWebKit ? 20 : 5
  const size = 64 * KiB
  /** What each native socket counted in its close event, by a listener of its own. */
  const stuck = new Collected<number>()
  class Watched extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      this.addEventListener('close', () => stuck.push(this.bufferedAmount))
    }
  }
  const socket = connect(server.url('/sink'), {
    WebSocket: Watched,
    reconnect: soon,
    // So little at a time that there is always something on its way.
    queue: { highWaterMark: size, resendUnsent: Infinity },
  })
  const opens = collect(socket, 'open')
  // Firefox may pass on all of it each time, and WebKit many times in a row.
  const isEnough = (): boolean =>
    stuck.all.length >= least && (!isWebKit || stuck.all.some((bytes) => bytes > 0))
  for (let next = 0; !isEnough(); ) {
    await opens.next()
    while (socket.queue.length < 100) socket.send(numbered(next++, size))
    await server.reset()
    await stuck.next()
  }
  await opens.next()
  socket.close(1000)
  const numbers = arrived(await server.until({ closed: stuck.all.length + 1 })).flat()
  expect(socket.stats.requeued).toBe(stuck.all.reduce((sum, bytes) => sum + Math.ceil(bytes / size), 0))
  if (isWebKit) expect(socket.stats.requeued).toBeGreaterThan(0)
  expect(socket.stats.dropped).toBe(0)
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
})

test.for(['reset', 'terminateAll'] as const)(
  '[S9] a server that stopped reading, then %s: what never left goes out again, once',
  async (end, { server, connect }) => {
    const count = 512
    const socket = connect(({ attempt }) => server.url(attempt === 0 ? '/deaf' : '/sink'), {
      reconnect: soon,
    })
    const closes = collect(socket, 'close')
    const opens = collect(socket, 'open')
    let kept = 0
    socket.once('close', () => {
      kept = socket.queue.length
    })
    await opens.next()
    for (let number = 0; number < count; number++) socket.send(numbered(number, 64 * KiB))
    for (let before = 0; before !== socket.bufferedAmount; ) {
      before = socket.bufferedAmount
      await new Promise((resume) => setTimeout(resume, 100))
    }
    await server[end]()
    const { unsentBytes } = await closes.next()
    await opens.next()
    socket.close(1000)
    expect(await closes.next()).toMatchObject({ code: 1000, wasClean: true })
    const [deaf = [], heard] = arrived(await server.record())
    if (!isWebKit) expect(kept).toBeGreaterThan(0)
    expect(heard).toEqual(range(count - kept, count))
    // What came together with the upgrade.
    expect(deaf).toEqual(range(0, deaf.length))
    expect(deaf.length).toBeLessThanOrEqual(count - kept)
    expectAccounted(socket.stats.requeued, unsentBytes, 64 * KiB)
    expect(socket.stats.dropped).toBe(0)
  },
)

test('[S4] an engine whose `bufferedAmount` always reads 0 is fed all the same', async ({
  server,
  connect,
}) => {
  class Untold extends WebSocket {
    override get bufferedAmount(): number {
      return 0
    }
  }
  const socket = connect(server.url('/sink'), { WebSocket: Untold })
  for (let number = 0; number < 256; number++) socket.send(numbered(number, 64 * KiB))
  await socket.drained()
  expect(arrived(await server.until({ messages: 256 }))).toEqual([range(0, 256)])
})
