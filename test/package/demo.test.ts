/** The demo as a starter: copied elsewhere, with the built library, its build and its two ways to run chat in Chromium. */
import { type ChildProcess, exec, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { findChromium } from '../support/find-browsers.ts'
import { chromiumSwitches } from '../support/launch-browsers.ts'

const root = join(import.meta.dirname, '../..')
const executablePath = findChromium()
let demo: string

beforeAll(async () => {
  demo = await mkdtemp(join(tmpdir(), 'demo-'))
  const made = ['node_modules', 'dist']
  await cp(join(root, 'demo'), demo, { recursive: true, filter: (path) => !made.includes(basename(path)) })
  await linkDependencies()
  await promisify(exec)('npm run build', { cwd: demo })
}, 60_000)

afterAll(() => rm(demo, { recursive: true, force: true }))

/** What `npm install` would do, without a network: the demo's dependencies are among those of the library's tests. */
async function linkDependencies(): Promise<void> {
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(demo, 'package.json'), 'utf8'))
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const link = join(demo, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(name === 'steadysocket' ? root : join(root, 'node_modules', name), link, 'junction')
  }
}

async function startServer(...options: string[]): Promise<{ server: ChildProcess; url: string }> {
  const server = spawn(process.execPath, ['server.js', ...options], {
    cwd: demo,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => killed(server))
  for await (const line of createInterface({ input: server.stdout })) {
    const url = /http:\S+/.exec(line)?.[0]
    if (url) return { server, url }
  }
  throw new Error('The server ended without saying where it is')
}

async function killed(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  server.kill('SIGKILL')
  await once(server, 'exit')
}

describe.skipIf(!executablePath)('in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumSwitches() })
  })

  afterAll(() => browser?.close())

  async function openTab(url: string, name: string, paths: string[] = []): Promise<Page> {
    const tab = await browser.newPage()
    tab.on('websocket', (native) => paths.push(new URL(native.url()).pathname))
    onTestFinished(() => tab.close())
    // Delays of half a second, one second, two …
    await tab.addInitScript(() => {
      Math.random = () => 1 / 6
    })
    await tab.goto(url)
    await tab.fill('#name', name)
    await badge(tab, 'open')
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
    ['npm start', []],
    ['npm run serve', ['--production']],
  ])(
    '%s: two tabs chat, live through the death of the server, and lose nothing that waited',
    async (_, options) => {
      const { server, url } = await startServer('--port', '0', ...options)
      const paths: string[] = []
      const ann = await openTab(url, 'Ann', paths)
      const bob = await openTab(url, 'Bob')

      await send(ann, 'Hello 👋')
      await taken(bob, 'Hello 👋')
      await send(bob, '   ')
      await send(bob, '<b>Hi</b>')
      await taken(ann, '<b>Hi</b>')
      await taken(bob, '<b>Hi</b>')

      await killed(server)
      await badge(ann, /reconnecting, try \d+ in \d+ s/)
      await send(ann, 'Are you there?')
      await send(ann, 'I shall wait')
      expect(await ann.innerText('#queue')).toBe('2 messages wait to be sent')

      await startServer('--port', new URL(url).port, ...options)
      await taken(ann, 'I shall wait')
      await taken(bob, 'I shall wait')
      await send(bob, 'Here again')
      await taken(ann, 'Here again')
      const newestFirst = ['Here again', 'I shall wait', 'Are you there?', '<b>Hi</b>', 'Hello 👋']
      expect(await messages(ann)).toEqual(newestFirst)
      expect(await messages(bob)).toEqual(newestFirst)
      // Firefox would keep the next socket to a path that has failed waiting.
      const chats = paths.filter((path) => /^\/chat\/\d+$/.test(path))
      expect(chats.length).toBeGreaterThan(1)
      expect(new Set(chats).size).toBe(chats.length)
    },
    30_000,
  )
})
