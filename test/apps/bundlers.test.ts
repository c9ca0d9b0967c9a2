/** The tarball by bundlers and in runtimes that `npm test` has no time for: what they make of it sends and receives. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, onTestFinished } from 'vitest'
import { test as serverTest } from '../server/fixture.ts'
import { furnish, openChromium, run } from './application.ts'

const folder = furnish('bundlers')
for (const name of ['app.js', 'index.html'])
  cpSync(join(inject('packed'), 'page', name), join(folder, 'made', name))

const test = serverTest.extend('page', { scope: 'file' }, async ({}, { onCleanup }) => {
  const page = await openChromium()
  onCleanup(() => page.close())
  return page
})

interface Rspack {
  rspack(options: object, done: (error: unknown, stats: { toJson(options: object): object }) => void): void
}

/** Each answers the application as one script. */
const bundlers: Record<string, () => Promise<string>> = {
  async Rspack() {
    const { rspack } = createRequire(join(folder, 'package.json'))('@rspack/core') as Rspack
    const stats = await promisify(rspack)({
      mode: 'production',
      context: folder,
      entry: join(folder, 'made/app.js'),
      output: { path: join(folder, 'made/rspack'), filename: 'app.js' },
    })
    expect(stats.toJson({ all: false, errors: true, warnings: true })).toMatchObject({
      errors: [],
      warnings: [],
    })
    return readFileSync(join(folder, 'made/rspack/app.js'), 'utf8')
  },
  async Parcel() {
    const into = join(folder, 'made/parcel')
    await run(
      folder,
      'parcel/lib/bin.js',
      ...[
        'build',
        'made/index.html',
        '--dist-dir',
        into,
        '--cache-dir',
        join(into, 'cache'),
        '--no-source-maps',
      ],
    )
    const script = readdirSync(into).find((name) => name.endsWith('.js'))
    return readFileSync(join(into, script ?? 'none'), 'utf8')
  },
}

/** A page with that script. */
async function siteOf(code: string): Promise<string> {
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">${code}</script>`
  const http = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(page))
  await once(http.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    http.close()
    http.closeAllConnections()
  })
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

test.for(Object.entries(bundlers))('[P2] %s', async ([, bundle], { server, page }) => {
  await page.goto(`${await siteOf(await bundle())}/?server=${server.url('/echo')}`)
  const title = await page.evaluate(
    () =>
      new Promise<string>((done) => {
        const look = (): void => void (document.title ? done(document.title) : requestAnimationFrame(look))
        look()
      }),
  )
  expect(title).toBe('it works')
})

/** A server of theirs: idle until `connect()`, and the process ends by itself. */
const script = `
  import { json, SteadySocket } from 'steadysocket'
  import { messages } from 'steadysocket/streams'
  const socket = new SteadySocket(process.env.SERVER, { codec: json() })
  const told = [socket.state.name]
  socket.connect()
  socket.send({ text: 'it works' })
  for await (const { text } of messages(socket)) {
    told.push(text)
    socket.close()
  }
  while (socket.state.name !== 'closed') await new Promise((look) => socket.once('close', look))
  console.log(JSON.stringify([...told, socket.state.name]))`

const runtimes = {
  Bun: ['bun', 'run', 'server.mjs'],
  Deno: ['deno', 'run', '--allow-net', '--allow-env', '--node-modules-dir=manual', 'server.mjs'],
} as const

test.for(Object.entries(runtimes))(
  '[L2] %s is a server: nothing connects before `connect()`, and the process ends by itself',
  async ([, [command, ...args]], { server }) => {
    writeFileSync(join(folder, 'server.mjs'), script)
    const { stdout, stderr } = await promisify(execFile)(join(folder, 'node_modules/.bin', command), args, {
      cwd: folder,
      env: { ...process.env, SERVER: server.url('/echo'), DENO_NO_UPDATE_CHECK: '1' },
    })
    expect([JSON.parse(stdout), stderr]).toEqual([['idle', 'it works', 'closed'], ''])
  },
)
