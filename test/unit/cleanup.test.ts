/** What is left over when a socket has ended: nothing. */
import { expect, vi } from 'vitest'
import type { State } from '../../src/index.ts'
import { watchPageListeners } from '../support/page.ts'
import { at, type Script, type Scripted, scripted, stages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** Everything that needs timers or listeners. */
const everything: Script<string, string> = {
  heartbeat: { interval: 1_000, timeout: 500, message: 'ping' },
  queue: { highWaterMark: 4 },
  fake: { buffering: true },
  reconnect: { maxAttempts: 0 },
}

async function answerClose({ Fake }: Scripted): Promise<void> {
  if (Fake.instances.at(-1)?.readyState === Fake.CLOSING) Fake.last.serverClose()
  await settle()
}

function unlessWaiting(stage: (typeof stages)[number]): Script<string, string> {
  return stage === 'waiting' ? { ...everything, reconnect: {} } : everything
}

test.for(stages)(
  '[L9] after close() at the stage %s no timer is pending, and the page is not listened to',
  async (stage) => {
    const page = watchPageListeners()
    const rig = await at(stage, unlessWaiting(stage))
    const { socket } = rig
    socket.on('drain', () => {})
    socket.send('first')
    socket.send('second')
    const waiting = [socket.opened({ timeout: 90_000 }), socket.drained({ timeout: 90_000 })]
    const outcomes = Promise.allSettled(waiting)
    socket.close()
    await answerClose(rig)
    expect(socket.state.name).toBe('closed')
    expect(vi.getTimerCount()).toBe(0)
    expect(page.present()).toEqual([])
    await outcomes
    await pass(120_000)
    expect(page.present()).toEqual([])
    expect(socket.state.name).toBe('closed')
  },
)

const ends: [Extract<State, { name: 'closed' }>['cause'], (rig: Scripted) => unknown][] = [
  ['exhausted', ({ Fake }) => Fake.last.serverClose(1011)],
  ['refused', ({ Fake }) => Fake.last.serverClose(1008)],
  [
    'requested',
    async ({ socket }) => {
      socket.close()
      await pass(20_000)
    },
  ],
]

test.for(ends)(
  '[L9] closed with cause %s, no timer is pending, and the page is not listened to',
  async ([cause, end]) => {
    const page = watchPageListeners()
    const rig = await at('open', everything)
    rig.socket.on('drain', () => {})
    rig.socket.send('first')
    rig.socket.send('second')
    expect(vi.getTimerCount()).toBeGreaterThan(1)
    await end(rig)
    expect(rig.socket.state).toMatchObject({ name: 'closed', cause })
    expect(vi.getTimerCount()).toBe(0)
    expect(page.present()).toEqual([])
  },
)

test('[L9] exhausted while connecting, no timer is pending, and the page is not listened to', async () => {
  const page = watchPageListeners()
  const { Fake, socket } = scripted({ reconnect: { maxAttempts: 3 } })
  for (const delay of [1_500, 4_500, 6_750, 0]) {
    await settle()
    expect(page.present().length).toBeGreaterThan(0)
    Fake.last.fail()
    await pass(delay)
  }
  expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
  expect(vi.getTimerCount()).toBe(0)
  expect(page.present()).toEqual([])
})

test('[L9] 1 000 reconnects leave the number of listeners, timers and attached native sockets unchanged', async () => {
  const page = watchPageListeners()
  const { socket, Fake } = await at('open', {
    heartbeat: { interval: 1_000, timeout: 500, message: 'ping' },
  })
  const listeners = page.present()
  const timers = vi.getTimerCount()
  for (let times = 0; times < 1_000; times++) {
    if (times % 2 === 0) socket.reconnect()
    else Fake.last.serverClose(1001)
    if (socket.state.name === 'waiting') await pass(socket.state.delay)
    await settle()
    Fake.last.accept()
  }
  expect(Fake.instances).toHaveLength(1_001)
  expect(page.present()).toEqual(listeners)
  expect(vi.getTimerCount()).toBe(timers)
  expect(Fake.instances.filter((native) => native.listenerCount('close') > 0)).toEqual([Fake.last])
})
