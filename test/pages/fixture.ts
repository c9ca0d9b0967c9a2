/** `test` with a browser that a test drives from page to page, and a test server for the socket of the page. */
import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { inject } from 'vitest'
import type { State, SteadySocketOptions } from '../../src/index.ts'
import { test as serverTest } from '../server/fixture.ts'
import type { Engine } from '../support/browser-projects.ts'
import { findChromium, findFirefox, findWebKit } from '../support/find-browsers.ts'
import {
  type DrivenPage,
  type LaunchOptions,
  launchChromium,
  launchFirefox,
  launchWebKit,
} from '../support/launch-browsers.ts'

export const engine: Engine = inject('engine')

/** For `test.for`: this engine, if it is one of those. */
export function ifAmong(...engines: Engine[]): Engine[] {
  return engines.filter((name) => name === engine)
}

function launch(options: LaunchOptions): Promise<DrivenPage> {
  const missing = (): never => {
    throw new Error(`There is no ${engine} any more`)
  }
  if (engine === 'chromium') return launchChromium(findChromium() ?? missing(), options)
  if (engine === 'firefox') return launchFirefox(findFirefox() ?? missing(), options)
  return launchWebKit(findWebKit() ?? missing())
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: fileURLToPath(new URL('page.ts', import.meta.url)), formats: ['iife'], name: 'page' },
    },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  return output[0].code
}

const script = (code: string): string => `<script>${code}</script>`

const zones = (): string => readFileSync(createRequire(import.meta.url).resolve('zone.js'), 'utf8')

/** Has that page prerendered once the test has let go of this one: Chromium prerenders nothing for a page that is driven. */
const speculation = (url: string): string => {
  const rules = { prerender: [{ source: 'list', urls: [url], eagerness: 'immediate' }] }
  return script(`fetch('/let-go').then(() => {
    const rules = document.createElement('script')
    rules.type = 'speculationrules'
    rules.text = ${JSON.stringify(JSON.stringify(rules))}
    document.head.append(rules)
  })`)
}

/** Where the pages are. */
export class Site {
  private readonly origin: string
  /** Emits each path that is asked for. */
  private readonly visits: EventEmitter

  constructor(origin: string, visits: EventEmitter) {
    this.origin = origin
    this.visits = visits
  }

  /** A page with one socket. */
  page(url: string, options: SteadySocketOptions = {}): string {
    return `${this.origin}/?${new URLSearchParams({ url, options: JSON.stringify(options) })}`
  }

  /** The same, but its `url` is a function that notes each call, and each retry is noted. */
  providingPage(url: string, options: SteadySocketOptions = {}): string {
    return `${this.page(url, options)}&provide`
  }

  /** A page with the library, whose sockets the test makes itself. */
  get bare(): string {
    return `${this.origin}/`
  }

  /** The same, with zone.js, which comes first. */
  get zoned(): string {
    return `${this.origin}/zoned`
  }

  /** A page without either that has another page prerendered, where the browser does such things. */
  prerendering(url: string): string {
    return `${this.origin}/prerendering?${new URLSearchParams({ url })}`
  }

  /** Has the page prerendered, and resolves once that has been so for a while. The test must not have asked the page for anything. */
  async prerendered(): Promise<void> {
    const prerendered = once(this.visits, '/prerendered')
    this.visits.emit('let go')
    await prerendered
  }

  /** A page without. */
  get elsewhere(): string {
    return `${this.origin}/elsewhere`
  }
}

function testIn(options: LaunchOptions) {
  return serverTest
    .extend('site', { scope: 'file' }, async ({}, { onCleanup }) => {
      const library = script(await bundle())
      const bodies: Record<string, (query: URLSearchParams) => string> = {
        '/': () => library,
        '/zoned': () => script(zones()) + library,
        '/prerendering': (query) => speculation(query.get('url') ?? ''),
      }
      const visits = new EventEmitter()
      const letGo = once(visits, 'let go')
      const http = createServer(async ({ url = '' }, response) => {
        const { pathname, searchParams } = new URL(url, 'http://site')
        visits.emit(pathname)
        if (pathname === '/let-go') await letGo
        response.setHeader('Content-Type', 'text/html')
        response.end(`<!doctype html>${bodies[pathname]?.(searchParams) ?? ''}`)
      }).listen(0, '127.0.0.1')
      await once(http, 'listening')
      onCleanup(() => {
        http.close()
        http.closeAllConnections()
      })
      return new Site(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, visits)
    })
    .extend('page', { scope: 'file' }, async ({}, { onCleanup }) => {
      const page = await launch(options)
      onCleanup(() => page.close())
      return page
    })
}

/** In a browser without a window, if it can do without. */
export const test: ReturnType<typeof testIn> = testIn({})

/** In a browser with a window. */
export const testInWindow: ReturnType<typeof testIn> = testIn({ headed: true })

/** Opens a page with the library, whose sockets the test makes itself. */
export async function openLibrary(page: DrivenPage, url: string): Promise<void> {
  await page.goto(url)
  await page.evaluate(async () => {
    while (!('library' in globalThis)) await new Promise((done) => setTimeout(done, 1))
  })
}

/** Options of a socket that does not try again in the time of a test, unless something wakes it. */
export const neverByItself: SteadySocketOptions = {
  reconnect: { baseDelay: 600_000, maxDelay: 600_000, jitter: 'none' },
}

/** Resolves once the page's socket is in that state. */
export function reached(page: DrivenPage, state: State['name']): Promise<void> {
  return page.evaluate(
    (state) => new Promise<void>((done) => void socket.subscribe(({ name }) => name === state && done())),
    state,
  )
}

/** Resolves once the page has turned visible or hidden. */
export function turned(page: DrivenPage, state: DocumentVisibilityState): Promise<void> {
  return page.evaluate(
    (state) =>
      new Promise<void>((done) => {
        const look = (): void => {
          if (document.visibilityState === state) done()
        }
        document.addEventListener('visibilitychange', look)
        look()
      }),
    state,
  )
}
