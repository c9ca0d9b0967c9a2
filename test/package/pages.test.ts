/** The tarball in a page of Chromium, brought there in every way in which a page can get it: each page sends and receives. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import * as esbuild from 'esbuild'
import { type Browser, chromium } from 'playwright'
import { rollup } from 'rollup'
import * as vite from 'vite'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished } from 'vitest'
import webpack from 'webpack'
import { test } from '../server/fixture.ts'
import { findChromium } from '../support/find-browsers.ts'
import { chromiumSwitches } from '../support/launch-browsers.ts'

const folder = inject('packed')
const entry = join(folder, 'page/app.js')
const executablePath = findChromium()

const contentTypes: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' }

/** A static server, with a page for each piece of HTML. */
async function openSite(pages: Record<string, string>): Promise<string> {
  const http = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://test')
    try {
      const body = pages[pathname] ?? (await readFile(join(folder, pathname)))
      response.setHeader('Content-Type', contentTypes[extname(pathname)] ?? 'text/html')
      response.end(`${body}`)
    } catch {
      response.writeHead(404).end()
    }
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => {
    http.close()
    http.closeAllConnections()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

/** A page with that script, bundled. */
async function siteOf(code: string): Promise<string> {
  return openSite({
    '/': `<!doctype html><link rel="icon" href="data:,"><script type="module">${code}</script>`,
  })
}

describe.skipIf(!executablePath)('in Chromium', () => {
  let browser: Browser

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumSwitches() })
  })

  afterAll(() => browser?.close())

  /** Opens the page and answers once it has had its message back; whatever the page says is a fault. */
  async function expectToWork(page: string, server: string): Promise<void> {
    const tab = await browser.newPage()
    onTestFinished(() => tab.close())
    const said: string[] = []
    // Vite's own client says at this level that it is there.
    tab.on('console', (message) => message.type() === 'debug' || said.push(message.text()))
    tab.on('pageerror', ({ message }) => said.push(message))
    await tab.goto(`${page}?server=${server}/echo`)
    await expect.poll(async () => [await tab.title(), ...said], { timeout: 10_000 }).toEqual(['it works'])
  }

  const preBundling: [string, vite.DepOptimizationOptions][] = [
    ['without pre-bundling', { exclude: ['steadysocket'] }],
    ['with pre-bundling', { include: ['steadysocket'] }],
  ]

  test.for(preBundling)('[P2] Vite’s server, %s', async ([kind, optimizeDeps], { server }) => {
    const dev = await vite.createServer({
      configFile: false,
      root: join(folder, 'page'),
      cacheDir: join(folder, kind),
      logLevel: 'warn',
      optimizeDeps,
      server: { host: '127.0.0.1', port: 0, fs: { allow: [folder] } },
    })
    onTestFinished(() => dev.close())
    await dev.listen()
    await expectToWork(dev.resolvedUrls?.local[0] ?? '', server.origin)
  })

  test('[P2] Vite’s build', async ({ server }) => {
    const warnings: unknown[] = []
    const built = await vite.build({
      configFile: false,
      root: join(folder, 'page'),
      logLevel: 'silent',
      build: {
        write: false,
        rolldownOptions: { input: entry, onLog: (_, log) => warnings.push(log.message) },
      },
    })
    expect(warnings).toEqual([])
    await expectToWork(await siteOf((built as vite.Rolldown.RolldownOutput).output[0].code), server.origin)
  })

  test('[P2] Rollup, with nothing but where the module is', async ({ server }) => {
    const warnings: string[] = []
    const build = await rollup({
      input: entry,
      plugins: [
        {
          name: 'where-it-is',
          resolveId: (id) =>
            id === 'steadysocket' ? join(folder, 'node_modules/steadysocket/dist/index.js') : null,
        },
      ],
      onLog: (_, { message }) => warnings.push(message),
    })
    const { output } = await build.generate({ format: 'es' })
    expect(warnings).toEqual([])
    expect(output[0].imports).toEqual([])
    await expectToWork(await siteOf(output[0].code), server.origin)
  })

  test('[P2] webpack', async ({ server }) => {
    const compiler = webpack({
      mode: 'production',
      context: folder,
      entry,
      output: { path: join(folder, 'webpack'), filename: 'app.js' },
    })
    const stats = await promisify(compiler.run.bind(compiler))()
    await promisify(compiler.close.bind(compiler))()
    expect(stats?.toJson({ all: false, errors: true, warnings: true })).toMatchObject({
      errors: [],
      warnings: [],
    })
    await expectToWork(await siteOf(await readFile(join(folder, 'webpack/app.js'), 'utf8')), server.origin)
  })

  test('[P2] esbuild', async ({ server }) => {
    const { outputFiles, warnings } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: 'esm',
      write: false,
      logLevel: 'silent',
    })
    expect(warnings).toEqual([])
    await expectToWork(await siteOf(outputFiles[0]?.text ?? ''), server.origin)
  })

  const tags = {
    'an import map': `
      <script type="importmap">{ "imports": { "steadysocket": "/node_modules/steadysocket/dist/index.js" } }</script>
      <script type="module" src="/page/app.js"></script>`,
    'an import map of the self-contained module': `
      <script type="importmap">{ "imports": { "steadysocket": "/node_modules/steadysocket/dist/steadysocket.js" } }</script>
      <script type="module" src="/page/app.js"></script>`,
    'a script tag': `
      <script src="/node_modules/steadysocket/dist/steadysocket.umd.js"></script>
      <script src="/page/script.js"></script>`,
    'an AMD loader': `
      <script src="/page/amd.js"></script>
      <script src="/node_modules/steadysocket/dist/steadysocket.umd.js"></script>
      <script src="/page/script.js"></script>`,
    ...Object.fromEntries(
      ['web', 'shared', 'service'].map((kind) => [
        `a ${kind} worker`,
        `<html data-worker="${kind}"><script type="module" src="/page/workers.js"></script>`,
      ]),
    ),
  }

  /** As strict as it gets: nothing but scripts of the site's own, no code made of text, and the one server. */
  const policy = (server: string): string =>
    `default-src 'none'; script-src 'self'; img-src data:; connect-src ${server}; require-trusted-types-for 'script'; trusted-types 'none'`

  test.for(Object.entries(tags))('[P2] no bundler, but %s', async ([, html], { server }) => {
    await expectToWork(
      await openSite({ '/': `<!doctype html><link rel="icon" href="data:,">${html}` }),
      server.origin,
    )
  })

  const strict = {
    'a script tag': tags['a script tag'],
    'a module script': `<script type="module" src="/page/strict.js"></script>`,
  }

  test.for(Object.entries(strict))(
    '[P1] a strict Content-Security-Policy, %s',
    async ([, html], { server }) => {
      const meta = `<meta http-equiv="Content-Security-Policy" content="${policy(server.origin)}">`
      await expectToWork(
        await openSite({ '/': `<!doctype html>${meta}<link rel="icon" href="data:,">${html}` }),
        server.origin,
      )
    },
  )

  test('[P2] a page that is a file, a script tag', async ({ server }) => {
    await expectToWork(pathToFileURL(join(folder, 'page/file.html')).href, server.origin)
  })
})

/** Each bundler, given an application that takes one function. */
const bundlers: Record<string, () => Promise<string>> = {
  Vite: async () => {
    const built = await vite.build({
      configFile: false,
      root: folder,
      logLevel: 'silent',
      build: { write: false, rolldownOptions: { input: join(folder, 'small.js') } },
    })
    return (built as vite.Rolldown.RolldownOutput).output[0].code
  },
  esbuild: async () => {
    const { outputFiles } = await esbuild.build({
      entryPoints: [join(folder, 'small.js')],
      bundle: true,
      minify: true,
      write: false,
    })
    return outputFiles[0]?.text ?? ''
  },
}

test.for(Object.entries(bundlers))('[P1] %s leaves out what is not imported', async ([, bundle]) => {
  await writeFile(
    join(folder, 'small.js'),
    `import { backoff } from 'steadysocket'; globalThis.delay = backoff(1)`,
  )
  const code = await bundle()
  expect(code).toContain('delay')
  // With the checks of its options; the class is eight times that.
  expect(code.length).toBeLessThan(4_500)
})
