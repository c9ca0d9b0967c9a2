/** The listeners on window and document: which, when, how many, and what there is to do where those lack. */
import { describe, expect, vi } from 'vitest'
import { crowd } from '../support/crowd.ts'
import { page, watchPageListeners } from '../support/page.ts'
import { at, liveStages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const all = [
  'document freeze',
  'document prerenderingchange',
  'document resume',
  'document visibilitychange',
  'window online',
  'window pagehide',
  'window pageshow',
  'window visibilitychange',
]

describe('listeners on the page', () => {
  test.for(liveStages)('[W2] are there at the stage %s, and gone after close()', async (stage) => {
    const listeners = watchPageListeners()
    const { Fake, socket } = await at(stage)
    expect(listeners.present()).toEqual(all)
    socket.close()
    expect(listeners.present()).toEqual([])
    for (const native of Fake.instances) native.serverClose()
    await settle()
    expect(listeners.present()).toEqual([])
  })

  test.for(['idle', 'closing', 'closed'] as const)('[W2] are not there at the stage %s', async (stage) => {
    const listeners = watchPageListeners()
    await at(stage)
    expect(listeners.present()).toEqual([])
  })

  test('[W2] come and go with connect() and close()', async () => {
    const listeners = watchPageListeners()
    const { Fake, socket } = await at('idle')
    for (let count = 0; count < 5; count++) {
      socket.connect()
      await settle()
      expect(listeners.present()).toEqual(all)
      socket.close()
      Fake.last.serverClose()
      expect(listeners.present()).toEqual([])
    }
  })

  test('[L9] are gone where a sign of the page has led to close()', async () => {
    const listeners = watchPageListeners()
    const { socket } = await at('waiting')
    socket.on('state', () => socket.close())
    page.turnVisible()
    expect(socket.state.name).toBe('closing')
    expect(listeners.present()).toEqual([])
  })

  test('[W2] are gone when the retries are used up', async () => {
    const listeners = watchPageListeners()
    const { Fake, socket } = await at('waiting', { reconnect: { maxAttempts: 1 } })
    await pass(1_500)
    Fake.last.fail()
    expect(socket.state).toMatchObject({ cause: 'exhausted' })
    expect(listeners.present()).toEqual([])
  })

  test('[W4] are a set of its own for each of a hundred sockets', async () => {
    const listeners = watchPageListeners()
    const { Fake, sockets } = crowd(100)
    await settle()
    expect(Fake.instances).toHaveLength(100)
    expect(listeners.present()).toHaveLength(100 * all.length)
    for (const native of Fake.instances) native.accept()
    expect(listeners.present()).toHaveLength(100 * all.length)
    for (const socket of sockets.slice(1)) socket.close()
    expect(listeners.present()).toEqual(all)
    sockets[0]?.close()
    expect(listeners.present()).toEqual([])
  })

  test('[W2] are as many after a thousand reconnects', async () => {
    const listeners = watchPageListeners()
    const { Fake, socket } = await at('open')
    for (let count = 0; count < 1_000; count++) {
      if (count % 2 === 0) socket.reconnect()
      else {
        page.enterCache()
        page.leaveCache()
      }
      await settle()
      Fake.last.accept()
    }
    expect(Fake.instances).toHaveLength(1_001)
    expect(listeners.present()).toEqual(all)
  })

  test('[W2] are never for unload or beforeunload', async () => {
    const listeners = watchPageListeners()
    const { Fake, socket } = await at('waiting', {
      heartbeat: { interval: 1_000, timeout: 400, message: 'ping' },
    })
    await pass(1_500)
    Fake.last.accept()
    await pass(5_000)
    page.enterCache()
    page.leaveCache()
    await settle()
    Fake.last.accept()
    socket.close()
    Fake.last.serverClose()
    expect(listeners.ever()).toEqual([
      'freeze',
      'online',
      'pagehide',
      'pageshow',
      'prerenderingchange',
      'resume',
      'visibilitychange',
    ])
    expect(window.onunload ?? null).toBeNull()
    expect(window.onbeforeunload ?? null).toBeNull()
  })
})

describe('where there is no page', () => {
  /** Takes these globals away, as though they had never been there. */
  function lack(...names: string[]): void {
    for (const name of names) {
      vi.stubGlobal(name, undefined)
      Reflect.deleteProperty(globalThis, name)
    }
  }

  /** Opens, fails, waits for its retry, closes: a life without signals. */
  async function live(): Promise<void> {
    const { Fake, socket, record } = await at('open', {
      autoConnect: true,
      heartbeat: { interval: 1_000, timeout: 400, message: 'ping' },
    })
    await pass(1_400)
    expect(socket.state.name).toBe('waiting')
    await pass(1_500)
    Fake.last.accept()
    socket.close()
    Fake.last.serverClose()
    expect(record.states).toEqual([
      'connecting',
      'open',
      'waiting',
      'connecting',
      'open',
      'closing',
      'closed',
    ])
    expect(vi.getTimerCount()).toBe(0)
  }

  test('[W1] no document', async () => {
    lack('document')
    await live()
  })

  test('[W1] window and document without addEventListener', async () => {
    lack('addEventListener', 'removeEventListener')
    vi.stubGlobal('document', {})
    await live()
  })

  test('[W1] nothing at all', async () => {
    lack('window', 'self', 'document', 'location', 'navigator', 'addEventListener', 'removeEventListener')
    await live()
  })

  test('[W1] a worker hears of the network', async () => {
    const scope = new EventTarget()
    lack('window', 'document')
    vi.stubGlobal('WorkerGlobalScope', class WorkerGlobalScope {})
    vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope))
    vi.stubGlobal('removeEventListener', scope.removeEventListener.bind(scope))
    const { Fake, socket } = await at('waiting')
    scope.dispatchEvent(new Event('online'))
    await settle()
    expect(Fake.instances).toHaveLength(2)
    expect(socket.state).toMatchObject({ name: 'connecting', attempt: 0 })
    socket.close()
  })
})
