/** Takes servers down and up again, and writes docs/outage.md and docs/outage.json: `npm run bench:outage -- --help`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findEngines } from '../browsers.ts'
import { buildPage } from '../lab.ts'
import { candidates } from './candidates.ts'
import { measure, type Plan, type Setting } from './measure.ts'
import { isPrivate, rerunInPrivate } from './network.ts'
import { failures, markdown, type Report } from './report.ts'
import type { Failure } from './site.ts'

const engines = findEngines()
// Every browser has a listener for the end of this process.
process.setMaxListeners(0)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

/** Firefox holds new sockets back by address, port and path: there, both kinds of URL are measured. */
const settings: readonly Setting[] = engines.flatMap((engine) => {
  const { name } = engine
  const plain = { name, engine, paths: false }
  return name === 'firefox' ? [plain, { name: 'firefox-paths', engine, paths: true }] : [plain]
})

const usage = `npm run bench:outage -- [options]        (20 minutes)

  --quick             outages of 5 to 25 s and fewer clients: a look in about three minutes, too short for firm figures
  --browsers a,b      of ${settings.map(({ name }) => name).join(', ')}
  --failures a,b      of ${Object.keys(failures).join(', ')}
  --outages a,b       s that the shortest and the longest outage last; 60,300 in full
  --clients n         of each library in each engine; at most 40
  --out folder        where outage.md and outage.json go; without it they are written to docs, and only if
                      everything is measured in full

Packets are lost in a network that this command makes for itself, by \`unshare\` and \`ip\`: on Linux, where users may.
Elsewhere that failure is left out.`

const args = process.argv.slice(2)
const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    browsers: { type: 'string' },
    failures: { type: 'string' },
    outages: { type: 'string' },
    clients: { type: 'string' },
    out: { type: 'string' },
  },
})

function chosen<T>(all: readonly T[], nameOf: (one: T) => string, names: string | undefined): readonly T[] {
  return names === undefined ? all : all.filter((one) => names.split(',').includes(nameOf(one)))
}

async function run(): Promise<void> {
  const { quick, out, clients } = flags
  const [shortest = 60, longest = 300] = (flags.outages ?? (quick ? '5,25' : '60,300')).split(',').map(Number)
  const plan: Plan = {
    clients: Number(clients ?? (quick ? 8 : 32)),
    shortest: shortest * 1_000,
    longest: longest * 1_000,
  }
  const possible = (Object.keys(failures) as Failure[]).filter((failure) => failure !== 'lost' || isPrivate)
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench:outage', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
    machine: {
      system: `${type()} ${release()}`,
      cores: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      node: process.version,
    },
    plan,
    engines: {},
    candidates: Object.fromEntries(
      candidates.map(({ name, package: from }) => [name, from ? versionOf(from) : '']),
    ),
    outcomes: [],
  }
  const files = await buildPage('outage/page')
  for (const failure of chosen(possible, String, flags.failures)) {
    const here = chosen(settings, ({ name }) => name, flags.browsers)
    const found = await Promise.all(here.map((setting) => measure(setting, failure, plan, files)))
    for (const [index, { version, outcomes }] of found.entries()) {
      const { name, engine, paths } = here[index] as Setting
      report.engines[name] = `${engine.title} ${version}${paths ? ', another path each time' : ''}`
      report.outcomes.push(...outcomes.map((outcome) => ({ failure, engine: name, ...outcome })))
    }
    console.error(`${failure}: measured`)
  }
  const inFull = isPrivate && !(quick || flags.browsers || flags.failures || flags.outages || clients)
  const text = markdown(report)
  console.log(text)
  const folder = out ?? (inFull ? 'docs' : undefined)
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'outage.md'), text)
  writeFileSync(join(folder, 'outage.json'), `${JSON.stringify(report)}\n`)
}

function versionOf(library: string): string {
  const file = new URL(`../node_modules/${library}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).version
}

if (flags.help) console.log(usage)
else process.exitCode = (isPrivate ? undefined : await rerunInPrivate(args)) ?? (await run().then(() => 0))
