/** Makes the laboratory of the demo one file that needs no server: `npm run lab`, or with the folder that it goes to. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'
import { sources } from './sources.mjs'

const root = join(import.meta.dirname, '..')
const demo = join(root, 'demo')
const folder = resolve(process.argv[2] ?? join(root, 'dist-lab'))
const file = join(folder, 'steadysocket-lab.html')

const { output } = await build({
  root: demo,
  configFile: false,
  base: './',
  publicDir: false,
  logLevel: 'warn',
  resolve: {
    alias: [...sources, { find: /^\.\/place\.ts$/, replacement: join(demo, 'src/lab/in-page.ts') }],
  },
  build: {
    write: false,
    target: 'es2022',
    modulePreload: { polyfill: false },
    rolldownOptions: { input: join(demo, 'lab.html') },
  },
})

const page = only('.html').source
const script = only('.js')
  .code.trim()
  .replace(/<(?=\/script|!--)/gi, '\\x3c')
const style = only('.css').source.trim()
const icon = encodeURIComponent(await readFile(join(demo, 'public/icon.svg'), 'utf8'))
const credits = await Promise.all(['.', 'node_modules/eventemitter3', 'node_modules/uplot'].map(credit))
/** The browser vouches for it: the page can ask for nothing, wherever from. */
const policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"

const html = [
  [/^/, `<!-- ${credits.join('; ')} -->\n`],
  [/(?=\s*<title>)/, `\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`],
  [/<title>.*<\/title>/, '<title>Laboratory · steadysocket</title>'],
  [/ href="[^"]*icon\.svg"/, ` href="data:image/svg+xml,${icon}"`],
  [/<nav.*?<\/nav>/s, '<p class="hint">The server, too, is in this page: nothing leaves it.</p>'],
  [/<script[^>]* src=.*?<\/script>/s, `<script type="module">${script}</script>`],
  [/<link rel="stylesheet"[^>]*>/, `<style>${style}</style>`],
].reduce((text, [place, replacement]) => replace(text, place, replacement), page)

await mkdir(folder, { recursive: true })
await writeFile(file, html)
console.log(`${file}: ${kilobytes(Buffer.byteLength(html))}, ${kilobytes(gzipSync(html).length)} gzipped`)

/** The one file of that kind: a second one would be left out. */
function only(ending) {
  const found = output.filter(({ fileName }) => fileName.endsWith(ending))
  if (found.length !== 1) throw new Error(`Expected one ${ending}, got ${found.map((each) => each.fileName)}`)
  return found[0]
}

function replace(text, place, replacement) {
  if (!place.test(text)) throw new Error(`The page has no ${place}`)
  return text.replace(place, () => replacement)
}

async function credit(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8'))
  const [copyright] =
    /(?<=copyright )\(c\).*/i.exec(await readFile(join(root, folder, 'LICENSE'), 'utf8')) ?? []
  return [`${name} ${version}`, license, copyright].join(', ')
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`
}
