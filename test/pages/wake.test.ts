/** Pages in a window, really hidden and shown, frozen and resumed, and told of the network. */
import { describe, expect, onTestFinished } from 'vitest'
import type { DrivenPage } from '../support/launch-browsers.ts'
import { engine, ifAmong, neverByItself, reached, testInWindow as test, turned } from './fixture.ts'

/** Until the end of the test. */
async function hide(page: DrivenPage): Promise<void> {
  await page.hide()
  await turned(page, 'hidden')
  onTestFinished(async () => {
    await page.show()
    await turned(page, 'visible')
  })
}

/** Ms from one timer of the page to the next, be they ever so short. */
function timerGap(page: DrivenPage): Promise<number> {
  return page.evaluate(async () => {
    const pause = (): Promise<unknown> => new Promise((done) => setTimeout(done, 4))
    await pause()
    const start = performance.now()
    await pause()
    return performance.now() - start
  })
}

describe('a hidden page', () => {
  // WebKitGTK does not slow them.
  test.for(ifAmong('chromium', 'firefox'))(
    '[H2] in %s its timers come once a second; an answer that comes after the timeout, and before the timer that is late, cuts nothing',
    async (_, { page, site, server }) => {
      await hide(page)
      const heartbeat = { interval: 50, timeout: 50, message: 'ping' }
      await page.goto(site.page(server.url('/echo'), { ...neverByItself, heartbeat }))
      await server.until({ connections: 1 })
      expect(await timerGap(page)).toBeGreaterThan(500)
      await server.delay(200)
      await server.until({ messages: 4 })
      expect(await page.evaluate((): string[] => story)).toEqual(['open: open'])
      expect(await server.record()).toMatchObject({ upgrades: 1, tcp: { open: 1 } })
    },
  )

  test('[S5] a backlog beyond the mark drains, in order', async ({ page, site, server }) => {
    await hide(page)
    await page.goto(site.page(server.url('/sink'), { queue: { highWaterMark: 65_536 } }))
    await server.until({ connections: 1 })
    await page.evaluate(async () => {
      await socket.opened()
      for (let sequence = 0; sequence < 5; sequence++) socket.send(`${sequence} `.padEnd(65_536))
      await socket.drained()
    })
    const { connections } = await server.until({ messages: 5 })
    expect(connections[0]?.messages.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4])
  })

  test('[S5] received messages keep the queue moving where no timer comes', async ({
    page,
    site,
    server,
  }) => {
    await hide(page)
    await page.goto(site.page(server.url('/echo'), { queue: { highWaterMark: 65_536 } }))
    await server.until({ connections: 1 })
    // Longer than a look at the buffer is new.
    await server.delay(50)
    await page.evaluate(async () => {
      await socket.opened()
      globalThis.setTimeout = (() => 0) as never
      for (let sequence = 0; sequence < 8; sequence++) socket.send(`${sequence} `.padEnd(65_536))
    })
    await server.until({ messages: 8 })
    expect(await page.evaluate(() => socket.queue.length)).toBe(0)
  })

  test('[W1] shown, its waiting socket starts the one attempt in that task', async ({
    page,
    site,
    server,
  }) => {
    await page.goto(site.page(server.url('/sink'), neverByItself))
    await server.until({ connections: 1 })
    await reached(page, 'open')
    await hide(page)
    await server.closeAll(1001)
    await reached(page, 'waiting')
    await page.show()
    await server.until({ connections: 2 })
    await reached(page, 'open')
    expect(await page.evaluate((): string[] => story)).toEqual([
      'open: open',
      'hidden: open',
      'close (open): waiting',
      'visible: connecting',
      'open: open',
    ])
    expect(await server.record()).toMatchObject({ upgrades: 2, tcp: { accepted: 2, open: 1 } })
  })

  test.for(ifAmong('chromium', 'firefox'))(
    '[W1] in %s, shown and online again, its waiting socket starts one attempt',
    async (_, { page, site, server }) => {
      await page.goto(site.page(server.url('/sink'), neverByItself))
      await server.until({ connections: 1 })
      await reached(page, 'open')
      await hide(page)
      await page.setOnline?.(false)
      await server.closeAll(1001)
      await reached(page, 'waiting')
      await Promise.all([page.show(), page.setOnline?.(true)])
      await server.until({ connections: 2 })
      await reached(page, 'open')
      await page.evaluate(
        () =>
          new Promise<void>((done) => {
            const look = (): void => {
              if (!document.hidden && navigator.onLine) done()
            }
            document.addEventListener('visibilitychange', look)
            addEventListener('online', look)
            look()
          }),
      )
      const told = await page.evaluate((): string[] => {
        socket.send('after both')
        return story
      })
      expect(told.filter((line) => line.startsWith('open'))).toEqual(['open: open', 'open: open'])
      const { upgrades, connections } = await server.until({ messages: 1 })
      expect(upgrades).toBe(2)
      expect(connections[1]?.messages).toMatchObject([{ text: 'after both' }])
    },
  )
})

const resumptions: Array<[string, (page: DrivenPage) => Promise<unknown> | undefined]> = [
  ['shown', (page) => page.show()],
  ['resumed behind another tab', (page) => page.setFrozen?.(false)],
]

// Only Chromium freezes pages.
test.for(engine === 'chromium' ? resumptions : [])(
  '[W1] a page frozen by Chromium, and %s, has its socket back once',
  async ([, resume], { page, site, server }) => {
    await page.goto(site.page(server.url('/sink'), neverByItself))
    await server.until({ connections: 1 })
    await reached(page, 'open')
    await hide(page)
    await page.setFrozen?.(true)
    await server.until({ closed: 1, open: 0 })
    await resume(page)
    await server.until({ connections: 2 })
    await reached(page, 'open')
    const told = await page.evaluate((): string[] => {
      socket.send('back')
      return story
    })
    expect(told.filter((line) => !line.startsWith('visible'))).toEqual([
      'open: open',
      'hidden: open',
      'close (pagehide): waiting',
      'freeze: waiting',
      'resume: connecting',
      'open: open',
    ])
    const { upgrades, connections } = await server.until({ messages: 1 })
    expect(upgrades).toBe(2)
    expect(connections).toMatchObject([{ messages: [] }, { messages: [{ text: 'back' }] }])
  },
)
