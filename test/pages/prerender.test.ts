/** A page that the browser renders before anybody has asked for it, and then shows. Chromium alone does. */
import { expect } from 'vitest'
import { engine, neverByItself, test } from './fixture.ts'

test('[W2] prerendered, nothing connects and `url` is not called until the page is shown', async ({
  page,
  site,
  server,
}) => {
  const target = site.providingPage(server.url('/sink'), neverByItself)
  await page.goto(site.prerendering(target))
  if (engine === 'chromium') await site.prerendered()
  // By a link, as it were: then it is the page that was prerendered which is shown.
  await page.evaluate((url) => void setTimeout(() => location.assign(url)), target)
  await server.until({ connections: 1 })
  const told = await page.evaluate(async (): Promise<string[]> => {
    await socket.opened()
    return story
  })
  expect(told.filter((line) => !/^(visible|prerenderingchange)/.test(line))).toEqual([
    ...(engine === 'chromium' ? ['prerendering: waiting'] : []),
    'url: connecting',
    'open: open',
  ])
  expect(await server.record()).toMatchObject({ upgrades: 1, tcp: { accepted: 1 } })
})
