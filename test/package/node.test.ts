/** The tarball in Node: by import and by require. */
import { execFile } from 'node:child_process'
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

test('[T1] in Node, the server inside the page is there by import and by require', async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--no-warnings', 'testing.mjs'], {
    cwd: inject('packed'),
  })
  const told = ['hi', 4000, 'done', true]
  expect(JSON.parse(stdout)).toEqual({ told: [...told, ...told], names: ['createServer'] })
  expect(stderr).toBe('')
})
