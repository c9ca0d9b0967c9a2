/** The demo as somebody has it who has copied its folder: in a folder of its own, with its server as a process. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, symlink } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../..')

/**
 * Copies the folder and does what `npm install` would do, without a network: the demo's dependencies are among those of
 * the library's tests.
 *
 * @param library the folder of the package, if it is to have it
 */
export async function copyDemo(library?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'))
  const made = ['node_modules', 'dist']
  await cp(join(root, 'demo'), folder, { recursive: true, filter: (path) => !made.includes(basename(path)) })
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
    const place = join(folder, 'node_modules', name)
    await mkdir(dirname(place), { recursive: true })
    if (name !== 'steadysocket') await symlink(join(root, 'node_modules', name), place, 'junction')
    else if (library) await cp(library, place, { recursive: true })
  }
  return folder
}

export interface DemoServer {
  /** Of the first page. */
  readonly url: string
  readonly port: number
  /** Stops it where it stands, as a machine that hangs: only `kill` helps. */
  hang(): void
  /** Ends it as a crash does. */
  kill(): Promise<void>
  /** Ends it as Ctrl+C does, and answers the exit code. */
  stop(): Promise<number | null>
}

export interface DemoOptions {
  /** @default one that the system picks */
  port?: number
  /** Serves what was built. @default false */
  production?: boolean
  env?: Record<string, string>
}

export async function startDemo(
  folder: string,
  { port = 0, production = false, env = {} }: DemoOptions = {},
): Promise<DemoServer> {
  const child = spawn(process.execPath, ['server.js', ...(production ? ['--production'] : [])], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: '', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+/.exec(line)?.[0]
    if (!url) continue
    child.stdout.resume()
    return {
      url,
      port: Number(new URL(url).port),
      hang: () => void child.kill('SIGSTOP'),
      kill: async () => void (await ended(child, 'SIGKILL')),
      stop: () => ended(child, 'SIGINT'),
    }
  }
  throw new Error('The server ended without saying where it is')
}

/** Ends a process, unless it has ended. */
export async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  return child.exitCode
}

export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
