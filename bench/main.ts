/** Measures, prints, and writes docs/benchmarks.md: `npm run bench -- --help`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findEngines } from './browsers.ts'
import { Lab } from './lab.ts'
import { markdown, type Report } from './report.ts'
import { measure } from './runner.ts'
import { scenarios } from './scenarios/index.ts'
import { Session } from './session.ts'

const engines = findEngines()

const usage = `npm run bench -- [options]

  --quick             a look at everything in about a minute, too short for firm figures
  --browsers a,b      of ${engines.map(({ name }) => name).join(', ')}
  --scenarios a,b     of ${scenarios.map(({ name }) => name).join(', ')}
  --cases a,b         those whose name contains one of these: '64 KiB,1 MiB'
  --candidates a,b    by default all; in a quick run native,steadysocket, which ratios and goals need
  --rounds n          turns that each candidate has with each case
  --before file       an earlier build, such as a dist/steadysocket.js, measured beside this one
  --out folder        where benchmarks.md and benchmarks.json go; without it they are written to docs,
                      and only if everything is measured in full`

const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    browsers: { type: 'string' },
    scenarios: { type: 'string' },
    cases: { type: 'string' },
    candidates: { type: 'string' },
    rounds: { type: 'string' },
    before: { type: 'string' },
    out: { type: 'string' },
  },
})

function chosen<T extends { name: string }>(all: readonly T[], names: string | undefined): readonly T[] {
  return names === undefined
    ? all
    : names.split(',').map((name) => {
        const found = all.find((each) => each.name === name)
        if (!found) throw new Error(`There is no ${name}, only ${all.map((each) => each.name).join(', ')}`)
        return found
      })
}

async function run(): Promise<void> {
  const { quick, out, rounds, cases, candidates } = flags
  const report: Report = {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...process.argv.slice(2)].join(' ').replace('bench --', 'bench -- --'),
    machine: {
      system: `${type()} ${release()}`,
      cores: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      node: process.version,
    },
    engines: {},
    candidates: {},
    rows: {},
  }
  const lab = await Lab.open(flags.before)
  for (const engine of chosen(engines, flags.browsers)) {
    const session = await Session.start(engine, lab)
    report.engines[engine.name] = `${engine.title} ${session.version}`
    for (const { name, package: from } of session.hello.candidates) {
      report.candidates[name] = from === undefined ? '' : lab.versionOf(from)
    }
    for (const scenario of chosen(scenarios, flags.scenarios)) {
      const rows = await measure(scenario, session, {
        engine: engine.name,
        sink: lab.sink,
        quick,
        rounds: rounds === undefined ? undefined : Number(rounds),
        cases: cases?.split(','),
        candidates: (candidates ?? (quick ? 'native,steadysocket' : undefined))?.split(','),
      })
      report.rows[scenario.name] = [...(report.rows[scenario.name] ?? []), ...rows]
    }
    await session.close()
  }
  await lab.close()
  const text = markdown(report)
  console.log(text)
  const selected = quick || flags.browsers || flags.scenarios || rounds || cases || candidates
  const folder = out ?? (selected ? undefined : 'docs')
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'benchmarks.md'), text)
  writeFileSync(join(folder, 'benchmarks.json'), `${JSON.stringify(report)}\n`)
}

if (flags.help) console.log(usage)
else await run()
