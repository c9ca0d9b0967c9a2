/** Away and back by real navigation, through the engine's own back/forward cache or past it. */
import { expect } from 'vitest'
import type { DrivenPage } from '../support/launch-browsers.ts'
import type { TestServerFixture } from '../support/server-fixture.ts'
import { engine, neverByItself, reached, type Site, test } from './fixture.ts'

type Stage = 'open' | 'connecting' | 'waiting'

const isKept = (stage: Stage): boolean => engine !== 'firefox' || stage === 'waiting'

interface Rig {
  page: DrivenPage
  site: Site
  server: TestServerFixture
}

/** Opens a page and brings its socket so far. Answers how many upgrades that took. */
async function reach(stage: Stage, { page, site, server }: Rig): Promise<number> {
  await server.hold(stage === 'connecting')
  await page.goto(site.page(server.url('/sink'), { ...neverByItself, queue: { highWaterMark: 1 } }))
  if (stage === 'connecting') {
    await server.until({ tcp: 1 })
    return 0
  }
  await server.until({ connections: 1 })
  await reached(page, 'open')
  if (stage === 'waiting') {
    await server.closeAll(1001)
    await reached(page, 'waiting')
  }
  return 1
}

/** Leaves the page, sees its connections end, all but those that linger, and comes back. */
async function goAwayAndBack({ page, site, server }: Rig, upgrades: number, lingering = 0): Promise<void> {
  await page.follow(site.elsewhere)
  await server.until({ closed: upgrades, open: lingering })
  await server.hold(false)
  await page.back()
  await server.until({ connections: upgrades + 1 })
  await reached(page, 'open')
}

const partings: Record<Stage, string[]> = {
  open: ['open: open', 'one sent: open', 'two queued: open', 'three queued: open'],
  connecting: ['one queued: connecting', 'two queued: connecting', 'three queued: connecting'],
  waiting: [
    'open: open',
    'close (open): waiting',
    'one queued: waiting',
    'two queued: waiting',
    'three queued: waiting',
  ],
}

test.for((['open', 'connecting', 'waiting'] as const).filter(isKept))(
  '[W2] left while %s, the page is restored; its socket hung up, and is back once, in the task of pageshow, with what waited',
  async (stage, { page, site, server }) => {
    const rig = { page, site, server }
    const upgrades = await reach(stage, rig)
    await page.evaluate(() => {
      partingWords = ['one', 'two', 'three']
      document.addEventListener('visibilitychange', () => socket.send('four'), { once: true })
    })
    await goAwayAndBack(rig, upgrades)
    const told = await page.evaluate((): string[] => {
      socket.send('five')
      return story
    })
    // Chromium alone tells of freezing, between `pagehide` and `pageshow`.
    expect(told.filter((line) => !/^(freeze|resume): waiting$/.test(line))).toEqual([
      ...partings[stage],
      `pagehide: ${stage}`,
      `hidden: ${stage}`,
      // It hands over what waits, and behind every listener: what they sent still leaves.
      ...(stage === 'waiting' ? [] : ['close (pagehide): waiting']),
      'visible: waiting',
      'pageshow: connecting',
      'open: open',
    ])
    await server.until({ messages: 5 })
    const record = await server.record()
    const words = record.connections.map(({ messages }) => messages.map(({ text }) => text))
    expect(words).toEqual(
      {
        open: [['one', 'two', 'three', 'four'], ['five']],
        connecting: [['one', 'two', 'three', 'four', 'five']],
        waiting: [[], ['one', 'two', 'three', 'four', 'five']],
      }[stage],
    )
    expect(record).toMatchObject({ upgrades: upgrades + 1, tcp: { accepted: 2, open: 1 } })
  },
)

test.for((['open'] as const).filter(isKept))(
  '[W2] left while %s and restored again and again, the socket is back once each time',
  async (stage, { page, site, server }) => {
    const rig = { page, site, server }
    await reach(stage, rig)
    for (let upgrades = 1; upgrades <= 3; upgrades++) await goAwayAndBack(rig, upgrades)
    const shown = await page.evaluate((): string[] => story.filter((line) => line.startsWith('pageshow')))
    expect(shown).toEqual(Array(3).fill('pageshow: connecting'))
    expect(await server.record()).toMatchObject({ upgrades: 4, tcp: { accepted: 4, open: 1 } })
  },
)

test.for((['open', 'connecting'] as const).filter((stage) => !isKept(stage)))(
  '[W2] Firefox keeps no page with a native socket: left while %s, it is loaded afresh, with one new connection',
  async (stage, { page, site, server }) => {
    const rig = { page, site, server }
    const upgrades = await reach(stage, rig)
    // Firefox leaves TCP open when a socket is closed that waits for the answer to its upgrade.
    const lingering = stage === 'connecting' ? 1 : 0
    await goAwayAndBack(rig, upgrades, lingering)
    expect(await page.evaluate((): string[] => story)).toEqual(['open: open'])
    const tcp = { accepted: 2, open: 1 + lingering }
    expect(await server.record()).toMatchObject({ upgrades: upgrades + 1, tcp })
  },
)
