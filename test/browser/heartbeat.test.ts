/** The heartbeat on links that go silent, are slow, or come back: what only real engines and a real network decide. */
import { expect } from 'vitest'
import { server as runner } from 'vitest/browser'
import type { HeartbeatOptions } from '../../src/index.ts'
import { Collected, collect, collectStates } from '../support/collect.ts'
import { test } from './fixture.ts'

const { browser } = runner
const MiB = 2 ** 20

/** The echo of a ping is its pong. */
const heartbeat: HeartbeatOptions<string, string> = {
  interval: 100,
  timeout: 300,
  message: 'ping',
  isPong: (message) => message === 'ping',
}
const soon = { delay: () => 0 }

/** The native class, with what its sockets send and hear, and when. */
function overhear() {
  const built: WebSocket[] = []
  const pings = new Collected<number>()
  const heard = new Collected<{ data: unknown; at: number }>()
  class Overheard extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      built.push(this)
      this.addEventListener('message', ({ data }) => heard.push({ data, at: performance.now() }))
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      super.send(data)
      if (data === 'ping') pings.push(performance.now())
    }
  }
  return { WebSocket: Overheard, built, pings, heard }
}

async function ended(native: WebSocket | undefined): Promise<void> {
  if (native && native.readyState !== WebSocket.CLOSED) {
    await new Promise((resolve) => native.addEventListener('close', resolve))
  }
}

test.for([
  ['both ways', { up: true, down: true }],
  ['upwards', { up: true, down: false }],
  ['downwards', { up: false, down: true }],
] as const)(
  '[H1] a link that goes silent %s is noticed, and left without waiting for the browser',
  async ([, silent], { server, connect }) => {
    const { WebSocket, built, pings, heard } = overhear()
    const socket = connect(server.url('/echo'), { WebSocket, heartbeat, reconnect: soon })
    const states = collectStates(socket)
    const closes = collect(socket, 'close')
    const retries = collect(socket, 'retry')
    const messages = collect(socket, 'message')
    await heard.next()
    await server.stall(silent)
    const close = await closes.next()
    const end = performance.now()
    expect(close).toMatchObject({
      code: 1006,
      phase: 'heartbeat',
      opened: true,
      willRetry: true,
      error: { code: 'HEARTBEAT_TIMEOUT' },
    })
    expect(await retries.next()).toMatchObject({ attempt: 1, delay: 0, close })
    expect(built[0]?.readyState).toBe(WebSocket.CLOSING)
    const lastHeard = heard.all.at(-1)?.at ?? 0
    // Timers and clocks of the engines round to the millisecond.
    expect(end - lastHeard).toBeGreaterThan(100 + 300 - 3)
    // One, and one more for each timer that was late.
    const unanswered = pings.all.filter((at) => at >= lastHeard).length
    expect(unanswered).toBeGreaterThanOrEqual(1)
    expect(unanswered).toBeLessThanOrEqual(3)

    await server.broadcast('for the old connection')
    await server.resume()
    await socket.opened()
    await ended(built[0])
    socket.send('for the new one')
    expect(await messages.next()).toBe('for the new one')
    expect(messages.all).toHaveLength(1)
    expect(closes.all).toHaveLength(1)
    expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
    expect(built).toHaveLength(2)
  },
)

test('[H1] pongs are not delivered, and the time they took is told', async ({ server, connect }) => {
  const { WebSocket, heard } = overhear()
  const socket = connect(server.url('/echo'), {
    WebSocket,
    heartbeat: { ...heartbeat, interval: 200, timeout: 10_000 },
  })
  const messages = collect(socket, 'message')
  await socket.opened()
  expect(socket.stats.roundTrip).toBeUndefined()
  socket.send('news')
  await messages.next()
  await server.delay(50)
  await heard.take(3)
  // Until every listener has heard it.
  await new Promise((resume) => setTimeout(resume))
  expect(heard.all.map(({ data }) => data)).toEqual(['news', 'ping', 'ping'])
  expect(messages.all).toEqual(['news'])
  expect(socket.stats.roundTrip).toBeGreaterThan(2 * 50 - 3)
})

test('[H1] without a timeout, silence ends nothing', async ({ server, connect }) => {
  const { WebSocket, built, pings } = overhear()
  const socket = connect(server.url('/echo'), { WebSocket, heartbeat: { interval: 50, message: 'ping' } })
  const messages = collect(socket, 'message')
  await socket.opened()
  await server.stall()
  await pings.take(8)
  await server.resume()
  expect((await messages.take(8)).every((message) => message === 'ping')).toBe(true)
  expect(built).toHaveLength(1)
  expect(socket.state.name).toBe('open')
})

// WebKit counts nothing as buffered as soon as its network process has it: there a slow link looks like a dead one.
test.skipIf(browser === 'webkit')(
  '[H2] a slow link is not cut while data leaves, however late the pong',
  async ({ server, connect }) => {
    // Longer than what has left the browser, and stands in the system's buffers, takes to arrive.
    const timeout = 4_000
    const socket = connect(server.url('/pong'), {
      // Mostly long enough for all to be handed to the browser before the ping, which does not wait in the queue.
      heartbeat: { interval: 500, timeout, message: 'ping' },
      queue: { highWaterMark: 64 * MiB },
    })
    const states = collectStates(socket)
    const pongs = collect(socket, 'message')
    await socket.opened()
    await server.rate(4 * MiB)
    for (let number = 0; number < 24; number++) socket.send(`${number} `.padEnd(MiB, '.'))
    const { connections } = await server.until({ messages: 25 })
    const come = connections[0]?.messages.map(({ text, sequence }) => text ?? sequence) ?? []
    const numbers = come.filter((each) => each !== 'ping')
    expect(numbers).toEqual([...numbers.keys()])
    expect(numbers.length).toBeLessThan(come.length)
    await pongs.next()
    expect(states.all).toEqual(['connecting', 'open'])
  },
)

test('[H2] one message that takes longer than the timeout to come arrives at last', async ({
  server,
  connect,
}) => {
  await server.rate(MiB, 'down')
  const socket = connect(server.url(`/pong?greeting=${MiB}`), {
    heartbeat: { interval: 100, timeout: 200, message: 'ping' },
    reconnect: soon,
  })
  const closes = collect(socket, 'close')
  const messages = collect(socket, 'message')
  expect(await messages.next()).toHaveLength(MiB)
  expect(closes.all.length).toBeGreaterThan(0)
  expect(new Set(closes.all.map(({ phase }) => phase))).toEqual(new Set(['heartbeat']))
  // From then on it is alive.
  expect(await messages.next()).toBe('pong')
  expect(socket.state.name).toBe('open')
})
