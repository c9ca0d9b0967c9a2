// What the library weighs, which file weighs what, and that nothing outgrows its budget unnoticed. Given parts of file
// names (`node scripts/check-size.mjs heartbeat wake`), also what the bundle would weigh without those files' code.
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import manifest from '../package.json' with { type: 'json' }

/** What it weighs, with a little room. The goal is 11.3 kB for the bundle and 10.7 for the class: docs/adr/0012-the-house.md. */
const budgets = {
  bundle: 14_260,
  script: 14_310,
  class: 13_750,
  './websocket': 1_660,
  './streams': 1_425,
  './status': 620,
  './react': 1_190,
  './vue': 670,
}

const theClass = `import { SteadySocket } from '/dist/index.js'; globalThis.taken = SteadySocket;`

const bundle = readFileSync('dist/steadysocket.js', 'utf8')
const script = readFileSync('dist/steadysocket.umd.js', 'utf8')
const sizes = {
  bundle: zipped(bundle),
  script: zipped(script),
  class: zipped(await applicationWith(theClass)),
}
const subpaths = Object.entries(manifest.exports).filter(([, conditions]) => conditions.import)
const entries = subpaths.map(([, conditions]) => conditions.import.default.slice(1))
/** The files that the class is made of. */
const ofTheClass = new Set()
await applicationWith(`export * from '/dist/index.js'`, (id, importer) => {
  ofTheClass.add(inDist(id, importer))
  return false
})
/** What an entry adds to an application that has the class, where imports vanish and words are there already. */
const added = {}
for (const [index, [name]] of subpaths.entries()) {
  if (name === '.') continue
  sizes[name] = zipped(await entryAlone(entries[index]))
  added[name] = zipped(await entryBesides(entries[index])) - sizes.class
}

printFiles()
for (const [name, size] of Object.entries(sizes)) {
  const more = added[name] ? `; adds ${added[name]} to an application that has the class` : ''
  console.log(
    `${name}: ${size} bytes of at most ${budgets[name] ?? 'any number'}, minified and gzipped${more}`,
  )
  if (size > (budgets[name] ?? Infinity)) {
    console.error(
      `The ${name} has outgrown its budget: make it smaller, or raise the budget in scripts/check-size.mjs.`,
    )
    process.exitCode = 1
  }
}
const kB = (size) => `${(size / 1000).toFixed(1)} kB`
const adding = Object.entries(added).map(([name, size]) => `${name.slice(2)} ${kB(size)}`)
console.log(
  `For the README: ${kB(sizes.class)} where a bundler takes the class alone; ${kB(sizes.bundle)} as a module, ${kB(sizes.script)} as a script; entries add ${adding.join(', ')} (minified, gzip -9).`,
)

function zipped(text) {
  return gzipSync(text, { level: 9 }).length
}

/** An entry without the class, and without the other entries that it builds on. */
function entryAlone(file) {
  const others = entries.filter((other) => other !== file)
  return applicationWith(`export * from '${file}'`, (id, importer) => {
    const path = inDist(id, importer)
    return path ? others.includes(path) || ofTheClass.has(path) : !id.includes('application')
  })
}

/** The class and an entry. */
function entryBesides(file) {
  const others = entries.slice(1).filter((other) => other !== file)
  return applicationWith(`${theClass} export * from '${file}'`, (id, importer) => {
    const path = inDist(id, importer)
    return path ? others.includes(path) : !id.includes('application')
  })
}

/** A module's path from `/dist/` on, however it is named. */
function inDist(id, importer) {
  return /\/dist\/.*$/.exec(id.startsWith('.') ? new URL(id, `file://${importer}`).pathname : id)?.[0]
}

/** What an application carries with these lines, built by Vite. */
async function applicationWith(source, external = () => false) {
  const application = {
    name: 'application',
    resolveId: (id) => (id === 'application' ? '/application.js' : null),
    load: (id) => (id === '/application.js' ? source : null),
  }
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    plugins: [application],
    build: {
      write: false,
      target: 'es2022',
      rolldownOptions: {
        input: 'application',
        external,
        preserveEntrySignatures: 'strict',
        // So that a size does not depend on the folder that this is in.
        output: { paths: (id) => id.replace(/^.*\/dist\//, './') },
        // That `use client` means nothing here.
        checks: { moduleLevelDirective: false },
      },
    },
  })
  return output[0].code
}

/** Two costs of each file: what it adds to the minified bundle, and what the gzipped one would shrink by without it. */
function printFiles() {
  const map = new SourceMap(JSON.parse(readFileSync('dist/steadysocket.js.map', 'utf8')))
  const letters = bundle.split('\n').flatMap((line, row) =>
    [...`${line}\n`].map((letter, column) => ({
      letter,
      source: map.findEntry(row, column).originalSource ?? 'the licence notice',
    })),
  )
  /** What the gzipped bundle would weigh without the code of some files. */
  const sizeWithout = (isLeft) =>
    zipped(
      letters
        .filter(({ source }) => !isLeft(source))
        .map(({ letter }) => letter)
        .join(''),
    )
  const costs = [...new Set(letters.map(({ source }) => source))].map((file) => ({
    file: file.replace(/^.*node_modules\/|^\.\.\//, ''),
    minified: letters.filter(({ source }) => source === file).length,
    gzipped: sizes.bundle - sizeWithout((source) => source === file),
  }))
  console.log(
    'bytes  gzipped  of the bundle: minified, and what the gzipped whole would shrink by without it',
  )
  for (const { file, minified, gzipped } of costs.sort((one, other) => other.gzipped - one.gzipped))
    console.log(`${String(minified).padStart(5)}  ${String(gzipped).padStart(7)}  ${file}`)
  const left = process.argv.slice(2)
  if (left.length > 0)
    console.log(
      `bundle without ${left.join(', ')}: ${sizeWithout((source) => left.some((part) => source.includes(part)))} bytes`,
    )
}
