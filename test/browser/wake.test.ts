/** The page's own signs that it is time to look, on a real window and document. */
import { afterEach, expect, vi } from 'vitest'
import { collect, collectStates } from '../support/collect.ts'
import { page, wakeSignals } from '../support/page.ts'
import { test } from './fixture.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const later = { delay: () => 60_000 }

function tellAll(): void {
  for (const signal of wakeSignals) page[signal]()
}

test.for([
  ...wakeSignals.map((signal) => [signal, page[signal]] as const),
  ['everything at once', tellAll] as const,
])('[W1] from offline to open: %s starts one attempt, at once', async ([, tell], { server, connect }) => {
  const socket = connect(server.url('/echo'), { reconnect: later })
  const states = collectStates(socket)
  const opens = collect(socket, 'open')
  const retries = collect(socket, 'retry')
  await opens.next()
  await server.down()
  await retries.next()
  page.offline()
  await server.up()
  expect(socket.state.name).toBe('waiting')
  tell()
  expect(await opens.next()).toMatchObject({ attempt: 0, reconnected: true })
  expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  expect((await server.record()).upgrades).toBe(2)
})

test('[W1] the signs disturb neither an attempt nor an open connection', async ({ server, connect }) => {
  const socket = connect(server.url('/echo'), { reconnect: later })
  const states = collectStates(socket)
  tellAll()
  await socket.opened()
  tellAll()
  const messages = collect(socket, 'message')
  socket.send('undisturbed')
  expect(await messages.next()).toBe('undisturbed')
  expect(states.all).toEqual(['connecting', 'open'])
  expect((await server.record()).upgrades).toBe(1)
})

test('[W2] a page that enters the back/forward cache hangs up, and is back once it is shown', async ({
  server,
  connect,
}) => {
  const socket = connect(server.url('/sink'))
  const states = collectStates(socket)
  const closes = collect(socket, 'close')
  await socket.opened()
  page.enterCache()
  expect(await closes.next()).toMatchObject({ phase: 'pagehide', opened: true, willRetry: true })
  await server.until({ closed: 1 })
  expect(socket.send('kept')).toBe('queued')
  page.online()
  expect(socket.state.name).toBe('waiting')
  page.leaveCache()
  const { connections, upgrades } = await server.until({ messages: 1 })
  expect(connections).toMatchObject([{ messages: [] }, { messages: [{ text: 'kept' }] }])
  expect(states.all).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  expect(upgrades).toBe(2)
})
