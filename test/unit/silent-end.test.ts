/** A native socket that has closed and never said so, as when the frame of its class was removed from the page. */
import { setImmediate as realTask } from 'node:timers/promises'
import { describe, expect } from 'vitest'
import { page, wakeSignals } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const heartbeat = { interval: 30_000, timeout: 10_000, message: 'ping' }

async function nextTasks(): Promise<void> {
  for (let count = 0; count < 3; count++) {
    await settle()
    await realTask()
  }
}

const finders: Array<[string, (rig: Staged) => unknown]> = [
  ['the next send', ({ socket }) => socket.send('found out')],
  ['a send that does not queue', ({ socket }) => socket.send('found out', { queue: false })],
  ...wakeSignals.map((signal): [string, () => void] => [signal, page[signal]]),
  ['the heartbeat', () => pass(heartbeat.interval + 10)],
]

describe('found out', () => {
  test.for(finders)('[L11] by %s: lost, a task later, once', async ([, find]) => {
    const rig = await at('open', { heartbeat })
    const { Fake, record } = rig
    Fake.last.readyState = 3
    await find(rig)
    await nextTasks()
    expect(record.order.filter((name) => name !== 'drop')).toEqual([
      'state connecting',
      'state open',
      'open',
      'state waiting',
      'close',
      'retry',
    ])
    expect(record.of('close')).toMatchObject([{ code: 1006, opened: true, wasClean: false, willRetry: true }])
    expect(Fake.last.listenerCount('message')).toBe(0)
    Fake.last.serverClose(4000)
    await nextTasks()
    expect(record.of('close')).toHaveLength(1)
  })

  test.for(wakeSignals)('[L11] by %s, also without a heartbeat', async (signal) => {
    const { Fake, record } = await at('open')
    Fake.last.readyState = 3
    page[signal]()
    await nextTasks()
    expect(record.states).toEqual(['connecting', 'open', 'waiting'])
  })

  test('[L11] what is sent waits for the next connection', async () => {
    const { Fake, socket, record } = await at('open')
    Fake.last.readyState = 3
    expect(socket.send('one')).toBe('queued')
    expect(socket.send('two')).toBe('queued')
    await nextTasks()
    expect(record.states).toEqual(['connecting', 'open', 'waiting'])
    await pass(record.of('retry').at(-1)?.delay ?? 0)
    Fake.last.accept()
    await settle()
    expect(Fake.instances.map(({ sent }) => sent)).toEqual([[], ['one', 'two']])
    expect(record.of('drop')).toEqual([])
  })
})

test('[L11] a close event that was under way has its say', async () => {
  const { Fake, socket, record } = await at('open')
  Fake.last.readyState = 3
  socket.send('found out')
  expect(record.of('close')).toEqual([])
  Fake.last.serverClose(4001, 'go away')
  await nextTasks()
  expect(record.of('close')).toMatchObject([{ code: 4001, reason: 'go away', wasClean: true }])
  expect(record.states).toEqual(['connecting', 'open', 'waiting'])
})

test('[L11] one that is only closing is waited for', async () => {
  const { Fake, socket, record } = await at('open')
  Fake.last.readyState = 2
  expect(socket.send('one')).toBe('queued')
  page.online()
  await nextTasks()
  await pass(1_000)
  expect(record.states).toEqual(['connecting', 'open'])
  Fake.last.serverClose(4001)
  expect(record.of('close')).toMatchObject([{ code: 4001 }])
})
