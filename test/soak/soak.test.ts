/** A short soak: a few of the faults of `npm run soak`, the same at every run unless SOAK_SEED draws others. */
import { expect, inject, test as plainTest } from 'vitest'
import { findEngines } from '../../bench/browsers.ts'
import { problems } from './report.ts'
import { buildPage, type Outcome, run } from './run.ts'

const faults = 12
const seeds = { chromium: 1, firefox: 2, webkit: 3 }

const test = plainTest.extend('outcome', { scope: 'file' }, async ({}): Promise<Outcome> => {
  const name = inject('engine')
  const engine = findEngines().find((each) => each.name === name)
  if (!engine) throw new Error(`There is no ${name} any more`)
  const seed = Number(process.env['SOAK_SEED'] ?? seeds[name])
  console.log(`soak: ${name}, SOAK_SEED=${seed}`)
  const outcome = await run(
    engine,
    { seed, patience: 20_000, reconnects: 0, goesOn: (count) => count < faults },
    await buildPage(),
  )
  for (const problem of problems(outcome)) console.log(problem)
  return outcome
})

type Promised = keyof Outcome['ledgers'][number]['broken']

/** Of those promises the ones that were broken, by whom, and how often. */
const broken = ({ ledgers }: Outcome, ...names: Promised[]): string[] =>
  ledgers.flatMap(({ broken }, index) =>
    names.filter((each) => broken[each] !== 0).map((each) => `socket ${index}: ${each} ${broken[each]}`),
  )

test('[S1] whatever goes wrong, what was sent first leaves first, and what came is told in order', ({
  outcome,
}) => {
  expect(outcome.ledgers.length).toBe(3)
  for (const { delivered, received } of outcome.ledgers)
    expect(Math.min(delivered, received)).toBeGreaterThan(0)
  expect(broken(outcome, 'reordered', 'inReordered')).toEqual([])
})

test('[S9] whatever goes wrong, nothing is delivered twice, nor lost while the library has it, nor other than it says', ({
  outcome,
}) => {
  expect(broken(outcome, 'duplicated', 'lostHeld', 'lostLiving', 'contradicted', 'garbled')).toEqual([])
})

test('[M6] whatever goes wrong, every frame that came is told once', ({ outcome }) => {
  expect(broken(outcome, 'inDuplicated', 'inMissing')).toEqual([])
})

test('[R9] whatever goes wrong, the socket is back when it is over, with one connection', ({ outcome }) => {
  expect(outcome.wedged).toBe(0)
})

test('[L9] whatever went wrong, nothing is open after close(), and nothing was thrown', ({ outcome }) => {
  expect(outcome).toMatchObject({ leftOpen: 0, uncaught: [] })
})
