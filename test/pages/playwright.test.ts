/** Playwright's `routeWebSocket`: a server in the test instead of the one on the network. */
import { type BrowserContext, chromium, type WebSocketRoute } from 'playwright'
import { expect } from 'vitest'
import { Collected } from '../support/collect.ts'
import { findChromium } from '../support/find-browsers.ts'
import { chromiumSwitches } from '../support/launch-browsers.ts'
import { test as siteTest } from './fixture.ts'

const url = 'wss://example.com/chat'

const test = siteTest.extend<{ context: BrowserContext }>({
  context: async ({}, use) => {
    const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: chromiumSwitches() })
    await use(await browser.newContext())
    await browser.close()
  },
})

test('[T1] a routed WebSocket hears and is heard, and is come back to', async ({ context, site }) => {
  const routes = new Collected<WebSocketRoute>()
  const heard = new Collected<string | Buffer>()
  await context.routeWebSocket(url, (route) => {
    routes.push(route)
    route.onMessage(heard.push)
  })
  const page = await context.newPage()
  await page.goto(site.bare)
  await page.evaluate((url) => {
    const socket = new library.SteadySocket(url, { reconnect: { delay: () => 0 } })
    const log: unknown[] = []
    Object.assign(globalThis, { socket, log })
    socket.on('message', (message) => log.push(message))
    socket.on('binary', (data) => log.push(String(data)))
    socket.on('close', (close) => log.push(close))
    socket.send('queued')
  }, url)
  const first = await routes.next()
  expect(await heard.next()).toBe('queued')
  const counted = await page.evaluate(() => {
    socket.send(new Uint8Array(1_000_000))
    return socket.bufferedAmount
  })
  expect(counted).toBe(0)
  expect(await heard.next()).toHaveLength(1_000_000)
  first.send('hi')
  first.send(Buffer.of(1))
  await first.close({ code: 4000, reason: 'restart' })
  await routes.next()
  const log = await page.evaluate(() => (globalThis as unknown as { log: unknown[] }).log)
  expect(log).toMatchObject([
    'hi',
    '[object Blob]',
    { code: 4000, reason: 'restart', willRetry: true, unsentBytes: 0 },
  ])
})
