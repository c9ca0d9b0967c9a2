/** Turns what was measured into the document. */
import { list, table, verdict } from './markdown.ts'
import type { Column, Row } from './scenario.ts'
import { scenarios } from './scenarios/index.ts'
import { figures, median, nativeBeside, ratios } from './statistics.ts'

export interface Report {
  date: string
  command: string
  machine: { system: string; cores: string; memory: string; node: string }
  /** Title and version, by name. */
  engines: Record<string, string>
  /** Version, by name. */
  candidates: Record<string, string>
  /** By scenario. */
  rows: Record<string, Row[]>
}

export function markdown(report: Report): string {
  const { machine, engines, candidates } = report
  const versions = Object.entries(candidates).map(([name, version]) => `${name} ${version}`.trim())
  return `${[
    '# Benchmarks',
    `Measured on ${report.date} by \`${report.command}\`, which wrote this page.`,
    list([
      `${machine.system}, ${machine.cores}, ${machine.memory}, Node ${machine.node}`,
      Object.values(engines).join(', '),
      versions.join(', '),
    ]),
    `Browser and servers share one machine. All candidates take turns within each round, so that what slows the machine
slows all alike. A figure is the median over the rounds, its range in brackets; *× native* compares it to the native class
in the same round. *Did not finish* means within the time limit.`,
    ...goals(report),
    ...scenarios
      .filter(({ name }) => report.rows[name]?.length)
      .flatMap((scenario) => section(scenario, report)),
  ].join('\n\n')}\n`
}

function goals({ rows, engines }: Report): string[] {
  const found = scenarios.flatMap((scenario) =>
    Object.keys(engines).flatMap((engine) => scenario.goals?.(rows[scenario.name] ?? [], engine) ?? []),
  )
  if (found.length === 0) return []
  const names = [...new Set(found.map(({ goal }) => goal))]
  const cell = (name: string, engine: string): string => {
    const one = found.find((each) => each.goal === name && each.engine === engine)
    return one ? verdict(one.met, one.found) : ''
  }
  const body = names.map((name) => [name, ...Object.keys(engines).map((engine) => cell(name, engine))])
  return [
    '## Goals',
    `${found.filter(({ met }) => met).length} of ${found.length} are met.`,
    table([['goal', ...Object.values(engines)], ...body], 1),
  ]
}

function section(scenario: (typeof scenarios)[number], { rows, engines }: Report): string[] {
  const own = rows[scenario.name] ?? []
  return [
    `## ${scenario.title}`,
    scenario.explanation,
    ...Object.entries(engines).flatMap(([engine, title]) => {
      const here = own.filter((row) => row.engine === engine)
      return here.length > 0 ? [`### ${scenario.title}: ${title}`, results(scenario.columns, here)] : []
    }),
  ]
}

function results(columns: readonly Column[], rows: readonly Row[]): string {
  const told = columns.filter(
    ({ key }, index) => index === 0 || rows.some((row) => figures(row, key).length > 0),
  )
  const head = [
    'case',
    'candidate',
    ...told.flatMap(({ title, ratio }) => (ratio ? [title, '× native'] : [title])),
  ]
  const body = rows.map((row, index) => [
    row.case === rows[index - 1]?.case ? '' : row.case,
    row.candidate,
    ...told.flatMap((column) => {
      const native = nativeBeside(rows, row)
      const value = spread(figures(row, column.key).map((figure) => figure * (column.scale ?? 1)))
      const finished = row.rounds.some((values) => values)
      const cell = finished ? value : 'did not finish'
      return column.ratio ? [cell, spread(ratios(row, native, column.key))] : [cell]
    }),
  ])
  return table([head, ...body], 2)
}

/** `0.97 (0.95–1.02)` */
function spread(values: readonly number[]): string {
  if (values.length === 0) return '–'
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)].map(short)
  return least === most ? `${middle}` : `${middle} (${least}–${most})`
}

/** Three digits that matter, none of them after a large number. */
function short(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return value.toFixed(0)
  return String(Number(value.toPrecision(value >= 10 ? 3 : 2)))
}
