// Installs what the applications need, each in its own folder, unless it is there already. By `npm install`, since `npm ci` fails
// where a registry lacks an optional package for another system.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

for (const { name } of readdirSync(import.meta.dirname, { withFileTypes: true })) {
  const folder = join(import.meta.dirname, name)
  if (
    !existsSync(join(folder, 'package-lock.json')) ||
    existsSync(join(folder, 'node_modules/.package-lock.json'))
  )
    continue
  console.log(`test/apps/${name}`)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-engine-strict', '--loglevel=error'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
}
