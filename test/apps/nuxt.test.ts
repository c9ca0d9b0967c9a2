/** The composables in Nuxt, built for production. */
import { expect } from 'vitest'
import { test as serverTest } from '../server/fixture.ts'
import { consoleOf, furnish, openChromium, run, says, start } from './application.ts'

const test = serverTest
  .extend('app', { scope: 'file' }, async ({}, { onCleanup }) => {
    const folder = furnish('nuxt')
    await run(folder, 'nuxt/bin/nuxt.mjs', 'build')
    const app = await start(folder, '.output/server/index.mjs')
    onCleanup(() => app.stop())
    return app
  })
  .extend('page', { scope: 'file' }, async ({}, { onCleanup }) => {
    const page = await openChromium()
    onCleanup(() => page.close())
    return page
  })

test('[F1] a server renders the page and connects to nobody; in the browser it is taken over and connects', async ({
  app,
  page,
  server,
}) => {
  const address = `${app.origin}/?${new URLSearchParams({ url: server.url('/chat') })}`
  for (let request = 0; request < 3; request++) {
    const html = await (await fetch(address)).text()
    expect(html.replaceAll('<!-- -->', '')).toMatch(/<p>connecting idle\s*<\/p><i>idle<\/i>/)
  }
  expect((await server.record()).upgrades).toBe(0)
  await page.goto(address)
  await says(page, 'online open open toggle')
  expect((await server.record()).upgrades).toBe(2)
  await server.broadcast('hello')
  await says(page, 'online open hello open toggle')
  await page.evaluate(() => document.querySelector('button')?.click())
  await says(page, 'open toggle')
  await server.until({ closed: 1 })
  await page.evaluate(() => document.querySelector('button')?.click())
  await says(page, 'online open open toggle')
  expect((await server.record()).upgrades).toBe(3)
  expect(await consoleOf(page)).toEqual([])
  expect(app.said.filter((line) => /error|warn/i.test(line))).toEqual([])
})
