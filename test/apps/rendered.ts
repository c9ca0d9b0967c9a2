/** Applications that a server renders: what every framework's has to do in the browser that takes its page over. */
import { expect } from 'vitest'
import { test as serverTest } from '../server/fixture.ts'
import { consoleOf, openChromium, type Running, says } from './application.ts'

interface Rendered {
  /** Builds the application, and starts its server. */
  serve: () => Promise<Running>
  /** The page as the server renders it. */
  html: RegExp
  /** What the page says of an open connection. */
  open: string
}

export function testRendered({ serve, html: rendered, open }: Rendered): void {
  const test = serverTest
    .extend('app', { scope: 'file' }, async ({}, { onCleanup }) => {
      const app = await serve()
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
      expect(html.replaceAll('<!-- -->', '')).toMatch(rendered)
    }
    expect((await server.record()).upgrades).toBe(0)
    await page.goto(address)
    await says(page, `${open} open toggle`)
    expect((await server.record()).upgrades).toBe(2)
    await server.broadcast('hello')
    await says(page, `${open} hello open toggle`)
    await page.evaluate(() => document.querySelector('button')?.click())
    await says(page, 'open toggle')
    await server.until({ closed: 1 })
    await page.evaluate(() => document.querySelector('button')?.click())
    await says(page, `${open} open toggle`)
    expect((await server.record()).upgrades).toBe(3)
    expect(await consoleOf(page)).toEqual([])
    expect(app.said.filter((line) => /error|warn/i.test(line))).toEqual([])
  })
}
