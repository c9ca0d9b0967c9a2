/** The tarball in Node: by import and by require. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'
import * as source from '../../src/index.ts'

test('[P2] Node imports and requires it, connects nothing and ends', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', 'node.mjs'], {
    cwd: inject('packed'),
  })
  const idle = ['SteadySocket', 'idle', 1]
  const names = Object.keys(source).sort()
  expect(JSON.parse(stdout)).toEqual({
    name: 'steadysocket',
    told: [idle, idle, idle],
    names: [names, names, names],
  })
  expect(stderr).toBe('')
})

const { exports } = JSON.parse(
  readFileSync(join(inject('packed'), 'node_modules/steadysocket/package.json'), 'utf8'),
)
const entries = Object.keys(exports).filter((entry) => exports[entry].import)
/** What the application brings along, and nothing in this folder has. */
const peers = ['./react', './vue']

test.each(entries)(
  '[P2] %s is the same by import and by require, and asks for nothing but its peer',
  async (entry) => {
    const name = JSON.stringify(join('steadysocket', entry))
    const script = `
    import { createRequire } from 'node:module'
    const tell = (load) => load().then((face) => Object.keys(face).filter((name) => name !== 'module.exports').sort(), ({ message }) => message)
    const required = await tell(async () => createRequire(process.cwd() + '/')(${name}))
    console.log(JSON.stringify([await tell(() => import(${name})), required]))`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--no-warnings', '--input-type=module', '--eval', script],
      { cwd: inject('packed') },
    )
    const [imported, required] = JSON.parse(stdout)
    if (peers.includes(entry)) {
      const missing = new RegExp(`^Cannot find (package|module) '${entry.slice(2)}'`)
      expect([imported, required]).toEqual([expect.stringMatching(missing), expect.stringMatching(missing)])
    } else {
      expect(imported.length).toBeGreaterThan(0)
      expect(required).toEqual(imported)
    }
  },
)

test('[T1] in Node, the server inside the page is there by import and by require', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', 'testing.mjs'], {
    cwd: inject('packed'),
  })
  const told = ['hi', 4000, 'done', true]
  expect(JSON.parse(stdout)).toEqual({ told: [...told, ...told], names: ['createServer'] })
  expect(stderr).toBe('')
})
