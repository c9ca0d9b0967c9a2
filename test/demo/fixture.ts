/** `test` with the built demo, its server, and browsers that a test drives through its pages. */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { expect, inject, onTestFinished, test as plainTest } from 'vitest'
import { sources } from '../../scripts/sources.mjs'
import { copyDemo, type DemoServer, startDemo } from '../support/demo.ts'
import { findChromium, findFirefox, findWebKit } from '../support/find-browsers.ts'
import { type DrivenPage, launchChromium, launchFirefox, launchWebKit } from '../support/launch-browsers.ts'

const engine = inject('engine')

function launch(): Promise<DrivenPage> {
  const missing = (): never => {
    throw new Error(`There is no ${engine} any more`)
  }
  if (engine === 'chromium') return launchChromium(findChromium() ?? missing())
  if (engine === 'firefox') return launchFirefox(findFirefox() ?? missing())
  return launchWebKit(findWebKit() ?? missing())
}

export const test = plainTest
  .extend('demo', { scope: 'file' }, async ({}, { onCleanup }) => {
    const folder = await copyDemo()
    onCleanup(() => rm(folder, { recursive: true, force: true }))
    await build({
      root: folder,
      configFile: join(folder, 'vite.config.ts'),
      logLevel: 'warn',
      resolve: { alias: sources },
    })
    return folder
  })
  .extend('server', async ({ demo }, { onCleanup }) => {
    const server = await startDemo(demo, { production: true })
    onCleanup(() => server.kill())
    return server
  })
  .extend('browser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await launch()
    onCleanup(() => browser.close())
    return browser
  })
  .extend('otherBrowser', { scope: 'file' }, async ({}, { onCleanup }) => {
    const browser = await launch()
    onCleanup(() => browser.close())
    return browser
  })

/** The server once more, on the same port. */
export async function startAgain(demo: string, { port }: DemoServer): Promise<void> {
  const server = await startDemo(demo, { production: true, port })
  onTestFinished(() => server.kill())
}

declare global {
  /** What the page complained of. */
  var complaints: string[]
}

/** Opens a page of the demo. That it complains of anything until the end of the test is a fault. */
export async function open(browser: DrivenPage, url: string): Promise<DrivenPage> {
  await browser.goto(url)
  await browser.evaluate(async () => {
    if (document.readyState !== 'complete') await new Promise((done) => addEventListener('load', done))
    globalThis.complaints = []
    console.error = (...what: unknown[]) => void complaints.push(what.join(' '))
    console.warn = console.error
    addEventListener('error', ({ message }) => complaints.push(message))
    addEventListener('unhandledrejection', ({ reason }) => complaints.push(String(reason)))
    addEventListener('securitypolicyviolation', ({ violatedDirective }) => complaints.push(violatedDirective))
    // Delays of half a second, one second, two …
    Math.random = () => 1 / 6
  })
  onTestFinished(async () => {
    const complaints = await browser.evaluate(() => globalThis.complaints)
    await browser.goto('about:blank')
    expect(complaints).toEqual([])
  })
  return browser
}

/** Resolves once an element of that kind has that text in it. */
export function shows(page: DrivenPage, selector: string, text: string): Promise<void> {
  return page.evaluate(
    async (selector, text) => {
      const there = (): boolean =>
        [...document.querySelectorAll(selector)].some((each) => each.textContent?.includes(text))
      while (!there()) await new Promise((done) => setTimeout(done, 20))
    },
    selector,
    text,
  )
}

/** The text of each element of that kind. */
export function texts(page: DrivenPage, selector: string): Promise<string[]> {
  return page.evaluate(
    (selector) => [...document.querySelectorAll(selector)].map((each) => each.textContent ?? ''),
    selector,
  )
}

export function click(page: DrivenPage, selector: string): Promise<void> {
  return page.evaluate((selector) => document.querySelector<HTMLElement>(selector)?.click(), selector)
}

/** As if it were typed or chosen. */
export function fill(page: DrivenPage, id: string, value: string): Promise<void> {
  return page.evaluate(
    (id, value) => {
      const field = document.getElementById(id) as HTMLInputElement | HTMLSelectElement
      field.value = value
      field.dispatchEvent(new Event('input', { bubbles: true }))
      field.dispatchEvent(new Event('change', { bubbles: true }))
    },
    id,
    value,
  )
}
