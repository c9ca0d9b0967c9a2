/** Messages of one key in the browser when the connection is lost: of each key, the newest goes out again, once. */
import { expect } from 'vitest'
import { at } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

const cases: [flying: string[], after: string[], again: string[]][] = [
  [['k1', 'k2'], ['k3'], ['k3']],
  [['k1', 'k2'], [], ['k2']],
  [['k1', 'x', 'k2', 'y'], [], ['x', 'k2', 'y']],
  [
    ['k1', 'x', 'k2', 'y'],
    ['k3', 'z'],
    ['x', 'k3', 'y', 'z'],
  ],
  [['k1', 'l1', 'k2', 'l2'], ['l3'], ['k2', 'l3']],
]

test.for(cases)('[S7] %j lost, then %j: %j', async ([flying, after, again]) => {
  const { socket, Fake, record } = await at('open', {
    fake: { buffering: true },
    reconnect: { delay: () => 0 },
  })
  const send = (message: string): unknown => {
    const [name] = message as unknown as [string]
    return socket.send(message, 'kl'.includes(name) ? { key: name } : {})
  }
  for (const message of flying) expect(send(message)).toBe('sent')
  Fake.last.fail()
  for (const message of after) expect(send(message)).toBe('queued')
  expect(socket.queue.length).toBe(again.length)
  await settle()
  Fake.last.accept()
  expect(Fake.instances.map(({ sent }) => sent)).toEqual([flying, again])
  expect(record.of('drop')).toEqual([])
})
