/** The React entry as it is published. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, inject, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const dist = join(inject('packed'), 'node_modules/steadysocket/dist')
const firstLine = (file: string): string => readFileSync(join(dist, file), 'utf8').split('\n', 1)[0] ?? ''

test('[F1] it begins with `use client`, imported and required, and nothing else does', () => {
  const code = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?js$/.test(file))
  const isForClients = (file: string): boolean => /^(['"])use client\1;?$/.test(firstLine(file))
  expect(code.filter(isForClients).sort()).toEqual(['react.cjs', 'react.js'])
  expect(code.length).toBeGreaterThan(10)
})

test.for([
  [
    'import',
    `import { createElement } from 'react'
    import { renderToString } from 'react-dom/server'
    import { useMessage, useSocket, useSocketState, useStatus } from './dist/react.js'`,
  ],
  [
    'require',
    `const { createElement } = require('react')
    const { renderToString } = require('react-dom/server')
    const { useMessage, useSocket, useSocketState, useStatus } = require('./dist/react.cjs')`,
  ],
] as const)('[F1] by %s, a server renders with it, and its process ends', async ([kind, imports]) => {
  const script = `${imports}
    globalThis.WebSocket = class {
      constructor() {
        console.log('built')
      }
    }
    function Page() {
      const socket = useSocket('wss://example.com')
      useMessage(socket, console.log)
      return createElement('p', null, useSocketState(socket).name, ' ', useStatus(socket).name)
    }
    console.log(renderToString(createElement(Page)))`
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--no-warnings', `--input-type=${kind === 'import' ? 'module' : 'commonjs'}`, '--eval', script],
    { cwd: root, timeout: 8_000 },
  )
  expect([stdout, stderr]).toEqual(['<p>idle<!-- --> <!-- -->connecting</p>\n', ''])
})
