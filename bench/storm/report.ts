/** The reconnect storm told in Markdown. */
import { verdict } from '../markdown.ts'
import type { Policy } from './policies.ts'
import { type Course, type Crowd, patience, type Scenario, type Summary } from './simulation.ts'

export interface Outcome {
  readonly policy: Policy
  readonly course: Course
  readonly summary: Summary
}

export interface Result {
  readonly scenario: Scenario
  readonly outcomes: readonly Outcome[]
}

export function tell(results: readonly Result[], { clients, seed }: Crowd, caption: string): string {
  const told = results.filter(({ scenario }) => scenario.inFull)
  const policies = results[0]?.outcomes.map(({ policy }) => policy) ?? []
  return `# A reconnect storm, simulated

A server loses all its ${thousands(clients)} clients in the same instant. Every client comes back as its library's
default options say. How hard is the server hit, and how soon is everybody back?

![When clients knock, library by library](storm.svg)

${caption}

${goals(results)}
${told.map(({ scenario, outcomes }) => section(scenario, outcomes)).join('\n')}
## What was simulated

${table(
  ['Library', 'Version', 'Delay before a retry', 'Read in'],
  policies.map(({ name, version, formula, source }) => [name, version, formula, source]),
)}
The others' formulas are those of the published packages, with default options, told and written in our own words.
Steadysocket's delays come from the very function that the class uses.

- All connections end at the same moment, without a close frame (code 1006) and after a long time of being open.
  graphql-ws is held open by a subscription.
- An attempt takes no time: it fails at once, as a refused connection does, or succeeds at once. Networks and clocks
  that differ would spread every crowd a little more than is shown.
- At a server that hangs, an attempt ends by the library's own limit: 4 s in reconnecting-websocket and partysocket, 10 s in
  rews; here 5 s, and every second in a row 12.5 s. Those that hang when the server is back stay unanswered.
- Browsers' own brakes are left out: Firefox delays sockets to a host that has failed, and all slow the timers
  of hidden tabs. A hidden tab's timers come once a second, on the second, which bundles what was spread.
- A limited server takes whom it can in the order of coming, and refuses the others at once; what it did not use of
  its capacity within the last second it uses now.
- A peak is that of the fullest 100 ms, wherever these begin. It is more than 100 % where clients knock twice.
- The numbers are the same at every run: \`npm run bench:storm\` writes this page, the figure and \`storm.json\`
  anew (chance from mulberry32, seed ${seed}).
`
}

/** The largest share of the clients that may knock within 100 ms, and that once the server is up after a long outage. */
const most = 0.04
const mostOnceUp = 0.02
const longOutage = 60_000
/** Ms within which 99 % are back, where attempts are refused. */
const soon = 8_500

function goals(results: readonly Result[]): string {
  const unlimited = results.filter(({ scenario }) => scenario.capacity === Infinity)
  const rows = unlimited.flatMap(({ scenario: { title, outage, hangs }, outcomes }) => {
    const own = outcomes[0]?.summary
    if (!own) return []
    const up = outage < longOutage ? most : mostOnceUp
    return [
      [
        title,
        outage > 0 ? verdict(own.peakDown <= most, share(own.peakDown)) : '',
        verdict(own.peakUp <= up, `${share(own.peakUp)} of at most ${share(up)}`),
        hangs ? '' : verdict((own.nearlyAll ?? Infinity) <= soon, time(own.nearlyAll, own.lost)),
      ],
    ]
  })
  const head = [
    '',
    `At most ${share(most)} within 100 ms while down`,
    'And once up',
    `99 % back within ${soon / 1_000} s`,
  ]
  return `## Goals for steadysocket\n\n${table(head, rows)}`
}

function section({ title, outage, capacity }: Scenario, outcomes: readonly Outcome[]): string {
  const after = outage > 0 ? ' after its return' : ''
  const peaks = outage > 0 ? ['Peak while down', 'Peak once up'] : ['Peak']
  const head = ['Library', ...peaks, 'Attempts per client', `Half are back${after}`, `99 % are back${after}`]
  const rows = outcomes.map(({ policy, summary }) => [
    policy.name,
    ...(outage > 0 ? [share(summary.peakDown)] : []),
    share(summary.peakUp),
    summary.attempts.toFixed(1),
    time(summary.half, summary.lost),
    time(summary.nearlyAll, summary.lost),
  ])
  const refused = capacity === Infinity ? '' : ', whether taken in or refused'
  const note = `A peak is the largest number of attempts within 100 ms, as a share of the clients${refused}.`
  return `## ${title}\n\n${note}\n\n${table(head, rows)}`
}

function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('')
}

export function share(part: number): string {
  if (part === 0) return '0'
  return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`
}

function time(ms: number | null, lost: number): string {
  if (ms !== null) return ms < 1_000 ? `${ms} ms` : `${(ms / 1_000).toFixed(1)} s`
  return lost > 0 ? `never: ${share(lost)} give up` : `not within ${patience / 60_000} min`
}

export function thousands(count: number): string {
  return count.toLocaleString('en').replaceAll(',', ' ')
}
