/** The ledger as a page. */
import { list, table } from '../../bench/markdown.ts'
import { quantile } from '../../bench/statistics.ts'
import { type Ledger, promises } from './ledger.ts'
import type { Outcome } from './run.ts'

export interface Findings {
  readonly outcomes: readonly Outcome[]
  readonly seed: number
  readonly minutes: number
  readonly args: readonly string[]
}

/** Bytes per reconnect that are taken for noise. */
const noise = 64

/** Whether every promise is. */
export function isKept(outcome: Outcome): boolean {
  return problems(outcome).length === 0
}

/** The promises that were broken, as sentences. */
export function problems(outcome: Outcome): string[] {
  const { engine, ledgers, wedged, leftOpen, uncaught, heap } = outcome
  const found = ledgers.flatMap(({ driver, broken, evidence }) => [
    ...Object.entries(broken)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${driver}: ${count} ${promises[name as keyof typeof promises]}`),
    ...evidence,
  ])
  if (wedged > 0) found.push(`${wedged} times not well again`)
  if (leftOpen > 0) found.push(`${leftOpen} sockets left open at the server`)
  if (heap && heap.own - heap.native > noise) found.push(`${heap.own.toFixed(0)} bytes of heap per reconnect`)
  return [...found, ...uncaught.map((message) => `uncaught: ${message}`)].map((what) => `${engine}: ${what}`)
}

export function markdown({ outcomes, seed, minutes, args }: Findings): string {
  const columns = outcomes.flatMap((outcome) => outcome.ledgers.map((ledger) => ({ outcome, ledger })))
  const row = (title: string, cell: (of: (typeof columns)[number]) => number | string): string[] => [
    title,
    ...columns.map((column) => String(cell(column))),
  ]
  const counted = (title: string, of: keyof Ledger): string[] =>
    row(title, ({ ledger }) => ledger[of] as number)
  const reasons = keysOf(columns.map(({ ledger }) => ledger.dropped))
  const names = keysOf(outcomes.map(({ faults }) => faults))
  const ends = keysOf(columns.map(({ ledger }) => ledger.ends))
  const found = outcomes.flatMap(problems)
  return `${[
    '# In all weathers',
    `What becomes of messages while everything goes wrong? On ${new Date().toISOString().slice(0, 10)}, for ${minutes} minutes in ${outcomes.map(({ title }) => title).join(', ')}, with seed ${seed}, by
\`npm run soak${args.length > 0 ? ` -- ${args.join(' ')}` : ''}\`, which wrote this page.`,
    `Each engine has a page with one socket for each way to use the library, a server behind a proxy that misbehaves, and numbered messages both
ways: text, bytes and Blobs, of 1 B to 300 KB, some with a key, a time to live, a signal or \`queue: false\`; heartbeat on. Faults are drawn by
a seeded random generator, every kind once before any comes again, sometimes two at a time; the same seed draws the same faults, though
engines and systems have their own time. After each eight or nine all is mended, the sockets must come back, with exactly one
connection each, and empty their queues. What becomes of a message is seen from outside: by what the socket answers and tells, by a
native class that notes what it is given, and by what the server gets.`,
    found.length === 0 ? '**Every promise was kept.**' : `**Broken:**\n\n${list(found)}`,
    '## Promises',
    table(
      [
        ['must be 0', ...columns.map(({ outcome, ledger }) => `${outcome.engine} ${ledger.driver}`)],
        ...Object.entries(promises).map(([name, title]) =>
          row(title, ({ ledger }) => ledger.broken[name as keyof typeof promises]),
        ),
        row('times not well again after the faults', ({ outcome }) => outcome.wedged),
        row('sockets left open at the server', ({ outcome }) => outcome.leftOpen),
        row('uncaught errors', ({ outcome }) => outcome.uncaught.length),
        row(`bytes of heap per reconnect, and per native socket alone`, ({ outcome: { heap } }) =>
          heap ? `${heap.own.toFixed(0)}, ${heap.native.toFixed(0)}` : 'not told',
        ),
      ],
      1,
    ),
    `The last four are of the whole engine. Only Chromium tells its heap, after forced collection: blocks of reconnects, and the least that
any block adds; up to ${noise} bytes more than with native sockets alone are taken for noise.`,
    '## Messages',
    table(
      [
        ['', ...columns.map(({ outcome, ledger }) => `${outcome.engine} ${ledger.driver}`)],
        counted('sent', 'sent'),
        counted('delivered', 'delivered'),
        counted('put back at a loss, and sent again', 'putBack'),
        counted('lost after they had left', 'lostAfterLeaving'),
        ...reasons.map((reason) =>
          row(`told dropped: ${reason}`, ({ ledger }) => ledger.dropped[reason] ?? 0),
        ),
        counted('replaced by a newer one with its key', 'replaced'),
        counted('cleared', 'cleared'),
        counted('held by a page that the engine did not keep', 'goneWithPage'),
        counted('received from the server', 'received'),
        counted('Blobs received that the engine could not read', 'unreadable'),
        counted('attempts', 'attempts'),
        counted('connections', 'connections'),
      ],
      1,
    ),
    `*Left* includes what was in the browser when the library itself gave the connection up (heartbeat, \`reconnect()\`, \`close()\`, the page
going away): it may or may not arrive, and is not sent again.`,
    '## Faults',
    table(
      [
        ['', ...outcomes.map(({ engine }) => engine)],
        ...names.map((name) => [name, ...outcomes.map(({ faults }) => String(faults[name] ?? 0))]),
        ['upgrades asked for', ...outcomes.map(({ upgrades }) => String(upgrades))],
        [
          's until all was well again after the faults: half of the times',
          ...outcomes.map((each) => recovery(each, 0.5)),
        ],
        ['the longest', ...outcomes.map((each) => recovery(each, 1))],
        ['pages restored from the back/forward cache', ...outcomes.map(({ restored }) => String(restored))],
        ['pages loaded anew instead', ...outcomes.map(({ reloaded }) => String(reloaded))],
      ],
      1,
    ),
    '## Ends of connections and attempts',
    'By the phase and the code of the `close` event.',
    table(
      [
        ['', ...columns.map(({ outcome, ledger }) => `${outcome.engine} ${ledger.driver}`)],
        ...ends.map((end) => row(end, ({ ledger }) => ledger.ends[end] ?? 0)),
      ],
      1,
    ),
  ].join('\n\n')}\n`
}

function recovery({ recoveries }: Outcome, part: number): string {
  return (quantile(recoveries, part) / 1_000).toFixed(1)
}

function keysOf(records: ReadonlyArray<Record<string, unknown>>): string[] {
  return [...new Set(records.flatMap(Object.keys))].sort()
}
