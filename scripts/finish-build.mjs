// Ends a build: declarations that name .js and .cjs files.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const specifier = /(['"]\.{1,2}\/[^'"]+)\.ts(['"])/g

// TypeScript leaves `./file.ts` in declarations as it is, also with rewriteRelativeImportExtensions.
for (const name of readdirSync('dist').filter((file) => file.endsWith('.d.ts'))) {
  const esm = readFileSync(`dist/${name}`, 'utf8')
  const cjs = esm.replace(/\n\/\/# sourceMappingURL=.*$/, '\n')
  writeFileSync(`dist/${name}`, esm.replace(specifier, '$1.js$2'))
  writeFileSync(`dist/${name.replace(/\.d\.ts$/, '.d.cts')}`, cjs.replace(specifier, '$1.cjs$2'))
}
