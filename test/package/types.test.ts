/** The tarball's types, with the oldest TypeScript and with the newest, as strictly as they can be asked for. */
import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'

const folder = join(inject('packed'), 'types')

const compilers = { 'TypeScript 5.4': 'typescript-5.4', 'TypeScript 7': 'typescript' }

/** Answers what the compiler says. */
async function compile(compiler: string, project: string, options: object, files: string[]): Promise<string> {
  const config = join(folder, `${compiler}.${project}.json`)
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    ...options,
  }
  await writeFile(config, JSON.stringify({ compilerOptions, files }))
  const command = [resolve('node_modules', compiler, 'bin/tsc'), '-p', config, '--pretty', 'false']
  return new Promise((done) => {
    execFile(process.execPath, command, { cwd: folder }, (_, stdout, stderr) => done(stdout + stderr))
  })
}

describe.each(Object.entries(compilers))('%s', (_, compiler) => {
  test.each([
    ['nodenext', { module: 'nodenext' }],
    ['node16', { module: 'node16' }],
    ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('[P2] module resolution %s, without skipLibCheck', async (name, options) => {
    const files = name === 'bundler' ? ['plain.mts'] : ['plain.mts', 'plain.cts']
    expect(await compile(compiler, name, options, files)).toBe('')
  })

  test('[X1] the drop-in fits wherever the native class does', async () => {
    const resolution = { module: 'esnext', moduleResolution: 'bundler' }
    expect(await compile(compiler, 'drop-in', resolution, ['drop-in.mts'])).toBe('')
  })

  test('[L8] fits `using` where the compiler knows it', async () => {
    const options = { module: 'nodenext', lib: ['es2022', 'dom', 'esnext.disposable'] }
    expect(await compile(compiler, 'using', options, ['using.mts'])).toBe('')
  })

  test('[P1] declarations that are made from it name it and no other package', async () => {
    const made = join('made', compiler)
    const options = {
      module: 'nodenext',
      declaration: true,
      emitDeclarationOnly: true,
      noEmit: false,
      rootDir: 'pnpm',
      outDir: made,
    }
    expect(await compile(compiler, 'exporting', options, ['pnpm/exporting.mts'])).toBe('')
    const declarations = await readFile(join(folder, made, 'exporting.d.mts'), 'utf8')
    const named = [...declarations.matchAll(/(?:from |import\()["']([^"']+)/g)].map(([, name]) => name)
    expect(named).toContain('steadysocket')
    expect(named.filter((name) => !/^steadysocket(\/|$)/.test(name ?? ''))).toEqual([])
  })
})

/** As pnpm lays it out: a package sees what it depends on itself, by links into a store. */
beforeAll(async () => {
  const modules = join(folder, 'pnpm/node_modules')
  const stored = join(modules, '.pnpm/steadysocket@0.1.0/node_modules/steadysocket')
  await mkdir(join(stored, '..'), { recursive: true })
  await cp(join(folder, '../node_modules/steadysocket'), stored, { recursive: true })
  await symlink(stored, join(modules, 'steadysocket'), 'junction')
  await cp(join(folder, 'exporting.mts'), join(folder, 'pnpm/exporting.mts'))
})
