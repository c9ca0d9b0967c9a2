/** Chromium on one machine, the server on another, and between them a cable that is pulled out or loses packets. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Page } from 'playwright'
import { describe, expect } from 'vitest'
import type { SendResult, SteadySocket } from '../../src/index.ts'
import { test as base } from '../server/fixture.ts'
import { findChromium } from '../support/find-browsers.ts'
import { chromiumSwitches } from '../support/launch-browsers.ts'
import { Network, obstacleToLoss, obstacleToNetworks } from '../support/network.ts'
import type { ServerRecord } from '../support/test-server.ts'

interface Settings {
  url: string
  /** Of the heartbeat, in ms. */
  timeout: number
  /** Before each retry, in ms. */
  delay: number
}

interface Fixtures {
  network: Network
  /** A page in a browser on the client's machine. */
  page: Page
  /** Connects that page to the echo on the server's machine, and waits until it is open. */
  open: (settings: Omit<Settings, 'url'>) => Promise<void>
}

const test = base.extend<Fixtures>({
  network: async ({}, use) => {
    const network = await Network.open()
    await use(network)
    await network.close()
  },
  page: async ({ network }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'cable-'))
    const executablePath = join(folder, 'chromium')
    await writeFile(
      executablePath,
      `#!/bin/sh\nexec ${network.onClient.join(' ')} '${findChromium()}' "$@"\n`,
    )
    await chmod(executablePath, 0o755)
    // While it starts, Chromium may miss that the network comes or goes: so it starts without.
    await network.unplug()
    const browser = await chromium.launch({ executablePath, args: chromiumSwitches() })
    const page = await browser.newPage()
    await page.waitForFunction(() => !navigator.onLine)
    await network.plug()
    await page.waitForFunction(() => navigator.onLine)
    await page.addScriptTag({ path: 'dist/steadysocket.umd.js' })
    await use(page)
    await browser.close()
    await rm(folder, { recursive: true })
  },
  open: async ({ network, page, server }, use) => {
    const place = await network.forward(Number(new URL(server.origin).port))
    await use(async (settings) => {
      await page.evaluate(openInPage, { ...settings, url: `ws://${place}/echo` })
      await page.waitForFunction(() => (globalThis as unknown as InPage).socket.state.name === 'open')
    })
  },
})

/** What the functions that run in the page find there. */
interface InPage {
  SteadySocket: typeof SteadySocket
  socket: SteadySocket
  received: number[]
  /** The phases of the close events, and what the browser says of the network. */
  told: string[]
}

function openInPage({ url, timeout, delay }: Settings): void {
  const inPage = globalThis as unknown as InPage
  const socket = new inPage.SteadySocket(url, {
    heartbeat: { interval: 200, timeout, message: 'ping', isPong: (message) => message === 'ping' },
    reconnect: { delay: () => delay },
  })
  const received: number[] = []
  const told: string[] = []
  socket.on('message', (message) => received.push(Number.parseInt(message, 10)))
  socket.on('close', ({ phase }) => told.push(phase))
  addEventListener('offline', () => told.push('offline'))
  Object.assign(inPage, { socket, received, told })
}

/** Sends numbered messages from the page. */
function send(page: Page, from: number, to: number, size = 0): Promise<SendResult[]> {
  return page.evaluate(
    ([from, to, size]) => {
      const { socket } = globalThis as unknown as InPage
      const results: SendResult[] = []
      for (let number = from; number <= to; number++)
        results.push(socket.send(`${number} `.padEnd(size, '.')))
      return results
    },
    [from, to, size] as const,
  )
}

/** The numbers that have come back to the page, once this one has. */
async function received(page: Page, last: number): Promise<number[]> {
  await page.waitForFunction((last) => (globalThis as unknown as InPage).received.includes(last), last)
  return page.evaluate(() => (globalThis as unknown as InPage).received)
}

async function told(page: Page, ...expected: string[]): Promise<void> {
  await page.waitForFunction(
    (expected) => expected.every((each) => (globalThis as unknown as InPage).told.includes(each)),
    expected,
  )
}

/** The numbers that each connection brought to the server. */
function arrived({ connections }: ServerRecord): number[][] {
  return connections.map(({ messages }) => messages.flatMap(({ sequence = [] }) => sequence))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}

const noCable = findChromium() ? obstacleToNetworks() : 'there is no Chromium'
const noLoss = noCable ?? obstacleToLoss()
if (noLoss)
  console.warn(`Tests of ${noCable ? 'a cable' : 'a cable that loses packets'} are skipped: ${noLoss}`)

describe.skipIf(noCable)('a cable', () => {
  test('[W1] pulled out, it is missed by the heartbeat; back in, the browser says so, and all is well', async ({
    network,
    open,
    page,
    server,
  }) => {
    await open({ timeout: 500, delay: 3_600_000 })
    await send(page, 0, 0)
    await received(page, 0)
    await network.unplug()
    expect(await send(page, 1, 1)).toEqual(['sent'])
    await told(page, 'heartbeat', 'offline')
    expect(await send(page, 2, 11)).toEqual(Array(10).fill('queued'))
    await network.plug()
    expect(await received(page, 11)).toEqual([0, ...range(2, 11)])
    // What the system had taken of the connection that was given up, it delivers now; and nothing comes twice.
    expect(arrived(await server.until({ closed: 1 }))).toEqual([[0, 1], range(2, 11)])
  })
})

describe.skipIf(noLoss)('a cable that loses packets', () => {
  test('[H1] if it loses all of them, that is noticed without a word from the system', async ({
    network,
    open,
    page,
    server,
  }) => {
    await open({ timeout: 500, delay: 100 })
    await send(page, 0, 0)
    await received(page, 0)
    await network.lose(1)
    await told(page, 'heartbeat')
    await send(page, 1, 10)
    await network.lose(0)
    expect(await received(page, 10)).toEqual(range(0, 10))
    expect(arrived(await server.until({ closed: 1 }))).toEqual([[0], range(1, 10)])
  })

  test('[H2] if it loses one in ten, everything arrives in order on one connection', async ({
    network,
    open,
    page,
    server,
  }) => {
    await open({ timeout: 20_000, delay: 100 })
    await network.lose(0.1)
    await send(page, 0, 399, 1024)
    expect(await received(page, 399)).toEqual(range(0, 399))
    expect(arrived(await server.record())).toEqual([range(0, 399)])
    expect(await page.evaluate(() => (globalThis as unknown as InPage).told)).toEqual([])
  })
})
