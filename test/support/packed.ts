/** Packs the library once for all tests of the tarball, and unpacks it where no other package is within reach. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** A folder with the projects of test/package/projects, and the unpacked library in its node_modules. */
    packed: string
  }
}

const root = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'packed-'))
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    shell: process.platform === 'win32',
  })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  await run('tar', ['-xzf', filename], { cwd: folder })
  await mkdir(join(folder, 'node_modules'))
  await rename(join(folder, 'package'), join(folder, 'node_modules/steadysocket'))
  await cp(join(root, 'test/package/projects'), folder, { recursive: true })
  provide('packed', folder)
  return () => rm(folder, { recursive: true, force: true })
}
