/** The network is back while an attempt hangs in a server that has fallen silent. */
import { expect } from 'vitest'
import type { DrivenPage } from '../support/launch-browsers.ts'
import { neverByItself, reached, test } from './fixture.ts'

const patient = { ...neverByItself, connectTimeout: 60_000 }

/** Until the page's attempt is old enough for a signal to give it up. */
function grownOld(page: DrivenPage): Promise<void> {
  return page.evaluate(() => new Promise<void>((done) => setTimeout(done, 2_100)))
}

/** Every signal, three times. Answers what the socket has told and asked by the next task. */
function wakeUp(page: DrivenPage): Promise<string[]> {
  return page.evaluate(async () => {
    for (let count = 0; count < 3; count++) {
      dispatchEvent(new Event('online'))
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
      document.dispatchEvent(new Event('resume'))
    }
    await new Promise((done) => setTimeout(done))
    return story.filter((line) => /^(url|close|retry|open)/.test(line))
  })
}

const anew = ['url: connecting', 'close (connecting): connecting', 'url: connecting']

test('[W1] told that it is online, the page gives up the hung attempt, and the new one opens', async ({
  page,
  site,
  server,
}) => {
  await server.hold(true)
  await page.goto(site.providingPage(server.url('/sink'), patient))
  await server.until({ tcp: 1 })
  await grownOld(page)
  await server.hold(false)
  expect(await wakeUp(page)).toEqual(anew)
  await server.until({ connections: 1 })
  await reached(page, 'open')
  expect(await server.record()).toMatchObject({ upgrades: 1, tcp: { accepted: 2 } })
})

test('[W1] a second signal does not give up the attempt that the first one began', async ({
  page,
  site,
  server,
}) => {
  await server.stall({ up: false })
  await page.goto(site.providingPage(server.url('/sink'), patient))
  await server.until({ upgrades: 1 })
  await grownOld(page)
  expect(await wakeUp(page)).toEqual(anew)
  await server.until({ upgrades: 2 })
  await grownOld(page)
  expect(await wakeUp(page)).toEqual(anew)
  await server.resume()
  await reached(page, 'open')
  expect(await server.record()).toMatchObject({ upgrades: 2, tcp: { accepted: 2 } })
})
