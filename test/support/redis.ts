/** A Redis of our own, from Debian's package, where there is one. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ended, findFreePort } from './demo.ts'

const command = 'redis-server'

export interface Redis {
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Whether there is one. Where nothing may be missing, it is an error that there is none. */
export function hasRedis(): boolean {
  if (!spawnSync(command, ['--version']).error) return true
  const message = 'No redis-server. Debian has it: apt-get install redis-server'
  const { CI } = process.env
  if (CI && CI !== 'false') throw new Error(message)
  console.warn(`Tests with Redis are left out.\n${message}\n`)
  return false
}

/** On that port, or a free one. It keeps nothing on disk. */
export async function startRedis(port?: number): Promise<Redis> {
  const chosen = port ?? (await findFreePort())
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const child = spawn(
    command,
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const close = async (): Promise<void> => {
    await ended(child, 'SIGTERM')
    await rm(folder, { recursive: true, force: true })
  }
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('Ready to accept connections')) continue
    child.stdout.resume()
    return { url: `redis://127.0.0.1:${chosen}`, port: chosen, close }
  }
  throw new Error('redis-server ended without being ready')
}
