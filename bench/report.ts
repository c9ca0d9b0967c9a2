/** Turns what was measured into the document. */
import { list, table, verdict } from './markdown.ts'
import type { Column, Goal, Row } from './scenario.ts'
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
    ...beforeAndAfter(report),
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
    `${found.filter(({ met }) => met).length} of ${found.length} are met.${missed(found)}`,
    table([['goal', ...Object.values(engines)], ...body], 1),
  ]
}

function missed(found: readonly Goal[]): string {
  const names = found.filter(({ met }) => !met).map(({ goal, engine }) => `${goal} (${engine})`)
  return names.length > 0 ? ` Not met: ${names.join('; ')}.` : ''
}

/** How every figure that is compared to native's compares to that of an earlier build, where one was measured. */
function beforeAndAfter({ rows, engines }: Report): string[] {
  const body = scenarios.flatMap(({ name, title, columns }) => {
    const own = rows[name] ?? []
    const cases = [...new Set(own.filter(isBefore).map((row) => row.case))]
    return cases.flatMap((each) =>
      columns
        .filter(({ ratio }) => ratio)
        .map(({ key, title: unit }) => [
          `${title}, ${each}: ${unit}`,
          ...Object.keys(engines).map((engine) => {
            const here = own.filter((row) => row.engine === engine && row.case === each)
            const now = here.find(({ candidate }) => candidate === 'steadysocket')
            return now ? spread(ratios(now, here.find(isBefore), key)) : ''
          }),
        ]),
    )
  })
  if (body.length === 0) return []
  return [
    '## Before and after',
    'This build over the one before, in the same round.',
    table([['', ...Object.values(engines)], ...body], 1),
  ]
}

const isBefore = ({ candidate }: Row): boolean => candidate === 'before'

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
