/** A clock that somebody sets, back or forward: durations are what has passed. */
import { expect, vi } from 'vitest'
import type { SteadySocket } from '../../src/index.ts'
import { at } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const hour = 3_600_000
const waitIsOver = ({ state }: SteadySocket): Promise<void> =>
  pass(state.name === 'waiting' ? state.delay : 0)
const setClock = (by: number): void => void vi.setSystemTime(Date.now() + by)

test.for([-hour, -1, hour])(
  '[R3] `downtime` is no less than 0 and what has passed: the clock is set by %i ms',
  async (by) => {
    const { socket, Fake, record } = await at('open')
    Fake.last.fail()
    await pass(500)
    setClock(by)
    await pass(500)
    socket.connect()
    await settle()
    Fake.last.accept()
    const [, again] = record.of('open')
    expect(again?.downtime).toBeGreaterThanOrEqual(0)
    if (by < 0) expect(again?.downtime).toBeLessThanOrEqual(1_000)
  },
)

test('[R3] `downtime` counts from the loss, whatever was tried since', async () => {
  const { socket, Fake, record } = await at('open')
  Fake.last.fail()
  const lostAt = Date.now()
  for (let attempt = 0; attempt < 2; attempt++) {
    await waitIsOver(socket)
    Fake.last.fail()
  }
  await waitIsOver(socket)
  Fake.last.accept()
  expect(record.of('open').at(-1)?.downtime).toBe(Date.now() - lostAt)
})

test('[R3] `downtime` is 0 where no time has passed', async () => {
  const { socket, Fake, record } = await at('open')
  socket.reconnect()
  await settle()
  Fake.last.accept()
  expect(record.of('open').map(({ downtime }) => downtime)).toEqual([0, 0])
})

test('[R3] a connection that was short stays short when the clock is set forward', async () => {
  const { socket, Fake, record } = await at('open')
  Fake.last.fail()
  await waitIsOver(socket)
  Fake.last.accept()
  await pass(100)
  setClock(hour)
  Fake.last.fail()
  expect(record.of('retry').map(({ attempt }) => attempt)).toEqual([1, 2])
})

test('[R3] a connection that was stable was so when the clock is set back', async () => {
  const { socket, Fake, record } = await at('open')
  Fake.last.fail()
  await waitIsOver(socket)
  Fake.last.accept()
  await pass(10_000)
  setClock(-hour)
  Fake.last.fail()
  expect(record.of('retry').map(({ attempt }) => attempt)).toEqual([1, 1])
})

test('[S7] a message lives for its `ttl` when the clock is set back', async () => {
  const { socket, Fake, record } = await at('waiting')
  socket.send('old', { ttl: 1_000 })
  setClock(-hour)
  await pass(1_500)
  socket.send('new', { ttl: 1_000 })
  socket.connect()
  await settle()
  Fake.last.accept()
  expect(Fake.last.sent).toEqual(['new'])
  expect(record.of('drop')).toMatchObject([{ data: 'old', reason: 'expired' }])
})

test('[R9] a wait is as long as it is when the clock is set back', async () => {
  const { socket, Fake } = await at('waiting')
  setClock(-hour)
  await waitIsOver(socket)
  expect(Fake.instances).toHaveLength(2)
})
