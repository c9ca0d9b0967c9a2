/** zone.js, as Angular has it: each socket lives in the zone in which it was made; and pages that are written anew. */
import { describe, expect } from 'vitest'
import { neverByItself, openLibrary, reached, test } from './fixture.ts'

interface Zone {
  readonly name: string
  readonly parent: Zone | null
  fork(spec: object): Zone
  run<T>(callback: () => T): T
}

declare global {
  var Zone: { readonly current: Zone; readonly root: Zone }
  /** What each socket has told, with the zone in which it did. */
  var heard: Record<string, string[]>
  /** Whether anything in the application's zone is to come. */
  var application: { zone: Zone; isStable: () => boolean; stable: () => Promise<void> }
}

describe('with zone.js', () => {
  test('[W4] events of a socket fire in the zone in which it was made, after a wake signal and an asynchronous `url` too', async ({
    page,
    site,
    server,
  }) => {
    await openLibrary(page, site.zoned)
    await page.evaluate(
      async (url: string, options: typeof neverByItself) => {
        globalThis.heard = {}
        for (const name of ['first', 'second', 'third']) {
          const told: string[] = []
          heard[name] = told
          Zone.root.fork({ name }).run(() => {
            const later = async (): Promise<string> => {
              await new Promise((done) => setTimeout(done, 1))
              return url
            }
            const socket = new library.SteadySocket(name === 'third' ? later : url, options)
            const note = (what: string): void => void told.push(`${what} in ${Zone.current.name}`)
            socket.on('state', (state) => note(state.name))
            socket.on('open', () => note('open'))
            socket.on('message', (message) => note(message))
          })
        }
      },
      server.url('/echo'),
      neverByItself,
    )
    await server.until({ connections: 3 })
    const allOpen = (times: number): Promise<void> =>
      page.evaluate(async (times: number) => {
        const count = (told: string[]): number => told.filter((line) => line.startsWith('open in')).length
        while (Object.values(heard).some((told) => count(told) < 2 * times)) {
          await new Promise((done) => setTimeout(done, 5))
        }
      }, times)
    await allOpen(1)
    await server.broadcast('hello')
    await server.closeAll(1001)
    await page.evaluate(async () => {
      const isWaiting = (told: string[]): boolean => told.at(-1)?.startsWith('waiting') ?? false
      while (!Object.values(heard).every(isWaiting)) await new Promise((done) => setTimeout(done, 5))
      dispatchEvent(new Event('online'))
    })
    await allOpen(2)
    const story = (zone: string): string[] =>
      ['connecting', 'open', 'open', 'hello', 'waiting', 'connecting', 'open', 'open'].map(
        (what) => `${what} in ${zone}`,
      )
    expect(await page.evaluate(() => heard)).toEqual({
      first: story('first'),
      second: story('second'),
      third: story('third'),
    })
  })

  test('[W4] and after `reconnect()` from another zone', async ({ page, site, server }) => {
    await openLibrary(page, site.zoned)
    const told = await page.evaluate(async (url: string) => {
      const told: string[] = []
      const note = (what: string): void => void told.push(`${what} in ${Zone.current.name}`)
      Zone.root.fork({ name: 'own' }).run(() => {
        globalThis.socket = new library.SteadySocket(url)
        socket.on('open', () => note('open'))
        socket.on('message', (message) => note(message))
      })
      for (const message of ['first', 'second']) {
        await socket.opened()
        socket.send(message)
        while (!told.at(-1)?.startsWith(message)) await new Promise((done) => setTimeout(done, 5))
        Zone.root.fork({ name: 'other' }).run(() => socket.reconnect())
      }
      return told
    }, server.url('/echo'))
    expect(told).toEqual(['open in own', 'first in own', 'open in own', 'second in own'])
  })

  /** What Angular's NgZone does, and `whenStable()`: nothing is to come when no macrotask of the zone is left. */
  const launch = (): void => {
    let hasTasks = false
    let look = (): void => {}
    const zone = Zone.root.fork({
      name: 'application',
      onHasTask(
        delegate: { hasTask(...args: unknown[]): void },
        _: Zone,
        target: Zone,
        state: { change: string; macroTask: boolean },
      ) {
        delegate.hasTask(target, state)
        if (state.change === 'macroTask') hasTasks = state.macroTask
        look()
      },
    })
    const isStable = (): boolean => !hasTasks
    const stable = (): Promise<void> =>
      new Promise((done) => {
        look = () => isStable() && done()
        look()
      })
    globalThis.application = { zone, isStable, stable }
  }

  test('[W4] made outside the application’s zone, a socket with a heartbeat keeps nothing unstable; what it shows comes back in', async ({
    page,
    site,
    server,
  }) => {
    await openLibrary(page, site.zoned)
    await page.evaluate(launch)
    const shown = await page.evaluate(async (url: string) => {
      const { zone, isStable, stable } = application
      const told: string[] = []
      const heartbeat = { interval: 60_000, timeout: 10_000, message: 'ping' }
      const open = (): void => {
        // As the recipe has it: `zone.runOutsideAngular(…)`, and `zone.run(…)` for what is shown.
        globalThis.socket = Zone.root.run(() => new library.SteadySocket(url, { heartbeat }))
        socket.on('message', (message) => {
          told.push(`${message} in ${Zone.current.name}`)
          zone.run(() => told.push(`shown in ${Zone.current.name}`))
        })
      }
      zone.run(() => {
        setTimeout(open, 1)
      })
      await stable()
      await socket.opened()
      // By a send in the zone, as from a click.
      zone.run(() => socket.send('hello'))
      while (told.length < 2) await new Promise((done) => setTimeout(done, 5))
      await stable()
      return [...told, isStable()]
    }, server.url('/echo'))
    expect(shown).toEqual(['hello in <root>', 'shown in application', true])
  })

  test('[W4] made inside, its timers are the application’s: the test above would see them', async ({
    page,
    site,
    server,
  }) => {
    await openLibrary(page, site.zoned)
    await page.evaluate(launch)
    const isStable = await page.evaluate(async (url: string) => {
      const heartbeat = { interval: 60_000, timeout: 10_000, message: 'ping' }
      application.zone.run(() => {
        globalThis.socket = new library.SteadySocket(url, { heartbeat })
      })
      await socket.opened()
      return application.isStable()
    }, server.url('/echo'))
    expect(isStable).toBe(false)
  })
})

describe('a page that was written anew by `document.open()`', () => {
  test('[W4] from the next attempt on, the socket hears again that the network is back, and that the page goes', async ({
    page,
    site,
    server,
  }) => {
    await page.goto(site.page(server.url('/sink'), neverByItself))
    await server.until({ connections: 1 })
    await reached(page, 'open')
    await page.evaluate(() => {
      document.open()
      document.write('<!doctype html><p>anew')
      document.close()
      socket.reconnect()
    })
    await server.until({ connections: 2 })
    await reached(page, 'open')
    await server.closeAll(1001)
    await reached(page, 'waiting')
    const after = await page.evaluate((): string => {
      dispatchEvent(new Event('online'))
      return socket.state.name
    })
    expect(after).toBe('connecting')
    await server.until({ connections: 3 })
    await reached(page, 'open')
    const state = await page.evaluate(async () => {
      dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      return { name: socket.state.name, delay: String((socket.state as { delay?: number }).delay) }
    })
    expect(state).toEqual({ name: 'waiting', delay: 'Infinity' })
    const { connections } = await server.until({ closed: 3 })
    expect(connections[2]?.close).toMatchObject({ code: 1000 })
  })
})
