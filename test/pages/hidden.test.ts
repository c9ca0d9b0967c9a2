/** Pages in a window, hidden by another: what they say last when they are left, and how long they keep a connection. */
import { expect, onTestFinished } from 'vitest'
import type { DrivenPage } from '../support/launch-browsers.ts'
import { engine, neverByItself, reached, testInWindow as test, turned } from './fixture.ts'
import { arrived, expectNoneAstray, openSpeaker } from './words.ts'

/** Until it is shown, or the test ends. */
async function hide(page: DrivenPage): Promise<void> {
  await page.hide()
  await turned(page, 'hidden')
  onTestFinished(() => show(page))
}

async function show(page: DrivenPage): Promise<void> {
  await page.show()
  await turned(page, 'visible')
}

const onHiding = [
  'before, visibilitychange on document',
  'after, visibilitychange on document',
  'before, visibilitychange on window',
  'after, visibilitychange on window',
]
const onLeaving = ['before, pagehide', 'after, pagehide']
const words = [...onHiding, ...onLeaving]

test('[W2] hidden and then left, what it sent leaves on the old connection, and is not found on the next one', async ({
  page,
  site,
  server,
}) => {
  await openSpeaker('open', { page, site, server })
  await hide(page)
  await server.until({ messages: onHiding.length })
  expect(await page.evaluate(() => socket.state.name)).toBe('open')
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

test('[W3] hidden for `hiddenTimeout`, it hangs up; shown, it is back at once, once', async ({
  page,
  site,
  server,
}) => {
  await page.goto(site.page(server.url('/sink'), { ...neverByItself, hiddenTimeout: 300 }))
  await server.until({ connections: 1 })
  await reached(page, 'open')
  await hide(page)
  await reached(page, 'waiting')
  const { connections } = await server.until({ closed: 1 })
  expect(connections[0]?.close).toMatchObject({ code: 1000, wasClean: true })
  expect(await page.evaluate(() => socket.send('kept'))).toBe('queued')
  await show(page)
  await server.until({ connections: 2, messages: 1 })
  await reached(page, 'open')
  expect(await page.evaluate((): string[] => story)).toEqual([
    'open: open',
    'hidden: open',
    'close (hidden): waiting',
    'visible: connecting',
    'open: open',
  ])
  expect(await arrived(server)).toEqual([[], ['kept']])
  expect(await server.record()).toMatchObject({ upgrades: 2, tcp: { open: 1 } })
})
