/** One kind of outage in one engine: many clients of every library, side by side, each with a server of its own. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from '../../test/support/launch-browsers.ts'
import type { Engine } from '../browsers.ts'
import { type Candidate, candidates } from './candidates.ts'
import { Crews } from './crews.ts'
import type { Assignment } from './diary.ts'
import { Life, type Outcome } from './life.ts'
import { unanswered } from './network.ts'
import { type Failure, Site } from './site.ts'

export interface Plan {
  /** Of each library. */
  readonly clients: number
  /** How long the shortest outage lasts, in ms, and the longest; the others are evenly spread between. */
  readonly shortest: number
  readonly longest: number
}

/** What is measured: an engine, and how clients name the server. */
export interface Setting {
  readonly name: string
  readonly engine: Engine
  /** Whether the last segment of the path is another one at each attempt. */
  readonly paths: boolean
}

export interface Measured {
  readonly version: string
  readonly outcomes: ReadonlyArray<{ candidate: string } & Outcome>
}

/** Ms within which clients lose their server, one after the other. */
const losses = 2_000
/** Ms of being open after which every library has forgotten earlier failures. */
const stable = 8_000
/** Ms after the longest outage after which nobody is waited for any longer; Firefox holds a socket back for up to 60 s. */
export const patience = 75_000

/**
 * How many clients share a page, and how many a browser, so that what engines limit is not felt: Chromium slows new
 * connections of a process with many that failed or are pending, and has 255 WebSockets; Firefox has 900 connections,
 * those of attempts that were given up included; WebKitGTK lets 17 requests of a browser be unanswered.
 */
const sharing: Record<string, { page: number; browser: number }> = {
  chromium: { page: 1, browser: 160 },
  firefox: { page: 32, browser: 32 },
  webkit: { page: 16, browser: 16 },
}

export async function measure(
  { engine, paths }: Setting,
  failure: Failure,
  { clients, shortest, longest }: Plan,
  files: Map<string, string | Uint8Array>,
): Promise<Measured> {
  const lives: Life[] = []
  const crews = new Crews(files, ({ client, ...entry }) => lives[client]?.note(entry))
  const browsers: Page[] = []
  const { page, browser } = sharing[engine.name] ?? { page: 1, browser: 1 }
  try {
    const all = clients * candidates.length
    while (lives.length < all) {
      const pages: string[] = []
      const full = Math.min(lives.length + browser, all)
      while (lives.length < full) {
        pages.push(await crews.page(await recruit(lives, Math.min(page, full - lives.length), paths)))
      }
      browsers.push(await show(engine, pages.length > 1 ? await crews.frames(pages) : String(pages[0])))
    }
    if (!(await until(() => lives.every(({ hasOpened }) => hasOpened), 120_000))) {
      throw new Error(`${engine.title} does not connect`)
    }
    await sleep(stable)
    const watch = failure === 'lost' ? setInterval(() => noteUnanswered(lives), 100) : undefined
    await Promise.all(
      lives.map(async ({ site }, index) => {
        const turn = Math.floor(index / candidates.length) / clients
        await sleep(turn * losses)
        await site.down(failure)
        await sleep(shortest + turn * (longest - shortest))
        await site.up(failure)
      }),
    )
    await until(() => lives.every(({ backAt }) => backAt !== undefined), patience)
    clearInterval(watch)
    const outcomes = lives.map((life) => ({ candidate: life.candidate, ...life.tell(failure) }))
    return { version: browsers[0]?.version ?? '', outcomes }
  } finally {
    await Promise.all(browsers.map((each) => each.close()))
    crews.close()
    for (const { site } of lives) site.close()
  }
}

/** So many new clients, of the libraries in turn; answers what their page is to do. */
async function recruit(lives: Life[], count: number, paths: boolean): Promise<Assignment[]> {
  const crew: Assignment[] = []
  while (crew.length < count) {
    const client = lives.length
    const { name: candidate } = candidates[client % candidates.length] as Candidate
    const life = new Life(candidate, await Site.open())
    crew.push({ client, candidate, url: life.site.url, paths })
    lives.push(life)
  }
  return crew
}

async function show(engine: Engine, url: string): Promise<Page> {
  const page = await engine.launch()
  // Some drivers answer only when the page is idle.
  page.goto(url).catch(() => {})
  return page
}

function noteUnanswered(lives: readonly Life[]): void {
  const byHost = new Map(lives.map((life) => [life.site.host, life]))
  for (const { local, remote } of unanswered()) byHost.get(remote)?.noteUnanswered(local)
}

async function until(done: () => boolean, limit: number): Promise<boolean> {
  const end = Date.now() + limit
  while (!done() && Date.now() < end) await sleep(250)
  return done()
}
