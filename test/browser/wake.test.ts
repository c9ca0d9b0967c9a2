/** The page's own signs that it is time to look: real events on the real window and document. */
import { expect } from 'vitest'
import { collect, collectStates } from '../support/collect.ts'
import { test } from './fixture.ts'

const later = { reconnect: { delay: () => 60_000 } }

const signs: ReadonlyArray<[string, () => void]> = [
  ['online', () => window.dispatchEvent(new Event('online'))],
  ['the page becoming visible', () => document.dispatchEvent(new Event('visibilitychange'))],
  ['resume', () => document.dispatchEvent(new Event('resume'))],
  ['pageshow', () => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))],
  [
    'all of them',
    () =>
      signs.slice(0, 4).forEach(([, happen]) => {
        happen()
      }),
  ],
]

test.for(signs)(
  '[W1] %s while waiting starts one attempt, at once',
  async ([, happen], { server, connect }) => {
    const socket = connect(server.url('/echo'), later)
    const states = collectStates(socket)
    const opens = collect(socket, 'open')
    const retries = collect(socket, 'retry')
    await opens.next()
    await server.reset()
    await retries.next()
    window.dispatchEvent(new Event('offline'))
    expect(socket.state.name).toBe('waiting')
    happen()
    expect(await opens.next()).toMatchObject({ attempt: 0, reconnected: true })
    expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
    expect((await server.record()).upgrades).toBe(2)
  },
)

test('[W1] the signs change nothing while connecting or open', async ({ server, connect }) => {
  const socket = connect(server.url('/echo'), later)
  const states = collectStates(socket)
  const happen = (): void => {
    for (const [, sign] of signs) sign()
  }
  happen()
  await socket.opened()
  happen()
  const messages = collect(socket, 'message')
  socket.send('undisturbed')
  expect(await messages.next()).toBe('undisturbed')
  expect(states.all).toEqual(['connecting', 'open'])
  expect((await server.record()).upgrades).toBe(1)
})

test('[W2] a page that goes to the back/forward cache closes, and reconnects once when it is back', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/sink'))
  const states = collectStates(socket)
  const closes = collect(socket, 'close')
  await socket.opened()
  window.dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
  expect(await closes.next()).toMatchObject({ phase: 'pagehide', opened: true, willRetry: true })
  await server.until({ closed: 1 })
  expect(socket.send('kept')).toBe('queued')
  window.dispatchEvent(new Event('online'))
  expect(socket.state.name).toBe('waiting')
  window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
  const { connections, upgrades } = await server.until({ messages: 1 })
  expect(connections).toMatchObject([{ messages: [] }, { messages: [{ text: 'kept' }] }])
  expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  expect(upgrades).toBe(2)
})
