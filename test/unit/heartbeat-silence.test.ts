/** A heartbeat without a message, for servers that ping by themselves: nothing is sent, silence is judged. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { delayTimers, notBetween } from '../support/late-timers.ts'
import { page } from '../support/page.ts'
import { at } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const silence = { timeout: 30_000 }

test('[H1] without a message nothing is sent, and `timeout` is the longest silence allowed', async () => {
  const { socket, Fake, record } = await at('open', { heartbeat: silence })
  await pass(29_900)
  expect(socket.state.name).toBe('open')
  await pass(200)
  expect(record.order).toEqual([
    ...['state connecting', 'state open', 'open'],
    ...['state waiting', 'error', 'close', 'retry'],
  ])
  expect(record.of('close')).toMatchObject([{ phase: 'heartbeat', opened: true, willRetry: true }])
  expect(record.of('error')).toMatchObject([{ code: 'HEARTBEAT_TIMEOUT' }])
  expect(Fake.last.sent).toEqual([])
  expect(Fake.last.closeCalls).toHaveLength(1)
})

test('[H1] without a message any inbound frame proves life', async () => {
  const { socket, Fake, record } = await at('open', { heartbeat: silence })
  for (let times = 0; times < 4; times++) {
    await pass(20_000)
    Fake.last.receive(times % 2 ? 'hello' : Uint8Array.of(1))
  }
  expect(socket.state.name).toBe('open')
  await pass(30_100)
  expect(record.states).toEqual(['connecting', 'open', 'waiting'])
  expect(Fake.last.sent).toEqual([])
})

test('[H2] without a message a very late timer grants its full time once more', async ({ reported }) => {
  const now = performance.now()
  delayTimers(notBetween([now + 29_000, now + 60_000]))
  const { Fake, record } = await at('open', { heartbeat: silence })
  await pass(90_000 - 1)
  expect(record.states).toEqual(['connecting', 'open'])
  await pass(1)
  expect(record.of('close')).toMatchObject([{ phase: 'heartbeat' }])
  expect(Fake.last.sent).toEqual([])
  expect(reported).toEqual([])
})

test('[H1] without a message what goes out proves nothing', async () => {
  const { socket, record } = await at('open', { heartbeat: silence })
  for (let times = 0; times < 3; times++) {
    await pass(10_000)
    socket.send('hello')
  }
  await pass(100)
  expect(record.states).toEqual(['connecting', 'open', 'waiting'])
})

test("[H1] without a message `isPong` swallows the server's pings, which prove life", async () => {
  const heartbeat = { ...silence, isPong: (message: string) => message === 'ping' }
  const { socket, Fake, record } = await at('open', { heartbeat })
  await pass(20_000)
  Fake.last.receive('ping')
  Fake.last.receive('hello')
  await pass(20_000)
  expect(record.of('message')).toEqual(['hello'])
  expect(socket.state.name).toBe('open')
  expect(socket.stats).toMatchObject({ messagesIn: 2, messagesOut: 0, roundTrip: undefined })
})

test('[W1] without a message a wake signal sends nothing', async () => {
  const { socket, Fake } = await at('open', { heartbeat: silence })
  page.online()
  page.turnVisible()
  await pass(1_000)
  expect(Fake.last.sent).toEqual([])
  expect(socket.state.name).toBe('open')
})

test('[H1] without a message nothing survives `close()`', async () => {
  const { socket, Fake } = await at('open', { heartbeat: silence })
  await pass(10_000)
  socket.close()
  Fake.last.serverClose()
  expect(vi.getTimerCount()).toBe(0)
})

test('[H1] without a message the next connection has its own silence', async () => {
  const { socket, Fake } = await at('open', { heartbeat: silence })
  await pass(29_000)
  socket.reconnect()
  await settle()
  Fake.last.accept()
  await pass(29_000)
  expect(socket.state.name).toBe('open')
})

test('[H1] without a timeout it pings and judges nothing', async () => {
  const { socket, Fake } = await at('open', { heartbeat: { interval: 1_000, message: 'ping' } })
  await pass(3_500)
  expect(Fake.last.sent).toEqual(['ping', 'ping', 'ping'])
  expect(socket.state.name).toBe('open')
})

test("[H1] a ping that the native `send` refuses is no `drop` of the application's", async () => {
  const { socket, Fake, record } = await at('open', { heartbeat: { interval: 1_000, message: 'ping' } })
  Fake.last.send = () => {
    throw new Error('no')
  }
  await pass(1_500)
  expect(record.of('drop')).toEqual([])
  expect(socket.stats.dropped).toBe(0)
})

describe('any other shape', () => {
  /** What is given, and what the message must name. */
  const shapes: [given: object, named: RegExp][] = [
    [{}, /`heartbeat\.(timeout|message)`/],
    [{ isPong: () => true }, /`heartbeat\.(timeout|message)`/],
    [{ interval: 1_000 }, /`heartbeat\.message`/],
    [{ interval: 1_000, isPong: () => true }, /`heartbeat\.message`/],
    [{ interval: 1_000, timeout: 1_000 }, /`heartbeat\.(message|interval)`/],
    [{ interval: 1_000, timeout: 1_000, message: undefined }, /`heartbeat\.(message|interval)`/],
    [{ message: 'ping' }, /`heartbeat\.interval`/],
    [{ message: 'ping', timeout: 1_000 }, /`heartbeat\.interval`/],
    [{ message: 'ping', timeout: 1_000, interval: undefined }, /`heartbeat\.interval`/],
    [{ timeout: 0 }, /`heartbeat\.timeout`/],
    [{ timeout: '30s' }, /`heartbeat\.timeout`/],
  ]

  test.for(shapes)('[H1] %o is a TypeError that names what is missing', ([heartbeat, named]) => {
    const Fake = createFakeWebSocket()
    const build = (): unknown =>
      new SteadySocket('ws://test/', { WebSocket: Fake, heartbeat: heartbeat as never })
    expect(build).toThrow(TypeError)
    expect(build).toThrow(named)
  })
})
