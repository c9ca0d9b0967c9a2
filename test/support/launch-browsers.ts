/**
 * Starts browsers as the system ships them, with no driver package: Chromium is told where to go over HTTP, Firefox
 * speaks WebDriver BiDi itself, and WebKitGTK is driven by WebKitWebDriver.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** A browser with one page. */
export interface Page {
  /** Of the browser. */
  readonly version: string
  goto(url: string): Promise<unknown>
  /** Ends the browser. */
  close(): Promise<void>
}

/** What Chromium needs here to start, and to trust a certificate that nobody signed. */
export function chromiumSwitches(): string[] {
  // Chromium refuses its sandbox to root, which is who a container usually runs as.
  return ['--ignore-certificate-errors', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
}

/** Chromium with nobody attached: a driver that follows the network traffic would slow each WebSocket frame. */
export async function launchChromium(executablePath: string, ...switches: string[]): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  const { match, child } = await start(
    executablePath,
    [
      '--headless',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      ...chromiumSwitches(),
      ...switches,
      'about:blank',
    ],
    { output: 2, ready: /DevTools listening on ws:\/\/([^/]+)/ },
  )
  const endpoint = `http://${match[1]}/json`
  const { Browser: version } = (await (await fetch(`${endpoint}/version`)).json()) as { Browser: string }
  return {
    version: version.replace(/^.*\//, ''),
    goto: (url) => fetch(`${endpoint}/new?${url}`, { method: 'PUT' }),
    close: async () => {
      await stop(child)
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Firefox, by the WebDriver BiDi endpoint that it has itself. */
export async function launchFirefox(executablePath: string): Promise<Page> {
  const profile = await mkdtemp(join(tmpdir(), 'firefox-'))
  await writeFile(join(profile, 'user.js'), preferences)
  const { match, child } = await start(
    executablePath,
    ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port=0', 'about:blank'],
    { output: 2, ready: /WebDriver BiDi listening on (ws:\/\/\S+)/ },
  )
  const send = await bidi(`${match[1]}/session`)
  const { capabilities } = await send<Session>('session.new', {
    capabilities: { alwaysMatch: { acceptInsecureCerts: true } },
  })
  const { contexts } = await send<{ contexts: { context: string }[] }>('browsingContext.getTree')
  const context = contexts[0]?.context
  return {
    version: capabilities.browserVersion,
    goto: (url) => send('browsingContext.navigate', { context, url, wait: 'interactive' }),
    close: async () => {
      await ended(child, () => void send('browser.close').catch(() => child.kill()))
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface Session {
  sessionId: string
  capabilities: { browserVersion: string }
}

const preferences = Object.entries({
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'remote.prefs.recommended': true,
  'toolkit.telemetry.enabled': false,
})
  .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
  .join('')

type Send = <T>(method: string, params?: object) => Promise<T>

async function bidi(url: string): Promise<Send> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const pending = new Map<number, (reply: { type: string; result: never; message?: string }) => void>()
  socket.on('message', (data) => {
    const reply = JSON.parse(String(data))
    pending.get(reply.id)?.(reply)
    pending.delete(reply.id)
  })
  let id = 0
  return async <T>(method: string, params: object = {}): Promise<T> => {
    const reply = new Promise<{ type: string; result: T; message?: string }>((resolve) => {
      pending.set(++id, resolve)
    })
    socket.send(JSON.stringify({ id, method, params }))
    const { type, result, message } = await reply
    if (type === 'error') throw new Error(`${method}: ${message}`)
    return result
  }
}

/** WebKitGTK's MiniBrowser, in an Xvfb of its own where there is no display. */
export async function launchWebKit({ driver, binary }: { driver: string; binary: string }): Promise<Page> {
  const children: ChildProcess[] = []
  let display = process.env['DISPLAY']
  if (!display) {
    const xvfb = await start('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], { output: 3, ready: /(\d+)/ })
    children.push(xvfb.child)
    display = `:${xvfb.match[1]}`
  }
  const port = await freePort()
  children.unshift(
    run(driver, [`--port=${port}`], { DISPLAY: display, GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1' }),
  )
  const send = webdriver(`http://127.0.0.1:${port}`)
  await answering(() => send('GET', '/status'))
  const { sessionId, capabilities } = await send<Session>('POST', '/session', {
    capabilities: {
      alwaysMatch: {
        acceptInsecureCerts: true,
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      },
    },
  })
  return {
    version: capabilities.browserVersion,
    goto: (url) => send('POST', `/session/${sessionId}/url`, { url }),
    close: async () => {
      await send('DELETE', `/session/${sessionId}`).catch(() => {})
      for (const child of children) await stop(child)
    },
  }
}

function webdriver(origin: string) {
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(origin + path, { method, ...(body && { body: JSON.stringify(body) }) })
    const { value } = (await response.json()) as { value: T }
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`)
    return value
  }
}

/** The driver does not tell when it listens, so it is asked. */
async function answering(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await ask()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await sleep(100)
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Starts a program that ends with this process. Its file descriptors 2 and 3 are piped. */
function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  })
  for (const output of [2, 3]) (child.stdio[output] as Readable).on('error', () => {}).resume()
  const kill = (): unknown => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.removeListener('exit', kill))
  return child
}

/** The same, and answers the first line of that output that matches `ready`. */
async function start(
  command: string,
  args: readonly string[],
  { output, ready }: { output: 2 | 3; ready: RegExp },
): Promise<{ match: RegExpExecArray; child: ChildProcess }> {
  const child = run(command, args)
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const failed = (why: unknown): void => reject(new Error(`${command} did not start: ${why}`))
    child.once('error', failed).once('exit', failed)
    createInterface({ input: child.stdio[output] as Readable }).on('line', (line) => {
      const found = ready.exec(line)
      if (found) resolve(found)
    })
  })
  return { match, child }
}

async function stop(child: ChildProcess): Promise<void> {
  await ended(child, () => child.kill())
}

/** Resolves when it has ended, by force after five seconds. */
async function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  end()
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exited
  clearTimeout(timer)
}
