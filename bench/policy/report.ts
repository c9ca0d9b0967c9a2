/** The comparison told in Markdown. */
import { list, table, verdict } from '../markdown.ts'
import type { Policy } from '../storm/policies.ts'
import { share } from '../storm/report.ts'
import type { Crowding, failures, Return, Window } from './compare.ts'

type Failure = (typeof failures)[number]

export interface Row {
  readonly policy: Policy
  readonly windows: ReadonlyArray<{
    window: Window
    found: ReadonlyArray<{ failure: Failure; own: Return; best: Return }>
  }>
  readonly crowding: Crowding
  /** The longest on a path on which every connect takes 12 s, in ms. */
  readonly slow: number
}

const titles: Record<Failure, string> = {
  refused: 'Refused',
  unanswered: 'Not answered',
  lost: 'Lost in the network',
}

/** What chance alone may add: the same policy differs by as much from run to run. */
const noise = 1.01

/** @param rows the first is that of the defaults */
export function tell(rows: readonly Row[], peers: readonly Policy[]): string {
  const [own] = rows
  if (!own) return ''
  const names = peers.map(({ name, version }) => `${name} ${version}`).join(', ')
  return `${[
    '# Retry policies, simulated',
    `How soon is a single client open again, with default options, compared with the best of ${names}? Written by
\`npm run bench:policy\`; \`-- --search\` tries other options. [The same in real engines](outage.md),
[and what a crowd does to a server](storm.md).`,
    '## Outages of all lengths',
    `Each cell: half of the clients are back after, and 99 %; in brackets the best of the others, each by itself.
Within a row outages are evenly spread. *Yes*: no later than the best of the others in both figures; why short outages are
lost is in [ADR 11](adr/0011-the-wait-begins-with-the-attempt.md).`,
    table([['outage', ...Object.values(titles)], ...own.windows.map(cells)], 1),
    '## Other options',
    `Of the six comparisons of the columns above, for outages of 2 to 15 s, of 15 to 60 s, and of 60 to 260 s (thirteen windows of
20 s, each by itself): how many does this library win? Then what it costs: the fullest 100 ms of a million clients, that once the server is up after
60 s of refusing and of hanging, the attempts per client in the first minute of refusals, how long half and 99 % take where the server is
back after 60 to 80 s of refusing, and the longest on a path on which every connect takes 12 s.`,
    table(
      [
        [
          'policy',
          '2–15 s',
          '15–60 s',
          '60–260 s',
          'most',
          'once up',
          'after hanging',
          'attempts',
          'back',
          'slow path',
        ],
        ...rows.map(summary),
      ],
      1,
    ),
    '## What was simulated',
    list([
      "This library's delays and limits come from the very functions that the class uses; the others' from their published formulas ([the storm](storm.md)), with limits of 4, 4 and 10 s.",
      'A refused attempt takes no time. One that is not answered ends by its limit. One that is lost succeeds when the system repeats its first packet to a network that is back: 1, 3, 7, 15 and 31 s after it began.',
      'What the engines do is left out: Firefox holds new sockets to a failing host back.',
      'A comparison is won up to 1 %, which is what chance does.',
    ]),
  ].join('\n\n')}\n`
}

function cells({ window, found }: Row['windows'][number]): string[] {
  return [
    `${window.from / 1_000}–${window.to / 1_000} s`,
    ...found.map(({ own, best }) =>
      verdict(
        isWon(own.half, best.half) && isWon(own.nearlyAll, best.nearlyAll),
        `${seconds(own.half)}, ${seconds(own.nearlyAll)} (${seconds(best.half)}, ${seconds(best.nearlyAll)})`,
      ),
    ),
  ]
}

function isWon(own: number, best: number): boolean {
  return own <= best * noise
}

function summary({ policy, windows, crowding, slow }: Row): string[] {
  const refused = (from: number): Return | undefined =>
    windows.find(({ window }) => window.from === from)?.found[0]?.own
  const won = (chosen: Row['windows']): string => {
    const wins = chosen.flatMap(({ found }) =>
      found.flatMap(({ own, best }) => [isWon(own.half, best.half), isWon(own.nearlyAll, best.nearlyAll)]),
    )
    return `${wins.filter(Boolean).length} of ${wins.length}`
  }
  const minute = refused(60_000)
  return [
    policy.name,
    won(windows.slice(0, 1)),
    won(windows.slice(1, 2)),
    won(windows.slice(2)),
    ...[crowding.most, crowding.onceUp, crowding.onceUpAfterHanging].map(share),
    (minute?.attempts ?? Number.NaN).toFixed(1),
    `${seconds(minute?.half ?? Number.NaN)}, ${seconds(minute?.nearlyAll ?? Number.NaN)}`,
    seconds(slow),
  ]
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
