/** A browser that stands still for longer than any limit: what came meanwhile is there, behind the timers that are due. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import type { DrivenPage } from '../support/launch-browsers.ts'
import type { TestServerFixture } from '../support/server-fixture.ts'
import { neverByItself, openLibrary, type Site, test } from './fixture.ts'

declare global {
  /** What each of the three sockets has told of its end. */
  var ends: Record<string, string[]>
}

interface Rig {
  page: DrivenPage
  site: Site
  server: TestServerFixture
}

const limits = { connectTimeout: 3_000, closeTimeout: 3_000, ...neverByItself }
/** Longer than the limits by more than is forgiven without a second look. */
const absence = 6_000

/** Three sockets that wait for the server, whose answers are held back: to an upgrade, in a handshake, to a close. */
async function waitForAnswers({ page, site, server }: Rig): Promise<void> {
  await openLibrary(page, site.bare)
  await page.evaluate(
    async (url: string, options: typeof limits) => {
      globalThis.ends = {}
      const make = (name: string, path: string, more: object = {}) => {
        const socket = new library.SteadySocket(url + path, { ...options, ...more })
        const told: string[] = []
        ends[name] = told
        socket.on('open', () => told.push('open'))
        socket.on('close', ({ phase, code }) => told.push(`close (${phase}) ${code}`))
        return socket
      }
      const closing = make('closing', '/echo')
      await closing.opened()
      const handshake = (connection: { send(token: string): void; receive(): Promise<string> }) =>
        new Promise<void>((done) => {
          Object.assign(globalThis, {
            async goOn() {
              connection.send('sesame')
              closing.close(1000)
              make('connecting', '/sink')
              if ((await connection.receive()) === 'welcome') done()
            },
          })
        })
      make('handshake', '/auth?token=sesame', { handshake })
    },
    server.url(''),
    limits,
  )
  await server.until({ connections: 2 })
  await page.evaluate(async () => {
    while (!('goOn' in globalThis)) await new Promise((done) => setTimeout(done, 1))
  })
  await server.stall({ up: false })
  await page.evaluate(() => void (globalThis as unknown as { goOn(): void }).goOn())
  await server.until({ connections: 3, messages: 1 })
}

const expected = {
  closing: ['open', 'close (closing) 1000'],
  handshake: ['open'],
  connecting: ['open'],
}

/** What the sockets have told once each of them has told of an opening or an end after the absence. */
function told(page: DrivenPage): Promise<Record<string, string[]>> {
  return page.evaluate(async () => {
    const isDone = (): boolean =>
      Object.entries(ends).every(([name, { length }]) => length >= (name === 'closing' ? 2 : 1))
    while (!isDone()) await new Promise((done) => setTimeout(done, 10))
    return ends
  })
}

test('[H2] the whole browser asleep: the connections that were there are used, and the code that was told', async ({
  page,
  site,
  server,
}) => {
  await waitForAnswers({ page, site, server })
  onTestFinished(() => page.awake())
  await page.sleep()
  await server.resume()
  await sleep(absence)
  await page.awake()
  expect(await told(page)).toEqual(expected)
  expect((await server.record()).upgrades).toBe(3)
})

test('[H2] a page whose main thread is busy: the same', async ({ page, site, server }) => {
  await waitForAnswers({ page, site, server })
  const busy = page.evaluate((milliseconds: number) => {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  }, absence)
  await sleep(500)
  await server.resume()
  await busy
  expect(await told(page)).toEqual(expected)
  expect((await server.record()).upgrades).toBe(3)
})
