/** What a badge shows, from a socket on a scripted WebSocket. */
import { describe, expect, vi } from 'vitest'
import { type Status, type StatusOptions, status } from '../../src/status.ts'
import { page, watchPageListeners } from '../support/page.ts'
import { at, type Scripted, type Stage, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** Waits of 2 s, so that two of them are longer than the patience of 3 s. */
const twoSeconds = { reconnect: { delay: () => 2_000 } }

interface Followed extends Scripted {
  /** Everything a subscriber has been told. */
  told: Status[]
  names: () => string[]
  undo: () => void
}

function follow(rig: Scripted, options?: StatusOptions): Followed {
  const told: Status[] = []
  const undo = status(rig.socket, options).subscribe((value) => told.push(value))
  return { ...rig, told, names: () => told.map(({ name }) => name), undo }
}

async function online(options?: StatusOptions): Promise<Followed> {
  const followed = follow(scripted(twoSeconds), options)
  await settle()
  followed.Fake.last.accept()
  return followed
}

function goOffline(isOffline = true): void {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(!isOffline)
  if (isOffline) page.offline()
  else page.online()
}

describe('what it says', () => {
  test.for<[Stage, Status['name']]>([
    ['idle', 'closed'],
    ['provider', 'connecting'],
    ['connecting', 'connecting'],
    ['handshake', 'connecting'],
    ['open', 'online'],
    ['waiting', 'connecting'],
    ['closing', 'closed'],
    ['closed', 'closed'],
  ])('[U1] of a socket at the stage %s that nobody has followed: %s', async ([stage, name]) => {
    const { socket } = await at(stage)
    expect(status(socket).value.name).toBe(name)
  })

  test('[U1] a subscriber is told at once, and then of each change', async () => {
    const { Fake, socket, told } = await online()
    socket.close()
    Fake.last.serverClose()
    expect(told).toEqual([
      { name: 'connecting', since: expect.any(Number) },
      { name: 'online', since: expect.any(Number) },
      { name: 'closed', since: Date.now() },
    ])
  })

  test('[U1] it is frozen, and the very same while nothing changes', async () => {
    const { socket, told } = await online()
    const store = status(socket)
    const { value } = store
    await pass(10_000)
    expect(store.value).toBe(value)
    store.subscribe((next) => expect(next).toBe(value))()
    expect(Object.isFrozen(value)).toBe(true)
    expect(told).toHaveLength(2)
  })
})

describe('an outage', () => {
  test('[U1] that is over before `patience` is never seen', async () => {
    const { Fake, told, names } = await online()
    const before = told.at(-1)
    Fake.last.fail()
    await pass(2_000)
    await pass(900)
    Fake.last.accept()
    await pass(10_000)
    expect(names()).toEqual(['connecting', 'online'])
    expect(told.at(-1)).toBe(before)
  })

  test('[U1] is seen once it has lasted `patience`, over all attempts and waits together', async () => {
    const { Fake, names } = await online()
    Fake.last.fail()
    await pass(2_000)
    await pass(500)
    Fake.last.fail()
    await pass(499)
    expect(names()).toEqual(['connecting', 'online'])
    await pass(1)
    expect(names()).toEqual(['connecting', 'online', 'reconnecting'])
  })

  test('[U1] `patience` is as given', async () => {
    const { Fake, names } = await online({ patience: 500 })
    Fake.last.fail()
    await pass(499)
    expect(names()).toEqual(['connecting', 'online'])
    await pass(1)
    expect(names().at(-1)).toBe('reconnecting')
  })

  test('[U1] is seen at once with a `patience` of 0, and never with Infinity', async () => {
    const hasty = await online({ patience: 0 })
    hasty.Fake.last.fail()
    expect(hasty.names()).toEqual(['reconnecting', 'online', 'reconnecting'])
    const calm = await online({ patience: Infinity })
    calm.Fake.last.fail()
    await pass(100_000)
    expect(calm.names()).toEqual(['connecting', 'online'])
  })

  test('[U1] tells since when it lasts, and when the next attempt starts', async () => {
    const { Fake, socket, told } = await online()
    Fake.last.fail()
    const since = Date.now()
    await pass(2_900)
    Fake.last.fail()
    await pass(100)
    const at = (socket.state as { at: number }).at
    expect(told.at(-1)).toEqual({ name: 'reconnecting', since, at })
    await pass(1_900)
    expect(told.at(-1)).toEqual({ name: 'reconnecting', since })
    Fake.last.fail()
    expect(told.at(-1)).toEqual({ name: 'reconnecting', since, at: Date.now() + 2_000 })
  })

  test('[U1] that was seen leaves its length with what follows', async () => {
    const { Fake, told } = await online()
    Fake.last.fail()
    await pass(4_000)
    Fake.last.accept()
    expect(told.at(-1)).toEqual({ name: 'online', since: Date.now(), recovered: 4_000 })
    Fake.last.fail()
    await pass(2_000)
    Fake.last.accept()
    expect(told.at(-1)).toMatchObject({ recovered: 4_000 })
    Fake.last.fail()
    await pass(2_500)
    Fake.last.fail()
    await pass(2_500)
    Fake.last.accept()
    expect(told.at(-1)).toMatchObject({ name: 'online', recovered: 5_000 })
  })

  test('[U1] of a first connection is seen, too', async () => {
    const { Fake, told, names } = follow(scripted({ url: () => new Promise(() => {}), ...twoSeconds }))
    const since = Date.now()
    await pass(3_000)
    expect(told).toEqual([
      { name: 'connecting', since },
      { name: 'reconnecting', since },
    ])
    expect(Fake.instances).toHaveLength(0)
    expect(names()).toHaveLength(2)
  })

  test('[U1] ends where the socket is closed; a new start is calm again', async () => {
    const { Fake, socket, told, names } = await online()
    Fake.last.fail()
    await pass(3_000)
    socket.close()
    await settle()
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(names()).toEqual(['connecting', 'online', 'reconnecting', 'closed', 'connecting', 'online'])
    expect(told.at(-1)?.recovered).toBeUndefined()
  })

  test('[U1] does not count the time for which the page was away', async () => {
    const { Fake, socket, names } = await online()
    Fake.last.fail()
    await pass(1_000)
    page.enterCache()
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    await pass(60_000)
    expect(names()).toEqual(['connecting', 'online'])
    page.leaveCache()
    await pass(1_999)
    expect(names()).toEqual(['connecting', 'online'])
    await pass(1)
    expect(names()).toEqual(['connecting', 'online', 'reconnecting'])
    Fake.last.accept()
    expect(status(socket).value.name).toBe('online')
  })

  test('[U1] has begun when it has, though the page was away since', async () => {
    const { Fake, told } = await online()
    Fake.last.fail()
    const since = Date.now()
    await pass(3_000)
    page.enterCache()
    await pass(60_000)
    page.leaveCache()
    await settle()
    Fake.last.fail()
    expect(told.at(-1)).toEqual({ name: 'reconnecting', since, at: Date.now() + 2_000 })
  })

  test('[U1] that nobody has looked at has lasted no time', async () => {
    const { socket } = await at('waiting', { reconnect: { delay: () => 100_000 } })
    await pass(10_000)
    expect(status(socket).value.name).toBe('connecting')
  })

  test('[U1] that is shown takes no timer to be shown', async () => {
    const { socket } = await at('connecting')
    const before = vi.getTimerCount()
    const undo = status(socket, { patience: 0 }).subscribe(() => {})
    expect(vi.getTimerCount()).toBe(before)
    undo()
  })

  test('[U1] while the page is away there is no next attempt, and no timer', async () => {
    const { told } = await online()
    page.enterCache()
    await pass(60_000)
    expect(vi.getTimerCount()).toBe(0)
    expect(told.at(-1)).toMatchObject({ name: 'online' })
    page.leaveCache()
    await pass(3_000)
    page.enterCache()
    expect(told.at(-1)).toEqual({ name: 'reconnecting', since: expect.any(Number) })
  })
})

describe('without a network', () => {
  test('[U1] it is `offline` at once, unless it is open', async () => {
    const { Fake, names } = await online()
    goOffline()
    expect(names()).toEqual(['connecting', 'online'])
    Fake.last.fail()
    expect(names()).toEqual(['connecting', 'online', 'offline'])
  })

  test('[U1] it hears of the network while waiting', async () => {
    const { Fake, told, names } = follow(scripted({ ...twoSeconds, wake: false }))
    await settle()
    Fake.last.fail()
    goOffline()
    const since = Date.now()
    expect(told.at(-1)).toEqual({ name: 'offline', since, at: since + 2_000 })
    goOffline(false)
    expect(names()).toEqual(['connecting', 'connecting', 'offline', 'connecting'])
  })

  test('[U1] what was offline is not called online until it is', async () => {
    const { Fake, names, told } = await online()
    goOffline()
    Fake.last.fail()
    await pass(1_000)
    goOffline(false)
    await settle()
    Fake.last.accept()
    expect([...new Set(names())]).toEqual(['connecting', 'online', 'offline'])
    expect(names().slice(-2)).toEqual(['connecting', 'online'])
    expect(told.at(-1)).toMatchObject({ recovered: 1_000 })
  })

  test('[U1] closed is closed', async () => {
    goOffline()
    const { socket } = await at('closed')
    expect(status(socket).value.name).toBe('closed')
  })
})

describe('on a server', () => {
  test('[U1] it is `connecting`, so that a page renders alike in the browser', () => {
    const { socket } = scripted({ autoConnect: false })
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('WorkerGlobalScope', undefined)
    vi.stubGlobal('navigator', { userAgent: 'Node.js/22' })
    expect(status(socket).value.name).toBe('connecting')
  })

  test('[U1] where the platform knows no such events, it follows the socket', async () => {
    vi.stubGlobal('addEventListener', undefined)
    vi.stubGlobal('removeEventListener', undefined)
    vi.stubGlobal('navigator', undefined)
    const { names, undo } = await online()
    undo()
    expect(names()).toEqual(['connecting', 'online'])
  })
})

describe('subscribers', () => {
  test('[U1] there is no timer and no listener without one, and none left after the last', async () => {
    const { socket, Fake } = scripted({ wake: false, reconnect: { delay: () => 100_000 } })
    await settle()
    Fake.last.accept()
    const listeners = watchPageListeners()
    const store = status(socket)
    const before = vi.getTimerCount()
    store.value
    expect([listeners.ever(), vi.getTimerCount()]).toEqual([[], before])
    const undo = [store.subscribe(() => {}), store.subscribe(() => {})]
    Fake.last.fail()
    expect(vi.getTimerCount()).toBeGreaterThan(1)
    expect(listeners.present()).toContain('window offline')
    for (const each of undo) each()
    for (const each of undo) each()
    expect(listeners.present()).toEqual([])
    // The wait of the socket itself.
    expect(vi.getTimerCount()).toBe(1)
    await pass(10_000)
    store.value
    expect(vi.getTimerCount()).toBe(1)
  })

  test('[U1] each is told the same, whenever it comes', async () => {
    const { Fake, socket } = await online()
    const store = status(socket)
    const [first, second]: [Status[], Status[]] = [[], []]
    store.subscribe((value) => first.push(value))
    Fake.last.fail()
    await pass(1_000)
    store.subscribe((value) => second.push(value))
    await pass(4_000)
    Fake.last.accept()
    expect(first.map(({ name }) => name)).toEqual(['online', 'reconnecting', 'online'])
    expect(second).toEqual(first)
    expect(second.every((value, index) => value === first[index])).toBe(true)
    expect(store.value).toBe(first.at(-1))
  })

  test('[U1] what one throws is reported, and the others are told', async ({ reported }) => {
    const { Fake, socket } = scripted(twoSeconds)
    const store = status(socket)
    const oops = new Error('oops')
    const names: string[] = []
    store.subscribe(({ name }) => {
      if (name === 'online') throw oops
    })
    store.subscribe(({ name }) => names.push(name))
    await settle()
    Fake.last.accept()
    expect(names).toEqual(['connecting', 'online'])
    expect(reported).toEqual([oops])
  })

  test('[U1] one that goes away while it is told is told no more', async () => {
    const { Fake, socket } = scripted(twoSeconds)
    const names: string[] = []
    const undo = status(socket).subscribe(({ name }) => {
      names.push(name)
      if (name === 'reconnecting') undo()
    })
    await settle()
    Fake.last.accept()
    Fake.last.fail()
    await pass(30_000)
    expect(names).toEqual(['connecting', 'online', 'reconnecting'])
  })

  test('[U1] what a listener does to the socket, it is told, too', async () => {
    const { Fake, socket } = scripted(twoSeconds)
    const names: string[] = []
    status(socket).subscribe(({ name }) => {
      names.push(name)
      if (name === 'online') socket.close()
    })
    await settle()
    Fake.last.accept()
    expect(names).toEqual(['connecting', 'online', 'closed'])
  })

  test('[U1] without one, what was online long ago is not called online', async () => {
    const { Fake, socket } = scripted(twoSeconds)
    await settle()
    Fake.last.accept()
    const store = status(socket)
    expect(store.value.name).toBe('online')
    Fake.last.fail()
    expect(store.value.name).toBe('connecting')
    const names: string[] = []
    store.subscribe(({ name }) => names.push(name))
    expect(names).toEqual(['connecting'])
    await pass(3_000)
    expect(store.value.name).toBe('reconnecting')
  })

  test('[U1] one that comes back after a while is not told what was', async () => {
    const { Fake, socket } = scripted(twoSeconds)
    await settle()
    Fake.last.accept()
    const store = status(socket)
    store.subscribe(() => {})()
    Fake.last.fail()
    const names: string[] = []
    store.subscribe(({ name }) => names.push(name))
    expect(names).toEqual(['connecting'])
  })

  test('[U1] each has one timer at most', async () => {
    const { Fake } = await online({ patience: 100_000 })
    const before = vi.getTimerCount()
    for (let life = 0; life < 3; life++) {
      Fake.last.fail()
      await pass(2_000)
    }
    // Its own, and that of the socket's attempt.
    expect(vi.getTimerCount()).toBeLessThanOrEqual(Math.max(before, 2))
  })

  test('[U1] without one, readings find out that an outage lasts', async () => {
    const { Fake, socket } = scripted(twoSeconds)
    await settle()
    Fake.last.fail()
    const store = status(socket)
    expect(store.value.name).toBe('connecting')
    await pass(3_000)
    expect(store.value).toMatchObject({ name: 'reconnecting', since: Date.now() - 3_000 })
  })

  test('[U1] sockets of any messages will do', () => {
    const { socket } = scripted<number, Date>({ codec: { encode: String, decode: Number } })
    expect(status(socket).value.name).toBe('connecting')
  })
})
