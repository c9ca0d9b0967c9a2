/** What a page that is left sends last, with the engine's own back/forward cache. */
import { expect } from 'vitest'
import { engine, reached, test } from './fixture.ts'
import { answers, arrived, expectNoneAstray, openSpeaker } from './words.ts'

const words = [
  'before, pagehide',
  'after, pagehide',
  'before, visibilitychange on document',
  'after, visibilitychange on document',
  'before, visibilitychange on window',
  'after, visibilitychange on window',
]

const all = (answer: string): Record<string, string> =>
  Object.fromEntries(words.map((word) => [word, answer]))

test('[W2] sent while open, it leaves on the old connection as natively, and is not found on the next one', async ({
  page,
  site,
  server,
}) => {
  await openSpeaker('open', { page, site, server })
  await page.follow(site.elsewhere)
  await server.until({ closed: 1 })
  await page.back()
  if (engine === 'firefox') {
    await expectNoneAstray(page, server)
    return
  }
  await server.until({ connections: 2 })
  await reached(page, 'open')
  await page.evaluate(() => void socket.send('back'))
  await server.until({ messages: 1 + words.length })
  expect(await arrived(server)).toEqual([words, ['back']])
})

test('[W2] sent while waiting, it stays queued and goes out with the next connection', async ({
  page,
  site,
  server,
}) => {
  await openSpeaker('waiting', { page, site, server })
  await page.follow(site.elsewhere)
  await page.back()
  await server.until({ connections: 2, messages: words.length })
  expect(await answers(page)).toEqual(all('queued'))
  expect(await arrived(server)).toEqual([[], words])
})
