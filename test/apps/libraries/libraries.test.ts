/** Libraries in a page of Chromium that speak to servers of their own kind through the drop-in, and are cut. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright'
import * as vite from 'vite'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { FaultProxy } from '../../support/fault-proxy.ts'
import { findChromium } from '../../support/find-browsers.ts'
import { chromiumSwitches } from '../../support/launch-browsers.ts'
import { servers } from './servers.ts'

const executablePath = findChromium()

/** The library's page, with the tarball's drop-in. */
async function bundle(name: string): Promise<string> {
  const entry = 'virtual:page'
  const page: vite.Plugin = {
    name: 'page',
    resolveId(id, importer) {
      if (id === entry) return `\0${entry}`
      return id.startsWith('steadysocket/') && importer
        ? this.resolve(id, join(inject('packed'), 'page/app.js'), { skipSelf: true })
        : null
    },
    load: (id) =>
      id === `\0${entry}`
        ? `import connect from '${join(import.meta.dirname, 'clients', `${name}.ts`)}'
           globalThis.ask = await connect(new URLSearchParams(location.search).get('server'))
           document.title = 'ready'`
        : null,
  }
  const built = await vite.build({
    configFile: false,
    root: import.meta.dirname,
    logLevel: 'error',
    plugins: [page],
    define: { global: 'globalThis' },
    build: { write: false, target: 'esnext', minify: false, rolldownOptions: { input: entry } },
  })
  return (built as vite.Rolldown.RolldownOutput).output[0].code
}

async function serve(code: string): Promise<string> {
  const http = createServer(({ url = '/' }, response) => {
    const isScript = url.startsWith('/page.js')
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    response.end(
      isScript
        ? code
        : '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
    )
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => {
    http.close()
    http.closeAllConnections()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

const ask = (page: Page, text: string): Promise<string> =>
  page.evaluate(
    (text) => (globalThis as unknown as { ask: (text: string) => Promise<string> }).ask(text),
    text,
  )

describe.skipIf(!executablePath)('in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumSwitches() })
  })

  afterAll(() => browser?.close())

  test.for(Object.entries(servers))(
    '[X1] %s goes on after three cuts, over exactly one connection',
    async ([name, start]) => {
      const server = await start()
      onTestFinished(() => server.close())
      const proxy = await FaultProxy.listen(server.port)
      onTestFinished(() => proxy.close())
      const site = await serve(await bundle(name))
      const page = await browser.newPage()
      onTestFinished(() => page.close())
      const faults: string[] = []
      page.on('pageerror', ({ message }) => faults.push(message))

      await page.goto(`${site}?server=ws://127.0.0.1:${proxy.port}`)
      await expect.poll(async () => [await page.title(), ...faults]).toEqual(['ready'])
      expect(await ask(page, '0')).toBe('0')
      for (const round of [1, 2, 3]) {
        proxy.reset()
        while (proxy.accepted <= round) await once(proxy, 'change')
        expect(await ask(page, `${round}`)).toBe(`${round}`)
      }
      // Nothing tells that no other connection is on its way.
      await sleep(1_000)
      expect(await ask(page, 'last')).toBe('last')
      expect(proxy.accepted).toBe(4)
      expect(proxy.open).toBe(1)
      expect(await server.connections()).toBe(1)
      expect(faults).toEqual([])
    },
  )
})
