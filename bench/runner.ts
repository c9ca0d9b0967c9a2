/** Measures one scenario in one engine: case by case, round by round, one candidate after the other. */
import type { Row, Scenario, Values } from './scenario.ts'
import type { Session } from './session.ts'

export interface Selection {
  engine: string
  sink: string
  quick: boolean
  rounds: number | undefined
  /** Parts of the names of those wanted. */
  cases: readonly string[] | undefined
  /** The names of those wanted. */
  candidates: readonly string[] | undefined
}

export async function measure(
  scenario: Scenario,
  session: Session,
  { engine, sink, quick, cases, candidates, ...given }: Selection,
): Promise<Row[]> {
  const plan = scenario.plan(quick)
  const rounds = given.rounds ?? plan.rounds
  const peerRounds = given.rounds ?? plan.peerRounds ?? rounds
  const limit = scenario.limit ?? 30_000
  const present = session.hello.candidates
    .map(({ name }) => name)
    .filter((name) => (candidates?.includes(name) ?? true) && !scenario.without?.includes(name))
    .map((name) => ({
      name,
      turns: ['native', 'steadysocket', 'before'].includes(name) ? rounds : peerRounds,
    }))
  const rows: Row[] = []
  for (const each of plan.cases) {
    if (cases && !cases.some((part) => each.name.includes(part))) continue
    const job = { scenario: scenario.name, case: each, sink, quick }
    const prepared = scenario.prepare && (await session.run({ ...job, candidate: 'native' }, limit))
    const own = present.map(({ name, turns }) => ({
      turns,
      row: { engine, case: each.name, candidate: name, rounds: [] } as Row,
    }))
    rows.push(...own.map(({ row }) => row))
    for (let round = 1; round <= rounds; round++) {
      for (const { turns, row } of own) {
        // Who did not finish once is not waited for again.
        if (round > turns || row.rounds.includes(null)) continue
        show(`${engine}, ${scenario.name}, ${each.name}, ${row.candidate}, round ${round} of ${turns}`)
        const task = { ...job, candidate: row.candidate, prepared: { value: prepared } }
        row.rounds.push(rounded(await session.run<Values>(task, limit)))
      }
    }
  }
  show('')
  return rows
}

/** Four digits are more than the figures are good for. */
function rounded(values: Values | null): Values | null {
  if (!values) return null
  const entries = Object.entries(values).map(([key, value]) => [key, value && Number(value.toPrecision(4))])
  return Object.fromEntries(entries)
}

function show(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`)
}
