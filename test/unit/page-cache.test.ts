/** The back/forward cache: a page that goes closes its sockets, a page that comes back has them again. */
import { describe, expect, vi } from 'vitest'
import { page } from '../support/page.ts'
import { at, liveStages, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

describe('the page goes', () => {
  test('[W2] an open socket is closed, and waits', async () => {
    const { Fake, socket, record } = await at('open')
    page.enterCache()
    expect(Fake.last.closeCalls).toEqual([{ code: 1000, reason: 'page hidden' }])
    expect(record.order).toEqual(['state connecting', 'state open', 'open', 'state waiting', 'close'])
    expect(record.of('close')).toMatchObject([{ phase: 'pagehide', opened: true, willRetry: true }])
    expect(socket.state).toMatchObject({ name: 'waiting', attempt: 1, delay: Infinity, at: Infinity })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[W2] a connection that is lost while it goes is not retried before it is back', async () => {
    const { Fake, socket, record } = await at('open')
    page.hide()
    Fake.last.fail()
    page.turnHidden()
    expect(record.order.slice(3)).toEqual(['state waiting', 'close'])
    expect(socket.state).toMatchObject({ name: 'waiting', attempt: 1, delay: Infinity, at: Infinity })
    expect(vi.getTimerCount()).toBe(0)
    page.leaveCache()
    await settle()
    expect(Fake.instances).toHaveLength(2)
  })

  test.for(['provider', 'connecting', 'handshake'] as const)(
    '[W2] an attempt at the stage %s is given up',
    async (stage) => {
      const { Fake, record, answer, agree } = await at(stage)
      page.enterCache()
      expect(record.states).toEqual(['connecting', 'waiting'])
      expect(record.of('close')).toMatchObject([{ phase: 'pagehide', opened: false, willRetry: true }])
      answer('ws://test/')
      agree()
      for (const native of Fake.instances) {
        expect(native.closeCalls).toHaveLength(1)
        native.fail()
      }
      await pass(3_600_000)
      expect(record.states).toEqual(['connecting', 'waiting'])
      expect(Fake.instances).toHaveLength(stage === 'provider' ? 0 : 1)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('[W2] retries are suspended', async () => {
    const { Fake, socket, record } = await at('waiting')
    page.enterCache()
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity, at: Infinity })
    expect(vi.getTimerCount()).toBe(0)
    await pass(3_600_000)
    expect(Fake.instances).toHaveLength(1)
    expect(record.of('close')).toHaveLength(1)
  })

  test('[W2] what waits is handed over as by close(), and what is sent meanwhile is kept', async () => {
    const { Fake, socket, record } = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 1 },
    })
    socket.send('handed over')
    socket.send('one')
    page.enterCache()
    expect(socket.send('two')).toBe('queued')
    expect(Fake.last.sent).toEqual(['handed over', 'one'])
    expect(socket.queue.length).toBe(1)
    page.leaveCache()
    await settle()
    expect(Fake.instances).toHaveLength(2)
    Fake.last.accept()
    Fake.last.drain()
    await pass(4)
    expect(Fake.last.sent).toEqual(['two'])
    expect(record.of('drop')).toEqual([])
  })

  test('[L5] close() is final in a listener told of what has expired in the queue', async () => {
    const { Fake, socket, record } = await at('open', {
      fake: { buffering: true },
      queue: { highWaterMark: 1 },
    })
    socket.on('drop', () => socket.close())
    socket.send('in the browser')
    socket.send('expires', { ttl: 1 })
    vi.setSystemTime(Date.now() + 10)
    page.leave()
    await settle()
    expect(record.states).toEqual(['connecting', 'open', 'waiting', 'closing', 'closed'])
    expect(record.of('close').map(({ willRetry }) => willRetry)).toEqual([true, false])
    page.leaveCache()
    await pass(60_000)
    expect(Fake.instances).toHaveLength(1)
  })

  test('[W2] it makes no difference whether the page says that it may come back', async () => {
    const { Fake, socket } = await at('open')
    page.hide(false)
    page.turnHidden()
    expect(Fake.last.closeCalls).toHaveLength(1)
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
  })

  test.for(['idle', 'closing', 'closed'] as const)('[W2] the stage %s is left alone', async (stage) => {
    const { Fake, socket, record } = await at(stage)
    const { state } = socket
    const told = [...record.order]
    page.enterCache()
    page.leaveCache()
    await settle()
    expect(socket.state).toBe(state)
    expect(record.order).toEqual(told)
    expect(Fake.instances.flatMap(({ closeCalls }) => closeCalls)).toHaveLength(stage === 'idle' ? 0 : 1)
  })
})

describe('in the cache', () => {
  const meddling: Array<[string, (rig: Staged) => void]> = [
    ['reconnect()', ({ socket }) => socket.reconnect()],
    ['connect()', ({ socket }) => socket.connect()],
    [
      'close() and connect()',
      ({ socket }) => {
        socket.close()
        socket.connect()
      },
    ],
    ['send()', ({ socket }) => void socket.send('meanwhile')],
    ['opened()', ({ socket }) => void socket.opened().catch(() => {})],
    ['online', page.online],
    ['the page visible', page.turnVisible],
    ['resume', page.resume],
    ['a show that is none', () => page.show(false)],
    ['a second pagehide', () => page.hide()],
    [
      'late native events',
      ({ Fake }) => {
        for (const native of Fake.instances) native.fail()
      },
    ],
  ]
  const cases = liveStages.flatMap((stage) =>
    meddling.map(([name, meddle]) => [name, stage, meddle] as const),
  )

  test.for(cases)('[W2] nothing connects by %s, after the stage %s', async ([, stage, meddle]) => {
    const rig = await at(stage)
    const { Fake, socket } = rig
    page.enterCache()
    const { attempts } = socket.stats
    const built = Fake.instances.length
    meddle(rig)
    await pass(3_600_000)
    expect(Fake.instances).toHaveLength(built)
    expect(socket.stats.attempts).toBe(attempts)
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    expect(vi.getTimerCount()).toBe(0)
    page.leaveCache()
    await pass(4_000)
    expect(socket.stats.attempts).toBe(attempts + 1)
  })

  test('[W2] nothing connects from a close listener', async () => {
    const { Fake, socket } = await at('open')
    socket.on('close', () => socket.reconnect())
    page.enterCache()
    await pass(3_600_000)
    expect(Fake.instances).toHaveLength(1)
    page.leaveCache()
    await pass(4_000)
    expect(Fake.instances).toHaveLength(2)
  })

  test('[W2] nothing connects from a listener of another socket, before it has heard of the page itself', async () => {
    const first = await at('open')
    const second = await at('open')
    first.socket.on('close', () => second.socket.reconnect())
    page.enterCache()
    await pass(3_600_000)
    expect(second.Fake.instances).toHaveLength(1)
    page.leaveCache()
    await pass(4_000)
    expect(second.Fake.instances).toHaveLength(2)
  })

  test('[W2] a socket built there is taken for dead when the page is back, and made anew', async () => {
    page.enterCache()
    const { Fake, record } = await at('connecting')
    page.leaveCache()
    await settle()
    expect(record.order).toEqual(['state connecting', 'state connecting', 'close'])
    expect(Fake.instances.map(({ closeCalls }) => closeCalls.length)).toEqual([1, 0])
  })

  test('[W2] close() is final there', async () => {
    const { Fake, socket, record } = await at('open')
    page.enterCache()
    socket.close()
    await settle()
    page.leaveCache()
    await pass(3_600_000)
    expect(Fake.instances).toHaveLength(1)
    expect(record.states).toEqual(['connecting', 'open', 'waiting', 'closing', 'closed'])
    expect(record.of('close').map(({ willRetry }) => willRetry)).toEqual([true, false])
  })
})

describe('the page is back', () => {
  test.for(liveStages)('[W2] after the stage %s it reconnects once, at once', async (stage) => {
    const { Fake, socket, record } = await at(stage)
    const states = [...record.states]
    page.enterCache()
    await pass(60_000)
    const built = Fake.instances.length
    page.leaveCache()
    expect(socket.state).toMatchObject({ name: 'connecting', attempt: 0, reconnected: stage === 'open' })
    await settle()
    if (stage !== 'provider') expect(Fake.instances).toHaveLength(built + 1)
    expect(record.states).toEqual([...states, 'waiting', 'connecting'])
    for (const native of Fake.instances.slice(0, built)) native.fail()
    page.resume()
    page.turnVisible()
    await pass(4_000)
    expect(record.states).toEqual([...states, 'waiting', 'connecting'])
  })

  test('[W2] the count is reset', async () => {
    const { Fake, record } = await at('waiting')
    await pass(1_500)
    Fake.last.fail()
    page.enterCache()
    page.leaveCache()
    await settle()
    Fake.last.fail()
    expect(record.of('retry').map(({ attempt }) => attempt)).toEqual([1, 2, 1])
  })

  test('[W2] again and again', async () => {
    const { Fake, record } = await at('open')
    for (let count = 0; count < 20; count++) {
      page.enterCache()
      await pass(1_000)
      page.leaveCache()
      await settle()
      Fake.last.accept()
    }
    expect(Fake.instances).toHaveLength(21)
    expect(record.of('open')).toHaveLength(21)
    expect(record.of('close').every(({ phase }) => phase === 'pagehide')).toBe(true)
  })

  test('[W2] one that was not in the cache after all starts with the next sign, and by reconnect()', async () => {
    const { Fake, socket } = await at('open')
    page.leave()
    page.show(false)
    page.online()
    await settle()
    expect(Fake.instances).toHaveLength(2)
    page.leave()
    page.show(false)
    socket.reconnect()
    await settle()
    expect(Fake.instances).toHaveLength(3)
  })

  test('[W2] a return that nobody heard of is none to wait for, in the background either', async () => {
    const { Fake, socket } = await at('open', { reconnect: false })
    page.enterCache()
    await pass(90_000)
    page.leaveCache()
    page.turnHidden()
    socket.connect()
    await settle()
    expect(socket.state.name).toBe('connecting')
    expect(Fake.instances).toHaveLength(2)
  })

  test('[W2] nobody hears of a return while the socket is closed; for a second the page counts as away', async () => {
    const { Fake, socket } = await at('open', { reconnect: false })
    page.enterCache()
    await pass(1_000)
    socket.connect()
    await settle()
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    socket.close()
    await pass(1)
    socket.connect()
    await settle()
    expect(socket.state.name).toBe('connecting')
    expect(Fake.instances).toHaveLength(2)
  })

  test('[W2] nothing starts in a `visibilitychange` of a page that goes, closed in `pagehide` or not', async () => {
    const { Fake, socket } = await at('open')
    await pass(5_000)
    page.hide()
    socket.close()
    Fake.last.serverClose()
    page.turnHidden()
    socket.connect()
    await settle()
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    expect(Fake.instances).toHaveLength(1)
    page.leaveCache()
    await settle()
    expect(Fake.instances).toHaveLength(2)
  })

  test('[W2] closed when the page went, and connected before it is seen again, it is back when it is', async () => {
    const { Fake, socket } = await at('open')
    page.enterCache()
    socket.close()
    Fake.last.fail()
    await pass(500)
    page.show(true)
    socket.connect()
    await settle()
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    page.turnVisible()
    await settle()
    expect(socket.state.name).toBe('connecting')
    expect(Fake.instances).toHaveLength(2)
  })

  test('[W2] nothing starts in a page that is frozen, closed by that or not', async () => {
    const { Fake, socket } = await at('open', { reconnect: false })
    page.turnHidden()
    await pass(5_000)
    page.freeze()
    expect(socket.state.name).toBe('closed')
    socket.connect()
    await settle()
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    page.resume()
    await settle()
    expect(Fake.instances).toHaveLength(2)
  })

  test('[W2] a page that was not in the cache is none', async () => {
    const { Fake, record } = await at('open')
    page.show(false)
    await pass(60_000)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.closeCalls).toEqual([])
  })

  test('[W2] the downtime counts from when the page went', async () => {
    const { Fake, record } = await at('open')
    page.enterCache()
    await pass(90_000)
    page.leaveCache()
    await settle()
    Fake.last.accept()
    expect(record.of('open').at(-1)).toMatchObject({ reconnected: true, downtime: 90_000 })
  })

  test('[W2] with `reconnect: false` it stays closed', async () => {
    const { Fake, socket, record } = await at('open', { reconnect: false })
    page.enterCache()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'refused', close: { phase: 'pagehide' } })
    page.leaveCache()
    await pass(60_000)
    expect(Fake.instances).toHaveLength(1)
    expect(record.of('close')).toMatchObject([{ willRetry: false }])
  })
})
