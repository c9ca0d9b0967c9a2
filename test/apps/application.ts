/** An application in a folder of its own, with the library as it is published. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { inject } from 'vitest'
import { findChromium } from '../support/find-browsers.ts'
import { type DrivenPage, launchChromium } from '../support/launch-browsers.ts'

const quiet = { NEXT_TELEMETRY_DISABLED: '1', NUXT_TELEMETRY_DISABLED: '1' }

/** Puts the library among the packages of that application; answers its folder. */
export function furnish(name: string): string {
  const folder = join(import.meta.dirname, name)
  cpSync(join(inject('packed'), 'node_modules/steadysocket'), join(folder, 'node_modules/steadysocket'), {
    recursive: true,
  })
  return folder
}

/** Runs one of its packages' commands to its end. */
export async function run(folder: string, command: string, ...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [join(folder, 'node_modules', command), ...args], {
    cwd: folder,
    env: { ...process.env, ...quiet, NODE_ENV: 'production' },
  })
}

/** For servers that do not take one from the system themselves. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

export interface Running {
  readonly origin: string
  /** What it has said. */
  readonly said: string[]
  stop(): Promise<void>
}

/** Starts a server, and waits until it has said where it is. */
export async function start(folder: string, ...args: string[]): Promise<Running> {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: folder,
    env: {
      ...process.env,
      ...quiet,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: String(await freePort()),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said: string[] = []
  const origin = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The server did not start: ${said.join('\n')}`)))
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output as NonNullable<typeof output> }).on('line', (line) => {
        said.push(line)
        const [found] = /http:\/\/[\w.[\]]+:\d+/.exec(line) ?? []
        if (found) resolve(found)
      })
  })
  return {
    origin,
    said,
    async stop() {
      const exited = once(child, 'exit')
      child.kill()
      await exited
    },
  }
}

export async function openChromium(): Promise<DrivenPage> {
  const chromium = findChromium()
  if (!chromium) throw new Error('There is no Chromium here')
  return await launchChromium(chromium)
}

/** Resolves once the page says that, whatever the space. */
export function says(page: DrivenPage, text: string): Promise<void> {
  return page.evaluate(
    (text) =>
      new Promise<void>((done) => {
        const look = (): void => {
          const place = document.querySelector('main')
          if (place?.textContent?.replaceAll(/\s/g, '') !== text) return
          observer.disconnect()
          done()
        }
        const observer = new MutationObserver(look)
        observer.observe(document, { childList: true, characterData: true, subtree: true })
        look()
      }),
    text.replaceAll(/\s/g, ''),
  )
}

/** What was said on the page's console, if the page keeps that. */
export function consoleOf(page: DrivenPage): Promise<string[]> {
  return page.evaluate(() => (globalThis as { said?: string[] }).said ?? ['the page keeps nothing'])
}
