/** Three Vitest projects for each browser engine found on this machine: of tests in a page, of pages as a whole, and of the demo. */
import { playwright } from '@vitest/browser-playwright'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { callTestServer, openTestServer } from './commands.ts'
import { canShowWindows, findChromium, findFirefox, findWebKit } from './find-browsers.ts'
import { chromiumSwitches } from './launch-browsers.ts'
import { firefox, webkit } from './system-browser-provider.ts'

const engines = ['chromium', 'firefox', 'webkit'] as const
export type Engine = (typeof engines)[number]

declare module 'vitest' {
  interface ProvidedContext {
    engine: Engine
  }
}

const howToGet: Record<Engine, string> = {
  chromium: 'looked for chromium, google-chrome and microsoft-edge; CHROME_PATH names another',
  firefox: 'looked for firefox and firefox-esr; FIREFOX_PATH names another',
  webkit: "looked for WebKitWebDriver, its MiniBrowser, and Xvfb where there's no display",
}

interface Found {
  engine: Engine
  provider: BrowserProviderOption
}

const providers: Record<Engine, () => BrowserProviderOption | undefined> = {
  chromium: () => {
    const executablePath = findChromium()
    // That timers of a page in the background are not slowed, and that nothing phones home, is Playwright's default.
    return executablePath
      ? playwright({ launchOptions: { executablePath, args: chromiumSwitches() } })
      : undefined
  },
  firefox: () => {
    const path = findFirefox()
    return path ? firefox(path) : undefined
  },
  webkit: () => {
    const found = findWebKit()
    return found && webkit(found)
  },
}

/**
 * BROWSERS=chromium,firefox,webkit chooses engines, and makes a missing one an error; so does CI, for all
 * of them. Otherwise those found are used.
 */
export function findEngines(): Found[] {
  const chosen = process.env['BROWSERS']?.split(',').filter(Boolean)
  const unknown = chosen?.find((name) => !engines.some((engine) => engine === name))
  if (unknown) throw new Error(`BROWSERS names ${unknown}; there are ${engines.join(', ')}`)
  const found: Found[] = []
  const missing: string[] = []
  for (const engine of engines) {
    if (chosen && !chosen.includes(engine)) continue
    const provider = providers[engine]()
    if (provider) found.push({ engine, provider })
    else missing.push(`No ${engine}: ${howToGet[engine]}.`)
  }
  if (missing.length > 0) leaveOut('Tests in browsers that this machine does not have', ...missing)
  return found
}

/** Says so, or throws where nothing may be missing. */
function leaveOut(what: string, ...reasons: string[]): void {
  const { BROWSERS, CI } = process.env
  const advice = 'Debian has it all: apt-get install chromium firefox-esr webkit2gtk-driver xvfb'
  const message = [...reasons, advice].join('\n')
  if (BROWSERS || (CI && CI !== 'false')) throw new Error(message)
  console.warn(`${what} are left out.\n${message}\n`)
}

/** The packages that tests in a page import. */
const modules = [
  'eventemitter3',
  'partysocket',
  'react',
  'react-dom/client',
  'react-dom/server',
  'react-refresh/runtime',
  'reconnecting-websocket',
  'vue',
]

/** What drives browsers mostly waits: so many files at once, beside the pages of tests. */
export const sideBySide = { maxWorkers: 3, sequence: { groupOrder: 1 } }

/** One engine after the other, one file after the other. */
export function browserProjects(found: readonly Found[]): TestProjectInlineConfiguration[] {
  return found.map(({ engine, provider }) => ({
    // Found late, they would reload the page in the middle of a run.
    optimizeDeps: { include: modules },
    test: {
      name: engine,
      include: ['test/browser/**/*.test.ts'],
      ...sideBySide,
      browser: {
        enabled: true,
        fileParallelism: false,
        headless: true,
        screenshotFailures: false,
        commands: { openTestServer, callTestServer },
        provider,
        instances: [{ browser: engine }],
      },
    },
  }))
}

/**
 * Vitest shows a page of tests in an iframe, which can neither be left and come back to nor be hidden: these tests
 * run in Node and drive the browser themselves.
 */
export function pageProjects(found: readonly Found[]): TestProjectInlineConfiguration[] {
  const windowless = canShowWindows() ? [] : ['test/pages/wake.test.ts', 'test/pages/hidden.test.ts']
  if (windowless.length > 0) leaveOut('Tests of hidden pages', 'No display, and no Xvfb.')
  return found.map(({ engine }) => ({
    test: {
      name: `${engine} pages`,
      environment: 'node',
      include: ['test/pages/**/*.test.ts', 'test/soak/soak.test.ts'],
      // Playwright drives no browser of the system's but Chromium.
      exclude: engine === 'chromium' ? windowless : [...windowless, 'test/pages/playwright.test.ts'],
      ...sideBySide,
      testTimeout: 60_000,
      provide: { engine },
    },
  }))
}

/** The demo's pages, driven from Node as those are. */
export function demoProjects(found: readonly Found[]): TestProjectInlineConfiguration[] {
  return found.map(({ engine }) => ({
    test: {
      name: `${engine} demo`,
      environment: 'node',
      include: ['test/demo/**/*.test.ts'],
      ...sideBySide,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      provide: { engine },
    },
  }))
}
