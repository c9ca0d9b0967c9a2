/** The demo as somebody meets it who has copied the folder: installed from the tarball, started in both ways, in tabs of a browser. */
import { exec } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { copyDemo, type DemoOptions, type DemoServer, startDemo } from '../support/demo.ts'
import { findChromium } from '../support/find-browsers.ts'
import { chromiumSwitches } from '../support/launch-browsers.ts'

const executablePath = findChromium()
let demo: string

beforeAll(async () => {
  demo = await copyDemo(join(inject('packed'), 'node_modules/steadysocket'))
  await promisify(exec)('npm run build', { cwd: demo })
}, 60_000)

afterAll(() => rm(demo, { recursive: true, force: true }))

async function start(options: DemoOptions = {}): Promise<DemoServer> {
  const server = await startDemo(demo, options)
  onTestFinished(() => server.kill())
  return server
}

describe.skipIf(!executablePath)('in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumSwitches() })
  })

  afterAll(() => browser?.close())

  /** A tab; `sockets` are the paths of those of its sockets to the chat that are open. */
  async function openTab(
    url: string,
    name: string,
    paths: string[] = [],
    sockets = new Set<string>(),
  ): Promise<Page> {
    const tab = await browser.newPage()
    tab.on('websocket', (native) => {
      const { pathname } = new URL(native.url())
      if (!pathname.startsWith('/chat/')) return
      paths.push(pathname)
      sockets.add(pathname)
      native.on('close', () => sockets.delete(pathname))
    })
    onTestFinished(() => tab.close())
    // Delays of half a second, one second, two …
    await tab.addInitScript((name) => {
      Math.random = () => 1 / 6
      sessionStorage['name'] = name
    }, name)
    await tab.goto(url)
    await badge(tab, 'Connected')
    return tab
  }

  const badge = (tab: Page, text: string | RegExp) => tab.locator('#badge', { hasText: text }).waitFor()
  const send = async (tab: Page, text: string): Promise<void> => {
    await tab.fill('#text', text)
    await tab.press('#text', 'Enter')
  }
  const messages = (tab: Page) => tab.locator('#messages p').allInnerTexts()
  const taken = (tab: Page, text: string) =>
    tab.locator('#messages li:not(.waiting)', { hasText: text }).waitFor()

  test.each([
    ['npm start', false],
    ['npm run serve', true],
  ])(
    '[P2] %s: two tabs chat, live through the death of the server, and lose nothing that waited',
    async (_, production) => {
      const server = await start({ production })
      const paths: string[] = []
      const ann = await openTab(server.url, 'Ann', paths)
      const bob = await openTab(server.url, 'Bob')

      await send(ann, 'Hello 👋')
      await taken(bob, 'Hello 👋')
      await send(bob, '   ')
      await send(bob, '<b>Hi</b>')
      await taken(ann, '<b>Hi</b>')
      await taken(bob, '<b>Hi</b>')

      await server.kill()
      await badge(ann, /Reconnecting in \d+ s/)
      await send(ann, 'Are you there?')
      await send(ann, 'I shall wait')
      expect(await ann.locator('#messages .waiting').count()).toBe(2)

      await start({ production, port: server.port })
      await taken(ann, 'I shall wait')
      await taken(bob, 'I shall wait')
      await send(bob, 'Here again')
      await taken(ann, 'Here again')
      const inOrder = ['Hello 👋', '<b>Hi</b>', 'Are you there?', 'I shall wait', 'Here again']
      expect(await messages(ann)).toEqual(inOrder)
      expect(await messages(bob)).toEqual(inOrder)
      // Firefox would keep the next socket to a path that has failed waiting.
      expect(paths.length).toBeGreaterThan(1)
      expect(new Set(paths).size).toBe(paths.length)
    },
    30_000,
  )

  const looks: [string, BrowserContextOptions][] = [
    ['light', {}],
    ['dark, on a phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
  ]

  test.each(looks)(
    '[P2] the pages, %s: they say nothing on the console, axe finds no fault, nothing sticks out',
    async (_, look) => {
      const { url } = await start({ production: true })
      const context = await browser.newContext(look)
      onTestFinished(() => context.close())
      const said: string[] = []
      context.on('console', (message) => said.push(message.text()))
      context.on('weberror', (error) => said.push(error.error().message))
      for (const path of ['', 'hello.html', 'lab.html']) {
        const page = await context.newPage()
        await page.goto(new URL(path, url).href)
        if (path === 'hello.html') await page.click('button[type=submit]')
        await badge(page, 'Connected')
        if (path === '') await send(page, `https://example.com/${'long'.repeat(100)}`)
        await page.locator('li').first().waitFor()
        expect(await faults(page)).toEqual([])
        expect(
          await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        ).toBeLessThanOrEqual(0)
      }
      expect(said).toEqual([])
    },
  )

  test('[P2] npm start: a module that is edited is replaced, and one connection is left', async () => {
    const { url } = await start()
    const [paths, sockets] = [[] as string[], new Set<string>()]
    const ann = await openTab(url, 'Ann', paths, sockets)
    const bob = await openTab(url, 'Bob')
    await send(ann, 'before')
    await taken(bob, 'before')
    const loaded = await ann.evaluate(() => performance.timeOrigin)

    const file = join(demo, 'src/chat/pictures.ts')
    await writeFile(file, `${await readFile(file, 'utf8')}\n// Edited.\n`)
    // A file that is written may be told twice, emptied and filled, and then it is replaced twice.
    await expect
      .poll(() => paths.length > 1 && [...sockets].join() === paths.at(-1), { timeout: 10_000 })
      .toBe(true)
    await send(ann, 'after')
    await taken(bob, 'after')

    expect(await ann.evaluate(() => performance.timeOrigin)).toBe(loaded)
    expect(await messages(ann)).toEqual(['before', 'after'])
    expect(await bob.locator('#people li').allInnerTexts()).toEqual(
      expect.toSatisfy((names: string[]) => names.sort().join() === 'Ann,Bob'),
    )
  }, 30_000)
})
