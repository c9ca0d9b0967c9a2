/** The laboratory as one file, from the disk and from a static host. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright'
import { expect, inject, onTestFinished } from 'vitest'
import { findChromium } from '../support/find-browsers.ts'
import { chromiumSwitches } from '../support/launch-browsers.ts'
import { test as demoTest } from './fixture.ts'
import { checks, enterLab, press } from './lab-checks.ts'

const test = demoTest.extend('file', { scope: 'file' }, async ({}, { onCleanup }) => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-'))
  onCleanup(() => rm(folder, { recursive: true, force: true }))
  const script = join(import.meta.dirname, '../../scripts/lab.mjs')
  await promisify(execFile)(process.execPath, [script, folder])
  return pathToFileURL(join(folder, 'steadysocket-lab.html'))
})

/** Answers everything with the file, to whoever asks. */
async function startHost(file: URL): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const host = createServer(async ({ url = '' }, response) => {
    asked.push(url)
    response.setHeader('Access-Control-Allow-Origin', '*')
    response.setHeader('Content-Type', 'text/html').end(await readFile(file))
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void host.close())
  await once(host, 'listening')
  return { url: `http://127.0.0.1:${(host.address() as AddressInfo).port}/lab`, asked }
}

for (const [title, check] of Object.entries(checks))
  test(`[P2] from a file: ${title}`, async ({ file, browser }) => {
    await check(await enterLab(browser, file.href))
  })

test('[P2] a static host is asked for the file and for nothing else', async ({ file, browser }) => {
  const { url, asked } = await startHost(file)
  const page = await enterLab(browser, url)
  await press(page, '[data-do=drop]', 'again, after')
  expect(asked).toEqual(['/lab'])
})

test('[P2] the file could not ask a network for anything', async ({ file, browser }) => {
  const { url, asked } = await startHost(file)
  const page = await enterLab(browser, file.href)
  const refused = await page.evaluate(async (url) => {
    new Image().src = url
    fetch(url).catch(() => {})
    try {
      new WebSocket(url.replace('http', 'ws'))
    } catch {
      // Where the policy throws.
    }
    while (complaints.length < 3) await new Promise((done) => setTimeout(done, 20))
    return complaints.splice(0)
  }, url)
  expect(refused.sort()).toEqual(['connect-src', 'connect-src', 'img-src'])
  expect(asked).toEqual([])
})

test.runIf(inject('engine') === 'chromium')(
  '[P2] the file asks no network for anything, and complains of nothing',
  async ({ file }) => {
    const browser = await chromium.launch({ executablePath: findChromium() ?? '', args: chromiumSwitches() })
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    const asked: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('websocket', (socket) => asked.push(socket.url()))
    const complaints: string[] = []
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(file.href)
    await page.locator('#log', { hasText: 'for the first time' }).waitFor()
    for (const button of await page.locator('button:visible:not(#clear-log)').all()) await button.click()
    await page.locator('#log', { hasText: 'retry' }).waitFor()
    expect(asked).toEqual([file.href])
    expect(complaints).toEqual([])
  },
)
