/** What is in the tarball, and what is not. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'

const folder = join(inject('packed'), 'node_modules/steadysocket')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) =>
  file.replaceAll('\\', '/'),
)
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const manifest = JSON.parse(read('package.json'))

const code = files.filter((file) => /^dist\/.*\.c?js$/.test(file))
const declarations = files.filter((file) => /^dist\/.*\.d\.c?ts$/.test(file))

const specifiers = [
  /\b(?:from|import)\s*(['"])([^'"\n]+)\1/g,
  /\b(?:import|require)\s*\(\s*(['"`])([^'"`\n]+)\1/g,
  /^\/\/\/ <reference \w+=(")([^"]+)"/gm,
]

/** What a file imports, requires or refers to. */
function named(file: string): string[] {
  const text = read(file).replaceAll(/\/\*\*[\s\S]*?\*\//g, '')
  return specifiers.flatMap((form) => [...text.matchAll(form)].map(([, , specifier = '']) => specifier))
}

describe('the tarball', () => {
  test('[P1] needs nothing else installed', () => {
    expect(manifest).not.toHaveProperty('dependencies')
    expect(manifest).not.toHaveProperty('optionalDependencies')
    expect(manifest).not.toHaveProperty('bundleDependencies')
  })

  test.each([
    ['code', code],
    ['declarations', declarations],
  ])('[P1] names no other package in its %s', (_, among) => {
    const peers = Object.keys(manifest.peerDependencies ?? {})
    const isForeign = (name: string): boolean => !name.startsWith('.') && !peers.includes(name)
    expect(among.length).toBeGreaterThan(10)
    expect(
      among.flatMap((file) =>
        named(file)
          .filter(isForeign)
          .map((name) => `${file}: ${name}`),
      ),
    ).toEqual([])
  })

  test('[P1] every file that a file names is there, of its own kind', () => {
    const missing = [...code, ...declarations].flatMap((file) =>
      named(file)
        .filter((name) => name.startsWith('.'))
        .map((name) => new URL(name, `file:///${file}`).pathname.slice(1))
        .map((name) => (declarations.includes(file) ? name.replace(/\.(c?)js$/, '.d.$1ts') : name))
        .filter((name) => !files.includes(name))
        .map((name) => `${file}: ${name}`),
    )
    expect(missing).toEqual([])
  })

  test('[P1] every file that package.json names is there', () => {
    const { main, module, types, unpkg, jsdelivr, exports } = manifest
    const named = [
      ...JSON.stringify([main, module, types, unpkg, jsdelivr, exports]).matchAll(/"(\.\/[^"]+\.\w+)"/g),
    ]
    expect(named.map(([, file = '']) => file.slice(2)).filter((file) => !files.includes(file))).toEqual([])
    expect([unpkg, jsdelivr]).toEqual(['./dist/steadysocket.umd.js', './dist/steadysocket.umd.js'])
    expect(exports['./dist/*']).toBe('./dist/*')
    expect(manifest.sideEffects).toBe(false)
  })

  test('[P1] eventemitter3 is in it with its licence', () => {
    const licence = readFileSync('node_modules/eventemitter3/LICENSE', 'utf8')
    expect(read('dist/THIRD-PARTY-LICENSES.txt')).toContain(licence)
    for (const file of ['dist/steadysocket.js', 'dist/steadysocket.umd.js'])
      expect(read(file)).toMatch(
        /^\/\*! steadysocket \S+, MIT; eventemitter3 \S+, MIT, \(c\) \d+ Arnout Kazemier \*\/\n/,
      )
  })

  test('[P1] its code has source maps that bring the sources along', () => {
    const isMapped = (file: string): boolean => files.includes(`${file}.map`)
    expect(code.filter((file) => !isMapped(file) && /\bclass\b|\bfunction\b|=>/.test(read(file)))).toEqual([])
    for (const file of code.filter(isMapped)) {
      const { sources, sourcesContent } = JSON.parse(read(`${file}.map`))
      expect(sourcesContent, file).toHaveLength(sources.length)
    }
  })

  test('[P1] its code makes no code', () => {
    expect(code.filter((file) => /\beval\s*\(|\bnew\s+Function\b|\bFunction\s*\(/.test(read(file)))).toEqual(
      [],
    )
  })

  test('[P3] its code logs nothing', () => {
    expect(code.filter((file) => /\bconsole\b/.test(read(file)))).toEqual([])
  })
})
