/** A chat: what one says, everyone hears, cut to 50 characters by the server. */
import { expect } from 'vitest'
import { collect } from '../support/collect.ts'
import { test } from './fixture.ts'

test('[M6] everyone hears everything in the same order', async ({ server, connect }) => {
  const [ada, bob] = [connect(server.url('/chat')), connect(server.url('/chat'))]
  const [atAda, atBob] = [collect(ada, 'message'), collect(bob, 'message')]
  await Promise.all([ada.opened(), bob.opened()])
  for (let turn = 1; turn <= 10; turn++) {
    ada.send(`Ada ${turn}`)
    bob.send(`Bob ${turn}`)
  }
  const heard = await atAda.take(20)
  expect(await atBob.take(20)).toEqual(heard)
  for (const name of ['Ada', 'Bob']) {
    const said = heard.filter((message) => message.startsWith(name))
    expect(said).toEqual(Array.from({ length: 10 }, (_, index) => `${name} ${index + 1}`))
  }
})

test.for([
  ['umlauts', 'ü'.repeat(60), 'ü'.repeat(50)],
  ['emoji, two UTF-16 units each', '👋'.repeat(60), '👋'.repeat(50)],
  ['what is short enough', 'Grüße an alle 👋', 'Grüße an alle 👋'],
  ['the empty message', '', ''],
] as const)(
  '[M3] text stays text, counted in characters: %s',
  async ([, said, heard], { server, connect }) => {
    const socket = connect(server.url('/chat'))
    const messages = collect(socket, 'message')
    const binaries = collect(socket, 'binary')
    socket.send(said)
    expect(await messages.next()).toBe(heard)
    expect(binaries.all).toEqual([])
  },
)
