/** Two small apps, each before and after: what its user sees is the same. */
import { expect } from 'vitest'
import { Collected } from '../support/collect.ts'
import { test } from './fixture.ts'
import { chat as chatAfter } from './migrating/chat/after.ts'
import { chat as chatBefore } from './migrating/chat/before.ts'
import type { Chat, Said } from './migrating/chat/chat.ts'
import { ticker as tickerAfter } from './migrating/ticker/after.ts'
import { ticker as tickerBefore } from './migrating/ticker/before.ts'
import type { Ticker } from './migrating/ticker/ticker.ts'

test.for([
  ['reconnecting-websocket', tickerBefore],
  ['steadysocket', tickerAfter],
] as const)('[R1] a ticker on %s', async ([, makeTicker], { server, onTestFinished }) => {
  const [statuses, prices] = [new Collected<string>(), new Collected<string>()]
  let tokens = 0
  const ticker: Ticker = makeTicker(server.url('/sink'), async () => `t${++tokens}`, {
    price: prices.push,
    status(text) {
      statuses.push(text)
      if (text === 'back soon, try 1') ticker.follow('CHF')
    },
  })
  onTestFinished(() => ticker.close())
  ticker.follow('USD')
  expect(await statuses.next()).toBe('live')
  await server.until({ messages: 1 })
  await server.broadcast('USD 1.08')
  expect(await prices.next()).toBe('USD 1.08')

  await server.terminateAll()
  expect(await statuses.take(2)).toEqual(['back soon, try 1', 'live'])
  const { connections } = await server.until({ messages: 2 })
  expect(connections).toMatchObject([
    { url: '/sink?token=t1', messages: [{ text: 'USD' }] },
    { url: '/sink?token=t2', messages: [{ text: 'CHF' }] },
  ])

  ticker.close()
  expect(await statuses.next()).toBe('over')
  expect((await server.until({ closed: 2 })).connections[1]?.close).toMatchObject({ code: 1000 })
  expect(statuses.all).toHaveLength(4)
})

test.for([
  ['partysocket', chatBefore],
  ['steadysocket', chatAfter],
] as const)('[M3] a chat with pictures on %s', async ([, makeChat], { server, onTestFinished }) => {
  const [statuses, heard, seen] = [
    new Collected<string>(),
    new Collected<Said>(),
    new Collected<Uint8Array>(),
  ]
  const chat: Chat = makeChat(server.url('/chat'), {
    said: heard.push,
    picture: seen.push,
    status(text) {
      statuses.push(text)
      if (text !== 'away') return
      chat.say({ from: 'Ada', text: 'Still here?' })
      chat.show(Uint8Array.of(4, 5))
    },
  })
  onTestFinished(() => chat.leave())
  expect(await statuses.next()).toBe('here')
  chat.say({ from: 'Ada', text: 'Grüße' })
  chat.show(Uint8Array.of(1, 2, 3))
  expect(await heard.next()).toEqual({ from: 'Ada', text: 'Grüße' })
  expect(await seen.next()).toEqual(Uint8Array.of(1, 2, 3))

  await server.closeAll(1011)
  expect(await statuses.take(2)).toEqual(['away', 'here'])
  expect(await heard.next()).toEqual({ from: 'Ada', text: 'Still here?' })
  expect(await seen.next()).toEqual(Uint8Array.of(4, 5))

  await server.closeAll(4403)
  expect(await statuses.next()).toBe('left')
  expect(await server.record()).toMatchObject({ upgrades: 2 })
  expect(statuses.all).toHaveLength(4)
})
