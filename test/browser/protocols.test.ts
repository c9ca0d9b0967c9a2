/** Subprotocols: what is offered, what the server chooses, and functions that make the offer. */
import { expect } from 'vitest'
import type { AttemptInfo, Provider } from '../../src/index.ts'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

const offers: [string, Provider<string | string[]>][] = [
  ['a string', 'b'],
  ['a list', ['a', 'b']],
  ['a function', () => ['a', 'b']],
  ['a function that answers later', async () => ['a', 'b']],
]

test.for(offers)('[R5] subprotocols are offered, given as %s', async ([, protocols], { server, connect }) => {
  const socket = connect(server.url('/protocols?pick=b'), { protocols })
  expect(socket.protocol).toBe('')
  expect(await collect(socket, 'open').next()).toMatchObject({ protocol: 'b' })
  expect(socket.protocol).toBe('b')
  expect((await server.record()).connections).toMatchObject([{ protocol: 'b' }])
})

test('[R5] the functions are asked once for each attempt, and told what happened', async ({
  server,
  connect,
}) => {
  const asked: AttemptInfo[] = []
  const socket = connect(({ attempt }) => server.url(`/protocols?pick=v${attempt}`), {
    protocols: (info) => {
      asked.push(info)
      return [`v${info.attempt}`]
    },
    reconnect: { delay: () => 0 },
  })
  const opens = collect(socket, 'open')
  const closes = collect(socket, 'close')
  expect(await opens.next()).toMatchObject({ protocol: 'v0' })
  await server.closeAll(4000, 'again')
  const close = await closes.next()
  expect(socket.protocol).toBe('')
  expect(await opens.next()).toMatchObject({ protocol: 'v1' })
  const signal = expect.any(AbortSignal)
  expect(asked).toEqual([
    { attempt: 0, reconnected: false, lastClose: undefined, signal },
    { attempt: 1, reconnected: true, lastClose: close, signal },
  ])
  expect((await server.record()).upgrades).toBe(2)
})

test('[R5] an offer that no browser would make is a failed attempt, and reaches no server', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/protocols?pick=a'), {
    protocols: ({ attempt }) => (attempt === 0 ? ['no spaces, please'] : ['a']),
    reconnect: { delay: () => 0 },
  })
  const errors = collect(socket, 'error')
  const closes = collect(socket, 'close')
  expect(await collect(socket, 'open').next()).toMatchObject({ attempt: 1, protocol: 'a' })
  expect(errors.all).toMatchObject([{ code: 'PROVIDER_FAILED' }])
  expect(closes.all).toMatchObject([{ code: 1006, phase: 'provider', opened: false, willRetry: true }])
  expect((await server.record()).upgrades).toBe(1)
})

test('[L11] a subprotocol that nobody offered is one failed attempt', async ({ server, connect }) => {
  const socket = connect(server.url('/protocols?pick=other'), {
    protocols: 'a',
    reconnect: { maxAttempts: 0 },
  })
  const closes = collect(socket, 'close')
  expect(await closes.next()).toMatchObject({ code: 1006, phase: 'connecting', opened: false })
  expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
  expect(closes.all).toHaveLength(1)
})

// Firefox opens a connection for which the server chose none of the subprotocols; the others refuse it.
test('[L11] a server that chooses none gives one `open` or one failed attempt', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/protocols'), { protocols: ['a', 'b'], reconnect: { maxAttempts: 0 } })
  const opens = collect(socket, 'open')
  const closes = collect(socket, 'close')
  await Promise.race([opens.next(), closes.next()])
  const told = { state: socket.state.name, opens: opens.all, closes: closes.all }
  const opened = { state: 'open', opens: [{ protocol: '' }], closes: [] }
  const refused = { state: 'closed', opens: [], closes: [{ code: 1006, phase: 'connecting', opened: false }] }
  expect(told).toMatchObject(socket.state.name === 'open' ? opened : refused)
})
