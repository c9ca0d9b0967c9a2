/** A sign that the network is back comes while connecting: an attempt from before it may never be answered. */
import { describe, expect, vi } from 'vitest'
import { page, wakeSignals } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const underWay = ['provider', 'connecting', 'handshake'] as const
const cases = underWay.flatMap((stage) => wakeSignals.map((signal) => [signal, stage] as const))

/** Ms until the attempt that is under way, or is the next to be, is given up at its limit. */
async function limit({ socket }: Staged): Promise<number> {
  while (socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
  const start = performance.now()
  while (socket.state.name === 'connecting') await vi.advanceTimersToNextTimerAsync()
  return performance.now() - start
}

test.for(cases)(
  '[W1] without reconnection, %s at the stage %s begins no other attempt',
  async ([signal, stage]) => {
    const { socket, record } = await at(stage, { reconnect: false })
    await pass(2_001)
    page[signal]()
    await settle()
    expect(record.of('close')).toEqual([])
    expect(socket.stats.attempts).toBe(1)
  },
)

describe('an attempt older than 2 s', () => {
  test.for(cases)('[W1] %s gives it up at the stage %s, and makes it anew', async ([signal, stage]) => {
    const rig = await at(stage)
    const { Fake, socket, record } = rig
    const begun = socket.stats.attempts
    const told = record.order.length
    await pass(2_001)
    page[signal]()
    expect(socket.state).toEqual({ name: 'connecting', attempt: 0, reconnected: false })
    expect(record.order.slice(told)).toEqual(['state connecting', 'close'])
    expect(record.of('close')).toMatchObject([{ opened: false, phase: stage, willRetry: true }])
    await settle()
    expect(socket.stats.attempts).toBe(begun + 1)
    if (stage === 'provider') return
    expect(Fake.instances.map(({ closeCalls }) => closeCalls.length)).toEqual([1, 0])
  })

  test('[W1] its provider is told, and asked anew; a late answer of the old one is not heard', async () => {
    const answers: ((url: string) => void)[] = []
    const signals: AbortSignal[] = []
    const { Fake, record } = await at('connecting', {
      url: ({ signal }) => {
        signals.push(signal)
        return new Promise<string>((resolve) => answers.push(resolve))
      },
    })
    await pass(2_001)
    page.online()
    await settle()
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    answers[0]?.('ws://old/')
    answers[1]?.('ws://new/')
    await settle()
    expect(Fake.instances.map(({ url }) => url)).toEqual(['ws://new/'])
    expect(record.states).toEqual(['connecting', 'connecting'])
  })

  test('[W1] its native socket is closed and not heard; what waits goes out with the new one', async () => {
    const { Fake, socket, record } = await at('connecting')
    socket.send('waits')
    await pass(2_001)
    page.online()
    await settle()
    const [old] = Fake.instances
    expect(old?.closeCalls).toHaveLength(1)
    old?.dispatchEvent(new Event('open'))
    old?.fail()
    Fake.last.accept()
    await settle()
    expect(Fake.instances.map(({ sent }) => sent)).toEqual([[], ['waits']])
    expect(record.order).toEqual(['state connecting', 'state connecting', 'close', 'state open', 'open'])
  })

  test('[W1] its age counts from its beginning, whatever it has come to', async () => {
    const { Fake, record, answer } = await at('provider')
    await pass(1_500)
    answer('ws://test/')
    await pass(501)
    expect(Fake.instances).toHaveLength(1)
    page.online()
    await settle()
    expect(record.of('close')).toMatchObject([{ phase: 'connecting', willRetry: true }])
    expect(record.states).toEqual(['connecting', 'connecting'])
  })

  test('[W1] one of 2 s is left alone, and a moment later given up', async () => {
    const { Fake, record } = await at('connecting')
    await pass(2_000)
    for (const signal of wakeSignals) page[signal]()
    await settle()
    expect(Fake.instances).toHaveLength(1)
    await pass(1)
    page.online()
    await settle()
    expect(Fake.instances).toHaveLength(2)
    expect(record.states).toEqual(['connecting', 'connecting'])
  })

  test('[W1] a listener of its `close` may end it all', async () => {
    const { Fake, socket, record } = await at('connecting')
    socket.on('close', ({ willRetry }) => willRetry && socket.close())
    await pass(2_001)
    page.online()
    await pass(60_000)
    expect(record.states).toEqual(['connecting', 'connecting', 'closing', 'closed'])
    expect(record.of('close').map(({ willRetry }) => willRetry)).toEqual([true, false])
    expect(Fake.instances).toHaveLength(1)
  })
})

describe('once between two waits', () => {
  /** All signals, now and again, for more than 2 s. */
  async function wakeOften(): Promise<void> {
    for (let time = 0; time < 3_000; time += 250) {
      for (const signal of wakeSignals) page[signal]()
      await pass(250)
    }
  }

  test('[W1] one that a signal has made anew is not given up by another; one after the next wait is', async () => {
    const { Fake, record } = await at('connecting', { connectTimeout: 60_000 })
    await pass(2_001)
    await wakeOften()
    expect(Fake.instances).toHaveLength(2)
    await pass(2_001)
    await wakeOften()
    expect(Fake.instances).toHaveLength(2)
    Fake.last.fail()
    await pass(record.of('retry').at(-1)?.delay ?? 0)
    expect(Fake.instances).toHaveLength(3)
    await pass(2_001)
    await wakeOften()
    expect(Fake.instances).toHaveLength(4)
    expect(record.states).toEqual(['connecting', 'connecting', 'waiting', 'connecting', 'connecting'])
    expect(record.of('close').map(({ willRetry }) => willRetry)).toEqual([true, true, true])
  })

  test('[W1] nor is one that a signal began out of a wait', async () => {
    const { Fake, record } = await at('waiting', { connectTimeout: 60_000 })
    page.online()
    await pass(2_001)
    await wakeOften()
    expect(Fake.instances).toHaveLength(2)
    Fake.last.fail()
    await pass(record.of('retry').at(-1)?.delay ?? 0)
    await pass(2_001)
    await wakeOften()
    expect(Fake.instances).toHaveLength(4)
    expect(record.states).toEqual([
      'connecting',
      'waiting',
      'connecting',
      'waiting',
      'connecting',
      'connecting',
    ])
  })
})

test('[W1] one that reconnect() began is made anew, though a signal began the one before', async () => {
  const { Fake, socket } = await at('waiting')
  page.online()
  await settle()
  Fake.last.accept()
  socket.reconnect()
  await pass(2_001)
  expect(Fake.instances).toHaveLength(3)
  page.online()
  await settle()
  expect(Fake.instances).toHaveLength(4)
})

describe('the limit of what follows', () => {
  const connectTimeout = 4_000

  test('[R6] given up by a signal, the row of timeouts begins anew', async () => {
    const rig = await at('connecting', { connectTimeout })
    expect(await limit(rig)).toBe(4_000)
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    await pass(2_001)
    page.online()
    expect(await limit(rig)).toBe(4_000)
    expect(await limit(rig)).toBe(10_000)
  })

  test('[R6] and so it does where a signal has ended a wait', async () => {
    const rig = await at('connecting', { connectTimeout })
    expect(await limit(rig)).toBe(4_000)
    page.online()
    expect(await limit(rig)).toBe(4_000)
    expect(await limit(rig)).toBe(10_000)
  })

  test('[R6] but not the addition by which failures that take longer each time are met', async () => {
    const rig = await at('connecting', { connectTimeout: 5_000 })
    for (const duration of [100, 1_000, 3_000]) {
      await pass(duration)
      rig.Fake.last.fail()
      await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    }
    expect(rig.record.states.at(-1)).toBe('connecting')
    await pass(2_001)
    page.online()
    await settle()
    expect(rig.Fake.instances).toHaveLength(5)
    expect(await limit(rig)).toBe(11_000)
  })
})
