/** The recipes of docs/frameworks.md, each built as a page and run in Chromium against a real server. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build, type PluginOption, type Rolldown, type UserConfig } from 'vite'
import { expect } from 'vitest'
import { test as serverTest } from '../server/fixture.ts'
import { consoleOf, furnish, openChromium, says } from './application.ts'

const folder = furnish('recipes')
const docs = readFileSync(join(import.meta.dirname, '../../docs/frameworks.md'), 'utf8')

interface Recipe {
  /** Its heading in the docs. */
  heading: string
  /** Makes something else of its code. */
  change?: (code: string) => string
  /** The file that its code goes into. */
  file: string
  /** Shows it in the element `place`, with the URL `url`, and answers what takes it away. */
  main: string
  /** What TypeScript is to be told of it, where its compiler reads such files. */
  types?: string[]
  plugins?: () => Promise<PluginOption[]>
  config?: UserConfig
}

/** A plugin, from the folder of the recipes. */
async function plugin(name: string, member = 'default', ...options: unknown[]): Promise<PluginOption> {
  const { resolve } = createRequire(join(folder, 'package.json'))
  const module = await import(pathToFileURL(resolve(name)).href)
  return module[member](...options)
}

const angular = (providers: string): string => `
  import '@angular/compiler'
  import { provideZoneChangeDetection, provideZonelessChangeDetection } from '@angular/core'
  import { bootstrapApplication } from '@angular/platform-browser'
  import { CHAT_URL, Chat } from './Chat.ts'
  export async function show(place, url) {
    place.append(document.createElement('app-chat'))
    const providers = [{ provide: CHAT_URL, useValue: url }, ${providers}]
    const app = await bootstrapApplication(Chat, { providers })
    return () => app.destroy()
  }`

const decorators = { oxc: { decorator: { legacy: true } } } as UserConfig

const recipes: Record<string, Recipe> = {
  'React, in StrictMode': {
    heading: 'React',
    file: 'Chat.tsx',
    types: ['--jsx', 'react-jsx'],
    main: `
      import { createElement, StrictMode } from 'react'
      import { createRoot } from 'react-dom/client'
      import { Chat } from './Chat.tsx'
      export function show(place, url) {
        const root = createRoot(place)
        root.render(createElement(StrictMode, null, createElement(Chat, { url })))
        return () => root.unmount()
      }`,
  },
  Vue: {
    heading: 'Vue',
    file: 'Chat.vue',
    main: `
      import { createApp } from 'vue'
      import Chat from './Chat.vue'
      export function show(place, url) {
        const app = createApp(Chat, { url })
        app.mount(place)
        return () => app.unmount()
      }`,
    plugins: async () => [await plugin('@vitejs/plugin-vue')],
  },
  'Svelte 5': {
    heading: 'Svelte 5',
    file: 'Chat.svelte',
    main: `
      import { mount, unmount } from 'svelte'
      import Chat from './Chat.svelte'
      export function show(place, url) {
        const component = mount(Chat, { target: place, props: { url } })
        return () => unmount(component)
      }`,
    plugins: async () => [
      await plugin('@sveltejs/vite-plugin-svelte', 'svelte', { configFile: false, compilerOptions: {} }),
    ],
  },
  Solid: {
    heading: 'Solid',
    file: 'Chat.tsx',
    types: ['--jsx', 'preserve', '--jsxImportSource', 'solid-js'],
    main: `
      import { createComponent } from 'solid-js'
      import { render } from 'solid-js/web'
      import { Chat } from './Chat.tsx'
      export const show = (place, url) => render(() => createComponent(Chat, { url }), place)`,
    plugins: async () => [await plugin('vite-plugin-solid')],
  },
  'Angular with zone.js': {
    heading: 'Angular',
    file: 'Chat.ts',
    main: `import 'zone.js'\n${angular('provideZoneChangeDetection()')}`,
    config: decorators,
  },
  'Angular with zone.js and plain fields': {
    heading: 'Angular',
    file: 'Chat.ts',
    change: (code) =>
      code
        .replace('badge()', 'badge')
        .replace('lines()', 'lines')
        .replace('signal(this.status.value)', 'this.status.value')
        .replace('signal<string[]>([])', '[]')
        .replaceAll('readonly ', '')
        .replace('this.badge.set(value)', '{ this.badge = value }')
        .replace('this.lines.update((before) => [...before, line])', '{ this.lines = [...this.lines, line] }')
        .replace(', signal }', ' }'),
    main: `import 'zone.js'\n${angular('provideZoneChangeDetection()')}`,
    config: decorators,
  },
  'Angular without zone.js': {
    heading: 'Angular',
    file: 'Chat.ts',
    types: ['--experimentalDecorators'],
    main: angular('provideZonelessChangeDetection()'),
    config: decorators,
  },
}

/** The first code under that heading. */
function codeOf(heading: string): string {
  const [, code] = new RegExp(`^## ${heading}\n[^]*?^\`\`\`\\w+\n([^]*?)^\`\`\``, 'm').exec(docs) ?? []
  if (!code) throw new Error(`docs/frameworks.md has no code under ${heading}`)
  return code
}

/** Writes the recipe where packages are within reach, and where no plugin takes it for one; answers the folder. */
function write(name: string, { heading, file, change }: Recipe): string {
  const place = join(folder, 'built', name.replaceAll(/\W+/g, '-'))
  mkdirSync(place, { recursive: true })
  const code = codeOf(heading)
  writeFileSync(join(place, file), change?.(code) ?? code)
  return place
}

async function bundle(name: string, recipe: Recipe): Promise<string> {
  const { main, plugins, config } = recipe
  const place = write(name, recipe)
  writeFileSync(
    join(place, 'main.js'),
    `${main}\nglobalThis.leave = show(document.querySelector('main'), new URLSearchParams(location.search).get('url'))`,
  )
  const warnings: string[] = []
  const built = await build({
    ...config,
    root: place,
    configFile: false,
    logLevel: 'error',
    plugins: (await plugins?.()) ?? [],
    // As in development, where React tries its effects out.
    define: { 'process.env.NODE_ENV': '"development"' },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      lib: { entry: join(place, 'main.js'), formats: ['es'] },
      rolldownOptions: {
        onLog(level, log) {
          if (level === 'warn' && log.code !== 'MODULE_LEVEL_DIRECTIVE') warnings.push(log.message)
        },
      },
    },
  })
  const [{ output }] = [built].flat() as [Rolldown.RolldownOutput]
  expect(warnings).toEqual([])
  return output[0].code
}

const test = serverTest.extend('page', { scope: 'file' }, async ({}, { onCleanup }) => {
  const page = await openChromium()
  onCleanup(() => page.close())
  return page
})

const html = `<!doctype html>
  <script>${readFileSync(join(import.meta.dirname, 'next/public/keep.js'), 'utf8')}</script>
  <main></main>
  <script type="module" src="/main.js"></script>`

/** Serves one page with that script, for as long as something is done with it. */
async function serving(script: string, run: (origin: string) => Promise<void>): Promise<void> {
  const http = createServer(({ url }, response) => {
    const isScript = url === '/main.js'
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : html)
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  try {
    await run(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
  } finally {
    http.close()
    http.closeAllConnections()
  }
}

test.for(Object.entries(recipes))(
  '[F1] %s: online, messages both ways, one connection, and none left',
  async ([name, recipe], { server, page }) => {
    await serving(await bundle(name, recipe), async (origin) => {
      await page.goto(`${origin}/?${new URLSearchParams({ url: server.url('/chat') })}`)
      await says(page, 'online Say hi')
      await server.broadcast(JSON.stringify('from the server'))
      await says(page, 'online from the server Say hi')
      await page.evaluate(() => document.querySelector('button')?.click())
      await says(page, 'online from the server hi Say hi')
      await page.evaluate(async () => {
        const { leave } = globalThis as unknown as { leave: Promise<() => unknown> }
        await (await leave)()
      })
      const { upgrades } = await server.until({ closed: 1, open: 0 })
      expect(upgrades).toBe(1)
      expect(await consoleOf(page)).toEqual([])
    })
  },
)

const typed = Object.entries(recipes).filter(([, { types }]) => types)

test.for(typed)('[F1] %s: its types are right', async ([name, recipe]) => {
  const tsc = createRequire(import.meta.url)
    .resolve('typescript/package.json')
    .replace('package.json', 'bin/tsc')
  const flags =
    '--ignoreConfig --noEmit --strict --skipLibCheck --target es2022 --lib es2022,dom,dom.iterable'
  const modules = '--module esnext --moduleResolution bundler'
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [tsc, ...flags.split(' '), ...modules.split(' '), ...(recipe.types ?? []), recipe.file],
    { cwd: write(name, recipe) },
  ).catch((failed: { stdout: string }) => failed)
  expect(stdout).toBe('')
})
