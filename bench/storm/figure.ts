/** The reconnect storm drawn: attempts per 100 ms, one row for each library, two of the scenarios. */
import { frame, round, text } from '../svg.ts'
import { type Result, share, thousands } from './report.ts'
import { binWidth, type Crowd } from './simulation.ts'

/** What is shown of a scenario: from and to, in ms after the loss. */
interface Panel {
  readonly result: Result
  readonly title: string
  readonly from: number
  readonly to: number
  readonly left: number
}

const width = 960
const labels = 190
const panelWidth = 310
const gap = 80
const rowHeight = 52
const barHeight = 38
const top = 58
const bin = 100

export function draw(results: readonly Result[], { clients }: Crowd): { svg: string; caption: string } {
  const refused = (outage: number): Result =>
    results.find(({ scenario }) => scenario.outage === outage && !scenario.hangs) as Result
  const atOnce = refused(0)
  const afterOutage = refused(60_000)
  const panels: Panel[] = [
    { result: atOnce, title: 'server back at once', from: 0, to: 6_000, left: labels },
    {
      result: afterOutage,
      title: 'server back after 60 s',
      from: 50_000,
      to: 80_000,
      left: labels + panelWidth + gap,
    },
  ]
  const rows = atOnce.outcomes.length
  const bottom = top + rows * rowHeight
  const caption =
    `Attempts of ${thousands(clients)} clients per 100 ms, as a share of them; the height grows with its square root. ` +
    'The number is the peak once the server is back.'
  const body = panels.flatMap((panel) => [
    text(panel.left, 24, 'title', panel.title),
    text(panel.left + panelWidth + 8, 24, 'note', 'peak'),
    ...atOnce.outcomes.map((_, row) => strip(panel, row, clients)),
    ...axis(panel, bottom),
  ])
  const names = atOnce.outcomes.map(({ policy }, row) =>
    text(0, base(row) - 12, row === 0 ? 'name ours' : 'name', policy.name),
  )
  const svg = frame({
    title: 'A reconnect storm, simulated',
    description: caption,
    left: -12,
    width: width + 24,
    height: bottom + 44,
    style,
    dark,
    body: [...names, ...body],
  })
  return { caption, svg }
}

/** One library in one scenario. */
function strip({ result, from, to, left }: Panel, row: number, clients: number): string {
  const { outage } = result.scenario
  const { course, summary } = result.outcomes[row] as Result['outcomes'][number]
  const x = (time: number): number => left + ((time - from) / (to - from)) * panelWidth
  const barWidth = x(bin) - x(0)
  const bars: string[] = []
  for (let start = from; start < to; start += bin) {
    const knocks = course.attempts
      .subarray(start / binWidth, (start + bin) / binWidth)
      .reduce((sum, each) => sum + each, 0)
    const part = knocks / clients
    if (part > 0) {
      const height = Math.sqrt(part) * barHeight
      bars.push(`M${round(x(start))} ${base(row)}v${round(-height)}h${round(barWidth)}v${round(height)}z`)
    }
  }
  return [
    `<path class="${row === 0 ? 'bars ours' : 'bars'}" d="${bars.join('')}"/>`,
    `<path class="base" d="M${left} ${base(row)}h${panelWidth}"/>`,
    ...(outage > 0 ? [`<path class="back" d="M${round(x(outage))} ${base(row)}v${-barHeight - 6}"/>`] : []),
    text(left + panelWidth + 8, base(row), 'peak', summary.lost > 0 ? 'gave up' : share(summary.peakUp)),
  ].join('\n')
}

function axis({ result, from, to, left }: Panel, bottom: number): string[] {
  const step = (to - from) / 6
  const ticks = Array.from({ length: 7 }, (_, index) => {
    const time = from + index * step
    return text(left + (index / 6) * panelWidth, bottom + 16, 'tick', `${time / 1_000} s`)
  })
  const { outage } = result.scenario
  const back = left + ((outage - from) / (to - from)) * panelWidth
  return outage > 0 ? [...ticks, text(back, top - 12, 'tick', 'server back')] : ticks
}

function base(row: number): number {
  return top + (row + 1) * rowHeight - 8
}

const style = `
  svg { color: #1f2328; font: 13px system-ui, sans-serif }
  text { fill: currentColor }
  .title { font-weight: 600 }
  .name { font-size: 14px }
  .name.ours { font-weight: 700; fill: #0a66c2 }
  .tick, .note { font-size: 11px; fill: #656d76 }
  .tick { text-anchor: middle }
  .bars { fill: #8c959f }
  .bars.ours { fill: #0a66c2 }
  .base { stroke: #8c959f }
  .back { stroke: #1a7f37; stroke-dasharray: 3 3 }
  path { fill: none }`

const dark = `
  svg { color: #e6edf3 }
  .tick, .note { fill: #9198a1 }
  .name.ours, .bars.ours { fill: #4ea1ff }
  .bars { fill: #7d8590 }
  .back { stroke: #3fb950 }`
