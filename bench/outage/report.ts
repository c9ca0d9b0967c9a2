/** Turns what was measured into the document. */
import { list, table, verdict } from '../markdown.ts'
import { isLater, quantile } from '../statistics.ts'
import type { Outcome } from './life.ts'
import { type Plan, patience } from './measure.ts'
import type { Failure } from './site.ts'

export interface Report {
  date: string
  command: string
  machine: { system: string; cores: string; memory: string; node: string }
  plan: Plan
  /** Title and version, by the name of the setting. */
  engines: Record<string, string>
  /** Version, by name. */
  candidates: Record<string, string>
  outcomes: Array<{ failure: Failure; engine: string; candidate: string } & Outcome>
}

export const failures: Record<Failure, { title: string; explanation: string }> = {
  refused: {
    title: 'Connections refused',
    explanation: 'The port is closed: every attempt fails at once, unless the engine holds it back.',
  },
  unanswered: {
    title: 'Upgrades not answered',
    explanation: `The system accepts connections and nothing answers, as with a server that hangs. What was accepted stays
unanswered for ever, so that an attempt which began too early ends by the library's own limit. Firefox keeps the connection
of an attempt that ended without an answer, and makes no more than six to one address: after six such attempts no other
leaves, whichever the library, before the server ends one.`,
  },
  lost: {
    title: 'Packets lost',
    explanation: `Connections are reset; from then on, what is sent to the address disappears, as when a network has gone.
The system repeats the first packet of an attempt after one second, a few times, and then more and more seldom; when
one of these arrives, the attempt goes on.`,
  },
}

const own = 'steadysocket'
const nearly = 0.99

export function markdown(report: Report): string {
  const { machine, engines, candidates, plan } = report
  const [shortest, longest] = [plan.shortest, plan.longest].map((ms) => ms / 1_000)
  const found = (Object.keys(failures) as Failure[]).filter((failure) =>
    report.outcomes.some((outcome) => outcome.failure === failure),
  )
  return `${[
    '# After an outage',
    `How soon is a socket open again once its server is? Measured on ${report.date} by \`${report.command}\`, which wrote
this page.`,
    list([
      `${machine.system}, ${machine.cores}, ${machine.memory}, Node ${machine.node}`,
      // A version is told once, however many settings it was measured in.
      [...new Set(Object.values(engines).map((title) => title.replace(/,.*/, '')))].join(', '),
      Object.entries(candidates)
        .map(([name, version]) => `${name} ${version}`.trim())
        .join(', '),
    ]),
    `In each engine there are ${plan.clients} clients of each library, with default options. Each has a server at an address of
its own, since engines slow down connections by address; and they are spread over pages and browsers so that no limit of a
page or a browser is felt. A server ends its connection by a reset and is down for ${shortest} to ${longest} s, evenly spread over
the clients of each library: a fixed length would measure one moment in the cycle of those whose delays are the same at every
run. The time that counts begins when the server is up, and ends with the library's \`open\`.`,
    list([
      '*Attempts* began while the server was down; *left* is how many of them the server or the network has seen, or the engine has seen fail, before it was up.',
      `*50 %*, *90 %*, *99 %*: so many of the clients were back within that time. Of fewer than 100 clients, 99 % is the last one. Nobody was waited for longer than ${patience / 1_000} s after the longest outage.`,
      'The mean time is divided into three. *Waiting*: no attempt was under way. *Hanging*: in an attempt that had left while the server was down. *Held*: in an attempt that the engine had not let out yet; that is until the server accepts, the network has a first packet without an answer, or the engine reports the failure.',
    ]),
    ...goals(report, found),
    ...found.flatMap((failure) => section(failure, report)),
  ].join('\n\n')}\n`
}

function goals(report: Report, found: readonly Failure[]): string[] {
  const engines = Object.entries(report.engines)
  const row = (failure: Failure, goal: string, judge: (of: Group) => string): string[] => [
    failures[failure].title,
    goal,
    ...engines.map(([engine]) => judge((candidate) => select(report, failure, engine, candidate))),
  ]
  const others = Object.keys(report.candidates).filter((name) => name !== own)
  const notBehind =
    (part: number) =>
    (of: Group): string => {
      const ours = of(own).map(unheld)
      const best = others
        .map((name) => ({ name, times: of(name).map(unheld) }))
        .reduce((a, b) => (quantile(b.times, part) < quantile(a.times, part) ? b : a))
      const [time, bestTime] = [quantile(ours, part), quantile(best.times, part)]
      if (time === Infinity && bestTime === Infinity) return 'nobody is back'
      const found = `${seconds(time)}, ${best.name} ${seconds(bestTime)}`
      if (time > bestTime && !isLater(ours, best.times, part)) return `even: ${found}`
      return verdict(time <= bestTime, found)
    }
  const body = found.flatMap((failure) => [
    row(failure, 'half are back no later than with the best of the others', notBehind(0.5)),
    row(failure, '99 % are', notBehind(nearly)),
  ])
  return [
    '## Goals',
    `What the engine held back does not count here. *Even*: later, but by no more than chance does with so many clients (in a
twentieth of the samples drawn anew from these, it was the other way round).`,
    table([['outage', `goal for ${own}`, ...engines.map(([, title]) => title)], ...body], 2),
    firefox,
  ]
}

const firefox = `Firefox holds new sockets to a failing host back, by address, port and path, longer after each failure. Where the server
ignores the last segment of the path, a \`url\` function that makes another of it at each attempt is never held back, whichever
the library:

\`\`\`ts
new SteadySocket(() => \`wss://example.com/feed/\${Date.now()}\`)
\`\`\`

It is no default, since paths mean something. The demo's page does so, and its server takes \`/chat/1\` for \`/chat\`.`

/** The outcomes of one candidate. */
type Group = (candidate: string) => Outcome[]

function select(report: Report, failure: Failure, engine: string, candidate: string): Outcome[] {
  return report.outcomes.filter(
    (outcome) => outcome.failure === failure && outcome.engine === engine && outcome.candidate === candidate,
  )
}

function section(failure: Failure, report: Report): string[] {
  const { title, explanation } = failures[failure]
  const head = ['library', 'attempts', 'left', '50 %', '90 %', '99 %', 'waiting', 'hanging', 'held']
  return [
    `## ${title}`,
    explanation,
    ...Object.entries(report.engines).flatMap(([engine, name]) => [
      `### ${title}: ${name}`,
      table(
        [
          head,
          ...Object.keys(report.candidates).map((candidate) =>
            line(candidate, select(report, failure, engine, candidate)),
          ),
        ],
        1,
      ),
    ]),
  ]
}

function line(candidate: string, outcomes: readonly Outcome[]): string[] {
  const mean = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length
  const times = outcomes.map(back)
  return [
    candidate,
    mean(({ attempts }) => attempts).toFixed(1),
    mean(({ left }) => left).toFixed(1),
    ...[0.5, 0.9, nearly].map((part) => seconds(quantile(times, part))),
    ...[mean(({ waited }) => waited), mean(({ hung }) => hung), mean(({ held }) => held)].map(seconds),
  ]
}

function back(outcome: Outcome): number {
  return outcome.back ?? Infinity
}

/** The same without what the engine held back. */
function unheld(outcome: Outcome): number {
  return back(outcome) - outcome.held
}

function seconds(ms: number): string {
  return ms === Infinity ? 'never' : `${(ms / 1_000).toFixed(1)} s`
}
