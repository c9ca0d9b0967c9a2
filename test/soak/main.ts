/** Soaks the engines of this machine, prints the ledger, and writes docs/soak.md: `npm run soak -- --help`. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { findEngines } from '../../bench/browsers.ts'
import { isKept, markdown } from './report.ts'
import { buildPage, run } from './run.ts'

const engines = findEngines()
process.setMaxListeners(0)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const usage = `npm run soak -- [options]

  --minutes n     how long; 8 if not told
  --browsers a,b  of ${engines.map(({ name }) => name).join(', ')}
  --reconnects n  in each of five blocks after which the heap is measured; 300 if not told
  --seed n        draws the faults and the messages; by the clock if not told
  --verbose       tells each fault as it is over
  --out file      where the page goes; docs/soak.md if not told, and nowhere for '-'

Exit code 1 if a promise is broken.`

const args = process.argv.slice(2)
const { values: flags } = parseArgs({
  options: {
    help: { type: 'boolean' },
    minutes: { type: 'string', default: '8' },
    browsers: { type: 'string' },
    reconnects: { type: 'string', default: '300' },
    seed: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    out: { type: 'string', default: 'docs/soak.md' },
  },
})

async function start(): Promise<number> {
  const seed = Number(flags.seed ?? Date.now() % 1_000_000)
  const names = flags.browsers?.split(',')
  const chosen = engines.filter(({ name }) => names?.includes(name) ?? true)
  if (chosen.length === 0 || (names && names.length > chosen.length))
    throw new Error(`Not all of ${flags.browsers} are here`)
  console.error(`seed ${seed}`)
  const files = await buildPage()
  const end = Date.now() + Number(flags.minutes) * 60_000
  const outcomes = await Promise.all(
    chosen.map((engine, index) =>
      run(
        engine,
        {
          seed: seed + index * 1_000,
          patience: 60_000,
          reconnects: Number(flags.reconnects),
          goesOn: () => Date.now() < end,
          ...(flags.verbose && { note: noteOf(engine.name) }),
        },
        files,
      ),
    ),
  )
  const text = markdown({ outcomes, seed, minutes: Number(flags.minutes), args })
  console.log(text)
  if (flags.out !== '-') writeFileSync(flags.out, text)
  return outcomes.every(isKept) ? 0 : 1
}

function noteOf(name: string): (what: string, ms: number) => void {
  return (what, ms) => console.error(`${new Date().toISOString().slice(11, 19)} ${name}: ${what}, ${ms} ms`)
}

if (flags.help) console.log(usage)
else process.exitCode = await start()
