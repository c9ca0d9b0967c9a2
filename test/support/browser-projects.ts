/** One Vitest project for each browser engine found on this machine. */
import { playwright } from '@vitest/browser-playwright'
import type { TestProjectInlineConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { callTestServer, openTestServer } from './commands.ts'
import { findChromium, findFirefox, findWebKit } from './find-browsers.ts'
import { chromiumSwitches } from './launch-browsers.ts'
import { firefox, webkit } from './system-browser-provider.ts'

const engines = ['chromium', 'firefox', 'webkit'] as const
type Engine = (typeof engines)[number]

const howToGet: Record<Engine, string> = {
  chromium: 'looked for chromium, google-chrome and microsoft-edge; CHROME_PATH names another',
  firefox: 'looked for firefox and firefox-esr; FIREFOX_PATH names another',
  webkit: "looked for WebKitWebDriver, its MiniBrowser, and Xvfb where there's no display",
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
export function browserProjects(): TestProjectInlineConfiguration[] {
  const { BROWSERS, CI } = process.env
  const chosen = BROWSERS?.split(',').filter(Boolean)
  const unknown = chosen?.find((name) => !engines.some((engine) => engine === name))
  if (unknown) throw new Error(`BROWSERS names ${unknown}; there are ${engines.join(', ')}`)
  const found: TestProjectInlineConfiguration[] = []
  const missing: string[] = []
  for (const [index, engine] of engines.entries()) {
    if (chosen && !chosen.includes(engine)) continue
    const provider = providers[engine]()
    if (provider) found.push(project(engine, provider, index + 1))
    else missing.push(`No ${engine}: ${howToGet[engine]}.`)
  }
  if (missing.length > 0) {
    const advice = 'Debian has all three: apt-get install chromium firefox-esr webkit2gtk-driver xvfb'
    const message = [...missing, advice].join('\n')
    if (chosen || (CI && CI !== 'false')) throw new Error(message)
    console.warn(`Tests in browsers that this machine does not have are left out.\n${message}\n`)
  }
  return found
}

/** One engine after the other, one file after the other: tests of timing must not compete for the processor. */
function project(
  name: Engine,
  provider: BrowserProviderOption,
  groupOrder: number,
): TestProjectInlineConfiguration {
  return {
    // Found late, it would reload the page in the middle of a run.
    optimizeDeps: { include: ['eventemitter3'] },
    test: {
      name,
      include: ['test/browser/**/*.test.ts'],
      fileParallelism: false,
      sequence: { groupOrder },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        commands: { openTestServer, callTestServer },
        provider,
        instances: [{ browser: name }],
      },
    },
  }
}
