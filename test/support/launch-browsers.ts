/**
 * Starts browsers as the system ships them, with no driver package: Chromium speaks its DevTools protocol, Firefox
 * WebDriver BiDi, and WebKitGTK is driven by WebKitWebDriver.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connectRemote, type Remote, webdriver } from './remote.ts'

/** A browser with one page. */
export interface Page {
  /** Of the browser. */
  readonly version: string
  goto(url: string): Promise<unknown>
  /** Ends the browser. */
  close(): Promise<void>
}

/** A page that a test drives. */
export interface DrivenPage extends Page {
  /** To another URL, as by a link. */
  follow(url: string): Promise<unknown>
  /** To the page before this one, which the browser may have kept. */
  back(): Promise<unknown>
  /** Calls the function in the page, its arguments passed as JSON. Answers what it gives, in the end, by way of JSON. */
  evaluate<Args extends unknown[], T>(run: (...args: Args) => T | Promise<T>, ...args: Args): Promise<T>
  /** Puts another tab before it, or its window away: it is no longer visible, if the browser has a window. */
  hide(): Promise<unknown>
  show(): Promise<unknown>
  /** Whether the page has a network; where a driver can say so. */
  setOnline?(online: boolean): Promise<unknown>
  /** Freezes it as the browser does with tabs long unseen; where a driver can. */
  setFrozen?(frozen: boolean): Promise<unknown>
  /** Stops every process of the browser, as a machine that falls asleep does, until `awake`. */
  sleep(): Promise<void>
  awake(): Promise<void>
}

export interface LaunchOptions {
  /** With a window, in an Xvfb of its own where there is no display. Without one a page cannot be hidden. @default false */
  headed?: boolean
}

export interface ChromiumOptions extends LaunchOptions {
  switches?: readonly string[]
}

/** What Chromium needs here to start, and to trust a certificate that nobody signed. */
export function chromiumSwitches(): string[] {
  // Chromium refuses its sandbox to root, which is who a container usually runs as.
  return ['--ignore-certificate-errors', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])]
}

/**
 * Chromium, with nobody attached unless a test drives it: a driver that follows the network traffic would slow each
 * WebSocket frame.
 */
export async function launchChromium(
  executablePath: string,
  { headed = false, switches = [] }: ChromiumOptions = {},
): Promise<DrivenPage> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  const display = await openDisplay(headed)
  const { match, child } = await start(
    executablePath,
    [
      ...(headed ? [] : ['--headless']),
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--remote-debugging-port=0',
      `--user-data-dir=${profile}`,
      ...chromiumSwitches(),
      ...switches,
      'about:blank',
    ],
    { output: 2, ready: /DevTools listening on ws:\/\/([^/]+)/, env: display.env },
  )
  const ask = async <T>(path: string, method = 'GET'): Promise<T> =>
    (await fetch(`http://${match[1]}/json/${path}`, { method })).json() as Promise<T>
  const { Browser: version } = await ask<{ Browser: string }>('version')
  const targets = await ask<{ type: string; id: string; webSocketDebuggerUrl: string }[]>('list')
  const target = targets.find(({ type }) => type === 'page')
  if (!target) throw new Error('Chromium has no page')
  let attached: Promise<Remote> | undefined
  const tell: Remote['send'] = async (method, params) => {
    attached ??= connectRemote(target.webSocketDebuggerUrl)
    return (await attached).send(method, params)
  }
  const goto = async (url: string): Promise<void> => {
    const remote = await (attached ?? connectRemote(target.webSocketDebuggerUrl))
    await remote.send('Page.navigate', { url })
    if (!attached) await remote.close()
  }
  return {
    version: version.replace(/^.*\//, ''),
    goto,
    follow: goto,
    evaluate: async (run, ...args) => {
      const { result, exceptionDetails } = await tell<ChromiumResult>('Runtime.evaluate', {
        expression: call(run, args),
        awaitPromise: true,
        returnByValue: true,
      })
      return read(result.value, exceptionDetails)
    },
    back: () => tell('Runtime.evaluate', { expression: 'history.back()' }),
    hide: () => ask('new?about:blank', 'PUT'),
    show: () => fetch(`http://${match[1]}/json/activate/${target.id}`),
    setOnline: (online) =>
      tell('Network.emulateNetworkConditions', {
        offline: !online,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      }),
    setFrozen: (frozen) => tell('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' }),
    ...sleeper(child),
    close: async () => {
      await stop(child)
      await display.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface ChromiumResult {
  result: { value?: string }
  exceptionDetails?: object
}

/** Firefox, by the WebDriver BiDi endpoint that it has itself. */
export async function launchFirefox(
  executablePath: string,
  { headed = false }: LaunchOptions = {},
): Promise<DrivenPage> {
  const profile = await mkdtemp(join(tmpdir(), 'firefox-'))
  await writeFile(join(profile, 'user.js'), preferences)
  const display = await openDisplay(headed)
  const { match, child } = await start(
    executablePath,
    [
      ...(headed ? [] : ['--headless']),
      '--no-remote',
      '--profile',
      profile,
      '--remote-debugging-port=0',
      'about:blank',
    ],
    { output: 2, ready: /WebDriver BiDi listening on (ws:\/\/\S+)/, env: display.env },
  )
  const { send, next } = await connectRemote(`${match[1]}/session`)
  const { capabilities } = await send<Session>('session.new', {
    capabilities: { alwaysMatch: { acceptInsecureCerts: true } },
  })
  const { contexts } = await send<{ contexts: { context: string }[] }>('browsingContext.getTree')
  const context = contexts[0]?.context
  await send('session.subscribe', { events: ['browsingContext.domContentLoaded'] })
  const evaluate: DrivenPage['evaluate'] = async (run, ...args) => {
    const { result, exceptionDetails } = await send<FirefoxResult>('script.evaluate', {
      expression: call(run, args),
      target: { context },
      awaitPromise: true,
    })
    return read(result?.value, exceptionDetails)
  }
  return {
    version: capabilities.browserVersion,
    goto: (url) => send('browsingContext.navigate', { context, url, wait: 'interactive' }),
    // When the driver begins, Firefox may decide whether to keep the page before it has heard that the page's own
    // requests are over.
    follow: async (url) => {
      const loaded = next('browsingContext.domContentLoaded', url)
      await evaluate((url) => location.assign(url), url)
      await loaded
    },
    evaluate,
    back: () => send('browsingContext.traverseHistory', { context, delta: -1 }),
    hide: () => send('browsingContext.create', { type: 'tab' }),
    show: () => send('browsingContext.activate', { context }),
    setOnline: (online) =>
      send('emulation.setNetworkConditions', {
        networkConditions: online ? null : { type: 'offline' },
        contexts: [context],
      }),
    ...sleeper(child),
    close: async () => {
      await ended(child, () => void send('browser.close').catch(() => child.kill()))
      await display.close()
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

interface FirefoxResult {
  result?: { value?: string }
  exceptionDetails?: object
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

/** WebKitGTK's MiniBrowser, which always has a window. */
export async function launchWebKit({
  driver,
  binary,
}: {
  driver: string
  binary: string
}): Promise<DrivenPage> {
  const display = await openDisplay(true)
  const port = await freePort()
  const child = run(driver, [`--port=${port}`], { ...display.env, NO_AT_BRIDGE: '1' })
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
  const session = `/session/${sessionId}`
  const place = await send<object>('GET', `${session}/window/rect`)
  const goto = (url: string): Promise<unknown> => send('POST', `${session}/url`, { url })
  return {
    version: capabilities.browserVersion,
    goto,
    follow: goto,
    evaluate: async (run, ...args) => {
      const settle = '(value) => arguments[0]({ value }), (error) => arguments[0]({ error: String(error) })'
      const script = `${call(run, args)}.then(${settle})`
      const { value, error } = await send<{ value?: string; error?: string }>(
        'POST',
        `${session}/execute/async`,
        { script, args: [] },
      )
      return read(value, error)
    },
    // By the driver, which waits: a function that the page is given while it goes is never answered.
    back: () => send('POST', `${session}/back`, {}),
    // A new tab does not come before it, so the window goes.
    hide: () => send('POST', `${session}/window/minimize`, {}),
    show: () => send('POST', `${session}/window/rect`, place),
    ...sleeper(child),
    close: async () => {
      await send('DELETE', session).catch(() => {})
      await stop(child)
      await display.close()
    },
  }
}

/** An expression for a promise of what the function gives, as JSON. */
function call(run: (...args: never[]) => unknown, args: readonly unknown[]): string {
  return `(async () => JSON.stringify(await (${run})(...${JSON.stringify(args)})))()`
}

function read<T>(value: string | undefined, problem: unknown): T {
  if (problem) throw new Error(`In the page: ${JSON.stringify(problem)}`)
  return value === undefined ? (undefined as T) : JSON.parse(value)
}

/** What a browser with a window needs: the display that there is, or an Xvfb. */
async function openDisplay(wanted: boolean): Promise<{ env: NodeJS.ProcessEnv; close(): Promise<void> }> {
  if (!wanted || process.env['DISPLAY'] || process.platform !== 'linux') {
    return { env: wanted ? { GDK_BACKEND: 'x11' } : {}, close: async () => {} }
  }
  const xvfb = await start('Xvfb', ['-displayfd', '3', '-nolisten', 'tcp'], { output: 3, ready: /(\d+)/ })
  return {
    env: { DISPLAY: `:${xvfb.match[1]}`, GDK_BACKEND: 'x11' },
    close: () => stop(xvfb.child),
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
  { output, ready, env }: { output: 2 | 3; ready: RegExp; env?: NodeJS.ProcessEnv },
): Promise<{ match: RegExpExecArray; child: ChildProcess }> {
  const child = run(command, args, env)
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

function sleeper(child: ChildProcess): Pick<DrivenPage, 'sleep' | 'awake'> {
  let stopped: number[] = []
  return {
    async sleep() {
      // Parents first: one that is stopped starts no more of them.
      stopped = await family(child)
      signalAll(stopped, 'SIGSTOP')
    },
    async awake() {
      signalAll(stopped, 'SIGCONT')
      stopped = []
    },
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** The process and all that it has started, directly or not. */
async function family({ pid: eldest = 0 }: ChildProcess): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  const found = [eldest]
  for (const parent of found) {
    for (const [pid = 0, ppid] of pairs) if (ppid === parent) found.push(pid)
  }
  return found
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
