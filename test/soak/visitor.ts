/** The browser's page as a soak sees it, whether the engine restores it or loads it anew. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { DrivenPage } from '../support/launch-browsers.ts'
import type { Report } from './page/client.ts'
import type { Growth } from './page/heap.ts'
import type {} from './page/main.ts'

export class Visitor {
  readonly page: DrivenPage
  /** What pages told that are gone for good, as they were left. */
  readonly gone: Report[] = []
  readonly uncaught: string[] = []
  restored = 0
  reloaded = 0
  isSending = false
  private readonly url: string
  private readonly elsewhere: string
  private token = ''
  private leaving: Report[] = []

  constructor(page: DrivenPage, url: string, elsewhere: string) {
    this.page = page
    this.url = url
    this.elsewhere = elsewhere
  }

  async open(): Promise<void> {
    await this.page.goto(this.url)
    this.token = await this.present()
  }

  async resume(): Promise<void> {
    this.isSending = true
    await this.page.evaluate(() => soak.resume())
  }

  async pause(): Promise<void> {
    this.isSending = false
    await this.page.evaluate(() => soak.pause())
  }

  flood(count: number, size: number): Promise<void> {
    return this.page.evaluate((count, size) => soak.flood(count, size), count, size)
  }

  call(what: string): Promise<void> {
    return this.page.evaluate((what) => soak.call(what), what)
  }

  mark(): Promise<Record<string, number>> {
    return this.page.evaluate(() => soak.mark())
  }

  async report(): Promise<Report[]> {
    return this.page.evaluate(() => soak.report())
  }

  async retire(): Promise<void> {
    await this.page.evaluate(() => soak.retire())
  }

  heapGrowth(url: string, count: number): Promise<Growth | undefined> {
    return this.page.evaluate((url, count) => soak.heapGrowth(url, count), url, count)
  }

  async leave(): Promise<void> {
    this.leaving = await this.report()
    await this.collectUncaught()
    await this.page.follow(this.elsewhere)
  }

  async comeBack(): Promise<void> {
    await this.page.back()
    const token = await this.present()
    if (token === this.token) this.restored++
    else {
      this.reloaded++
      this.gone.push(...this.leaving)
      this.token = token
      if (this.isSending) await this.resume()
    }
  }

  async collectUncaught(): Promise<void> {
    this.uncaught.push(...(await this.page.evaluate(() => soak.uncaught.splice(0))))
  }

  /** The token of the page, once it is there. */
  private async present(): Promise<string> {
    for (let looks = 0; ; looks++) {
      try {
        const token = await this.page.evaluate(() => ('soak' in globalThis ? soak.token : ''))
        if (token) return token
      } catch (error) {
        // In the middle of a navigation there is nothing to ask.
        if (looks > 200) throw error
      }
      if (looks > 400) throw new Error('The page does not come')
      await sleep(50)
    }
  }
}
