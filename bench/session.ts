/** One browser at work; a new one takes its place when it does not answer in time. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '../test/support/launch-browsers.ts'
import type { Engine } from './browsers.ts'
import type { Lab } from './lab.ts'
import type { Answer, Hello, Job } from './scenario.ts'

const late: Answer = { error: 'did not finish' }

export class Session {
  private readonly engine: Engine
  private readonly lab: Lab
  private page!: Page
  hello!: Hello

  private constructor(engine: Engine, lab: Lab) {
    this.engine = engine
    this.lab = lab
  }

  static async start(engine: Engine, lab: Lab): Promise<Session> {
    const session = new Session(engine, lab)
    await session.launch()
    return session
  }

  get version(): string {
    return this.page.version
  }

  /** What the job answered; null if it failed, or took longer than `limit` ms. */
  async run<T>(job: Job, limit: number): Promise<T | null> {
    const timeout = new AbortController()
    const { signal } = timeout
    const tooLong = sleep(limit, late, { signal }).catch(() => late)
    const answer = await Promise.race([this.lab.run(job), tooLong])
    timeout.abort()
    if (answer === late) {
      await this.close()
      await this.launch()
    }
    await this.lab.tidy()
    if ('value' in answer) return answer.value as T
    console.error(`\n${this.engine.title}, ${job.scenario}, ${job.candidate}: ${answer.error}`)
    return null
  }

  async close(): Promise<void> {
    await this.page.close()
  }

  private async launch(): Promise<void> {
    this.page = await this.engine.launch()
    const hello = this.lab.greeted()
    // Some drivers answer only when the page is idle, and this one never is.
    this.page.goto(this.lab.url).catch(() => {})
    const timeout = sleep(30_000, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`${this.engine.title} shows no page`)),
    )
    this.hello = await Promise.race([hello, timeout])
  }
}
