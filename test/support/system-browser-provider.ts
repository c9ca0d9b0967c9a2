/** A Vitest browser provider for the browsers that Vitest's own providers cannot drive as the system ships them. */
import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider, BrowserProviderOption, TestProject } from 'vitest/node'
import { launchFirefox, launchWebKit, type Page } from './launch-browsers.ts'

type Launch = () => Promise<Page>

class SystemBrowserProvider implements BrowserProvider {
  readonly name = 'system'
  readonly supportsParallelism = false
  private readonly launch: Launch
  private page: Promise<Page> | undefined

  constructor(project: TestProject, launch: Launch) {
    this.launch = launch
    // The only built-in command that the test page sends by itself.
    project.browser?.registerCommand('__vitest_viewport' as never, (async () => {}) as never)
  }

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(_sessionId: string, url: string): Promise<void> {
    this.page ??= this.launch()
    await (await this.page).goto(url)
  }

  async close(): Promise<void> {
    const page = await this.page?.catch(() => undefined)
    this.page = undefined
    await page?.close()
  }
}

function provider(browser: 'firefox' | 'webkit', launch: Launch): BrowserProviderOption {
  return defineBrowserProvider({
    name: 'system',
    supportedBrowser: [browser],
    providerFactory: (project) => new SystemBrowserProvider(project, launch),
  })
}

export function firefox(executablePath: string): BrowserProviderOption {
  return provider('firefox', () => launchFirefox(executablePath))
}

export function webkit(found: { driver: string; binary: string }): BrowserProviderOption {
  return provider('webkit', () => launchWebKit(found))
}
