/** A wait that the server or the application has asked for is kept, whatever the page hears meanwhile. */
import { expect } from 'vitest'
import { page, wakeSignals } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const minute = 60_000

/** Twenty signals of each kind, over the first ten seconds of a wait; and then nothing until its end. */
async function tellAllAndWait({ Fake, socket, record }: Staged): Promise<void> {
  const { state } = socket
  const built = Fake.instances.length
  const delay = record.of('retry').at(-1)?.delay ?? 0
  expect(delay).toBeGreaterThanOrEqual(10_000)
  for (let count = 0; count < 20; count++) {
    for (const signal of wakeSignals) page[signal]()
    await pass(499)
  }
  expect(socket.state).toBe(state)
  await pass(delay - 20 * 499 - 1)
  expect(socket.state).toBe(state)
  expect(Fake.instances).toHaveLength(built)
  await pass(1)
  expect(Fake.instances).toHaveLength(built + 1)
  expect(socket.state).toMatchObject({ name: 'connecting', attempt: 1 })
}

/** An ordinary wait, which the signals end. */
async function loseAndWake({ Fake, socket }: Staged): Promise<void> {
  const built = Fake.instances.length
  Fake.last.fail()
  expect(socket.state.name).toBe('waiting')
  for (let count = 0; count < 20; count++) for (const signal of wakeSignals) page[signal]()
  await pass(1_000)
  expect(Fake.instances).toHaveLength(built + 1)
  expect(socket.state).toMatchObject({ name: 'connecting', attempt: 0 })
}

test('[W1] closed with 1013, the wait is kept; the next ordinary one is not', async () => {
  const rig = await at('open')
  rig.Fake.last.serverClose(1013, 'later')
  await tellAllAndWait(rig)
  rig.Fake.last.accept()
  await loseAndWake(rig)
})

test('[W1] so is one of a number from `shouldReconnect`, after a loss', async () => {
  const shouldReconnect = ({ code }: { code: number }): boolean | number => (code === 4008 ? minute : true)
  const rig = await at('open', { reconnect: { shouldReconnect } })
  rig.Fake.last.serverClose(4008)
  await tellAllAndWait(rig)
  rig.Fake.last.accept()
  await loseAndWake(rig)
})

test('[W1] and after an attempt that failed', async () => {
  let answer: boolean | number = minute
  const rig = await at('waiting', { reconnect: { shouldReconnect: () => answer } })
  await tellAllAndWait(rig)
  answer = true
  await loseAndWake(rig)
})

test('[W1] `connect()` and `reconnect()` are not kept waiting', async () => {
  const { Fake, socket } = await at('open', { reconnect: { shouldReconnect: () => minute } })
  for (const restart of ['connect', 'reconnect'] as const) {
    Fake.last.fail()
    const built = Fake.instances.length
    page.online()
    await settle()
    expect(Fake.instances).toHaveLength(built)
    socket[restart]()
    await settle()
    expect(Fake.instances).toHaveLength(built + 1)
  }
})
