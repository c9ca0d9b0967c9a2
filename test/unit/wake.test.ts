/** The network or the page is back: what waits starts now, what is open is probed. */
import { describe, expect, vi } from 'vitest'
import { crowd } from '../support/crowd.ts'
import { page, wakeSignals, watchPageListeners } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const heartbeat = { interval: 60_000, timeout: 400, message: 'ping' }

/** A socket that waits for its third retry, with 6 730 ms of 6 750 to go. */
async function waiting(): Promise<Staged> {
  const rig = await at('waiting')
  for (const delay of [1_500, 4_500]) {
    await pass(delay)
    rig.Fake.last.fail()
  }
  await pass(20)
  expect(rig.socket.state).toMatchObject({ name: 'waiting', attempt: 3, delay: 6_750 })
  expect(rig.Fake.instances).toHaveLength(3)
  return rig
}

describe('while waiting', () => {
  test.for(wakeSignals)('[W1] %s starts the attempt in the same task', async (signal) => {
    const { Fake, socket, record } = await waiting()
    page[signal]()
    expect(socket.state).toEqual({ name: 'connecting', attempt: 0, reconnected: false })
    await Promise.resolve()
    expect(Fake.instances).toHaveLength(4)
    await pass(4_000)
    expect(Fake.instances).toHaveLength(4)
    expect(record.states.slice(-2)).toEqual(['waiting', 'connecting'])
  })

  test.for(wakeSignals)('[W1] %s resets the count', async (signal) => {
    const { Fake, record } = await waiting()
    page[signal]()
    await settle()
    Fake.last.fail()
    expect(record.of('retry').map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [1, 1_500],
      [2, 4_500],
      [3, 6_750],
      [1, 1_500],
    ])
  })

  test('[W1] a budget of retries is full again', async () => {
    const { Fake, socket, record } = await at('waiting', { reconnect: { maxAttempts: 1 } })
    page.online()
    await settle()
    Fake.last.fail()
    expect(socket.state.name).toBe('waiting')
    await pass(1_500)
    Fake.last.fail()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    expect(record.of('close').map(({ willRetry }) => willRetry)).toEqual([true, true, false])
  })

  test.for([
    ['in one task', 0],
    ['one after the other', 50],
    ['slowly', 600],
  ] as const)('[W1] all signals together, %s, make one attempt', async ([, gap]) => {
    const { Fake, record } = await waiting()
    for (const signal of [...wakeSignals, ...wakeSignals]) {
      page[signal]()
      if (gap > 0) await pass(gap)
    }
    await pass(1_000)
    expect(Fake.instances).toHaveLength(4)
    expect(record.states.slice(-2)).toEqual(['waiting', 'connecting'])
    Fake.last.accept()
    expect(record.of('open')).toMatchObject([{ attempt: 0 }])
  })

  test('[W1] a hundred sockets make one attempt each', async () => {
    const { Fake, sockets } = crowd(100)
    await settle()
    for (const native of [...Fake.instances]) native.fail()
    expect(new Set(sockets.map(({ state }) => state.name))).toEqual(new Set(['waiting']))
    for (const signal of wakeSignals) page[signal]()
    await pass(4_000)
    expect(Fake.instances).toHaveLength(200)
    expect(new Set(sockets.map(({ state }) => state.name))).toEqual(new Set(['connecting']))
  })

  test.for<[string, () => void]>([
    ['the network is gone', page.offline],
    ['the page is hidden', page.turnHidden],
    ['the page is shown for the first time', () => page.show(false)],
  ])('[W1] that %s starts nothing', async ([, tell]) => {
    const { Fake, socket } = await waiting()
    const { state } = socket
    tell()
    await pass(6_729)
    expect(socket.state).toBe(state)
    expect(Fake.instances).toHaveLength(3)
    await pass(1)
    expect(Fake.instances).toHaveLength(4)
  })

  test.for([
    ['resumed', page.resume],
    ['visible', page.turnVisible],
  ] as const)(
    '[W1] a frozen page has nothing under way until it is %s; then it starts once, at once',
    async ([, end]) => {
      const { Fake, socket } = await at('open')
      page.freeze()
      expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity, close: { phase: 'pagehide' } })
      page.online()
      await pass(60_000)
      expect(Fake.instances).toHaveLength(1)
      end()
      expect(socket.state).toMatchObject({ name: 'connecting', attempt: 0 })
      for (const signal of wakeSignals) page[signal]()
      await settle()
      expect(Fake.instances).toHaveLength(2)
    },
  )

  test('[W1] the listener of one may close another', async () => {
    const first = await waiting()
    const second = await waiting()
    first.socket.on('state', () => second.socket.close())
    page.online()
    await settle()
    expect(first.socket.state.name).toBe('connecting')
    expect(second.socket.state.name).toBe('closed')
    expect(second.Fake.instances).toHaveLength(3)
  })

  test('[W1] what was queued goes out with the attempt', async () => {
    const { Fake, socket } = await waiting()
    socket.send('waits')
    page.online()
    await settle()
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['waits'])
  })
})

describe('while open', () => {
  test.for(wakeSignals)('[W1] %s makes the heartbeat ping', async (signal) => {
    const { Fake, record } = await at('open', { heartbeat })
    await pass(1_000)
    page[signal]()
    expect(Fake.last.sent).toEqual(['ping'])
    await pass(300)
    Fake.last.receive('pong')
    await pass(59_999)
    expect(Fake.last.sent).toEqual(['ping'])
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.closeCalls).toEqual([])
  })

  test('[W1] a link that does not answer is given up', async () => {
    const { record } = await at('open', { heartbeat })
    await pass(1_000)
    page.online()
    await pass(399)
    expect(record.states).toEqual(['connecting', 'open'])
    await pass(1)
    expect(record.of('close')).toMatchObject([{ phase: 'heartbeat', willRetry: true }])
  })

  test('[W1] all signals together make one ping', async () => {
    const { Fake } = await at('open', { heartbeat })
    for (const signal of wakeSignals) page[signal]()
    expect(Fake.last.sent).toEqual(['ping'])
  })

  test('[W1] without a heartbeat nothing happens', async () => {
    const { Fake, record } = await at('open')
    for (const signal of wakeSignals) page[signal]()
    page.offline()
    await pass(60_000)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.sent).toEqual([])
    expect(Fake.last.closeCalls).toEqual([])
    expect(Fake.instances).toHaveLength(1)
  })
})

describe('otherwise', () => {
  test.for(['idle', 'provider', 'connecting', 'handshake', 'closing', 'closed'] as const)(
    '[W1] the signals change nothing at the stage %s',
    async (stage) => {
      const { Fake, socket, record } = await at(stage)
      const { state } = socket
      const told = [...record.order]
      const built = Fake.instances.length
      for (const signal of wakeSignals) page[signal]()
      await settle()
      expect(socket.state).toBe(state)
      expect(record.order).toEqual(told)
      expect(Fake.instances).toHaveLength(built)
    },
  )

  test('[W1] navigator.onLine === false stops nothing', async () => {
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
    const { Fake, socket, record } = await at('connecting')
    page.offline()
    Fake.last.fail()
    page.offline()
    await pass(1_500)
    expect(Fake.instances).toHaveLength(2)
    page.turnVisible()
    Fake.last.fail()
    page.turnVisible()
    await settle()
    expect(Fake.instances).toHaveLength(3)
    Fake.last.accept()
    page.offline()
    await pass(60_000)
    expect(socket.state.name).toBe('open')
    expect(record.of('retry').map(({ delay }) => delay)).toEqual([1_500, 4_500])
  })

  test('[W1] `wake: false` registers nothing and reacts to nothing', async () => {
    const listeners = watchPageListeners()
    const { Fake, socket, record } = await at('waiting', { wake: false, heartbeat })
    for (const signal of wakeSignals) page[signal]()
    page.enterCache()
    expect(socket.state.name).toBe('waiting')
    await pass(1_500)
    Fake.last.accept()
    for (const signal of wakeSignals) page[signal]()
    page.enterCache()
    await settle()
    expect(record.states).toEqual(['connecting', 'waiting', 'connecting', 'open'])
    expect(Fake.last.sent).toEqual([])
    expect(listeners.ever()).toEqual([])
  })

  test('[W1] `wake: false` stays out of what another socket of the page hears', async () => {
    const wakeful = await at('waiting')
    const { socket, Fake } = await at('waiting', { wake: false })
    page.enterCache()
    await pass(1_500)
    expect(wakeful.Fake.instances).toHaveLength(1)
    expect(Fake.instances).toHaveLength(2)
    expect(socket.state.name).toBe('connecting')
  })
})
