/** Which shapes of a heartbeat the compiler takes: pings, with or without a timeout, or the silence allowed alone. */
import { test } from 'vitest'
import { json, SteadySocket } from '../../src/index.ts'

const url = 'wss://example.com'
type Message = { type: 'ping' } | { type: 'pong' }
const codec = json<Message, Message>()

test('[H1] a message every so often, with a timeout or without', () => {
  new SteadySocket(url, { heartbeat: { interval: 1_000, message: 'ping' } })
  new SteadySocket(url, { heartbeat: { interval: 1_000, timeout: 1_000, message: () => 'ping' } })
  new SteadySocket(url, { codec, heartbeat: { interval: 1_000, message: { type: 'ping' } } })
})

test('[H1] no message, and the longest silence allowed', () => {
  new SteadySocket(url, { heartbeat: { timeout: 30_000 } })
  new SteadySocket(url, { heartbeat: { timeout: 30_000, message: undefined, interval: undefined } })
  new SteadySocket(url, { codec, heartbeat: { timeout: 30_000, isPong: ({ type }) => type === 'ping' } })
})

test('[H1] nothing else', () => {
  // @ts-expect-error a ping needs an interval
  new SteadySocket(url, { heartbeat: { message: 'ping' } })
  // @ts-expect-error an interval needs a message
  new SteadySocket(url, { heartbeat: { interval: 1_000 } })
  // @ts-expect-error of nothing no interval can be kept
  new SteadySocket(url, { heartbeat: { interval: 1_000, timeout: 1_000 } })
  // @ts-expect-error silence of which length?
  new SteadySocket(url, { heartbeat: {} })
})
