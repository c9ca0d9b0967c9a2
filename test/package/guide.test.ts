/** The code in docs/migrating.md that is ours, as its reader's compiler sees it. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, inject, test } from 'vitest'

test('[P2] what the guide says to write compiles', async () => {
  const guide = await readFile('docs/migrating.md', 'utf8')
  const blocks = [...guide.matchAll(/^```ts steadysocket\n(.*?)^```$/gms)].map(([, code = '']) => code)
  expect(blocks.length).toBeGreaterThan(5)
  const folder = join(inject('packed'), 'guide')
  const files = await Promise.all(
    blocks.map(async (code, index) => {
      const file = `block-${index + 1}.mts`
      await writeFile(join(folder, file), code)
      return file
    }),
  )
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom', 'dom.iterable'],
    module: 'nodenext',
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  }
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['given.d.ts', ...files] }),
  )
  expect(await compile(folder)).toBe('')
})

/** Answers what the compiler says. */
function compile(folder: string): Promise<string> {
  const command = [resolve('node_modules/typescript/bin/tsc'), '-p', folder, '--pretty', 'false']
  return new Promise((done) => {
    execFile(process.execPath, command, { cwd: folder }, (_, stdout, stderr) => done(stdout + stderr))
  })
}
