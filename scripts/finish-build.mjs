// Ends a build: declarations that name .js and .cjs files, eventemitter3's among them, and its licence.
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'

const emitter = 'node_modules/eventemitter3'
copyFileSync(`${emitter}/index.d.ts`, 'dist/eventemitter3.d.ts')
const licence = readFileSync(`${emitter}/LICENSE`, 'utf8')
writeFileSync('dist/THIRD-PARTY-LICENSES.txt', `steadysocket contains eventemitter3:\n\n${licence}`)

/**
 * The name of the member `[Symbol.dispose]`: in an application whose `lib` does not know the symbol a name that nobody
 * else has. (A reference to the lib would give such an application global types that it has not asked for.)
 */
const disposal = `declare const nothing: unique symbol;
declare const dispose: typeof Symbol extends { readonly dispose: infer Name extends symbol } ? Name : typeof nothing;
export {};`

function disposableAnywhere(declarations) {
  const renamed = declarations.replaceAll('[Symbol.dispose]', '[dispose]')
  return renamed === declarations
    ? declarations
    : renamed.replace(/(?=\n\/\/# sourceMappingURL)/, `\n${disposal}`)
}

const specifier = /(['"])(\.{1,2}\/[^'"]+)\.ts\1/g

for (const name of readdirSync('dist', { recursive: true }).filter((file) => file.endsWith('.d.ts'))) {
  const file = join('dist', name)
  const up = '../'.repeat(name.split(sep).length - 1) || './'
  const esm = disposableAnywhere(readFileSync(file, 'utf8')).replace(
    /(from |import\()(['"])eventemitter3\2/g,
    `$1$2${up}eventemitter3.ts$2`,
  )
  const cjs = esm.replace(/\n\/\/# sourceMappingURL=.*$/, '\n')
  // TypeScript leaves `./file.ts` in declarations as it is, also with rewriteRelativeImportExtensions.
  writeFileSync(file, esm.replace(specifier, '$1$2.js$1'))
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), cjs.replace(specifier, '$1$2.cjs$1'))
}

writeFileSync('dist/steadysocket.d.ts', `export * from './index.js'\n`)
writeFileSync('dist/websocket.d.ts', `export * from './websocket/index.js'\n`)
