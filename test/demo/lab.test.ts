/** The laboratory and its server. */
import { shows, test } from './fixture.ts'
import { checks, enterLab, press } from './lab-checks.ts'

for (const [title, check] of Object.entries(checks))
  test(`[P2] ${title}`, async ({ server, browser }) => {
    await check(await enterLab(browser, new URL('lab.html', server.url).href))
  })

test('[P2] what happens without the server is told, too', async ({ server, browser }) => {
  const page = await enterLab(browser, new URL('lab.html', server.url).href)
  await server.kill()
  await shows(page, '#log li', 'retry')
  await press(page, '[data-do=drop]', 'The server does not know')
})
