/** What the browser holds, what the own queue, and where the mark stands, on a link that goes from fast to slow. */
import { SteadySocket } from '../../src/index.ts'
import { autoMark } from '../../src/rules/mark.ts'
import { createFakeWebSocket, FakeWebSocket } from '../../test/support/fake-websocket.ts'
import { round, text } from '../svg.ts'
import { inOwnTime } from './clock.ts'
import { figure, width } from './look.ts'

const MB = 1_000_000
const message = 'x'.repeat(20_000)
const messages = 1_000
/** The link takes data every so many ms, as radio does. */
const lump = 50
const fast = 8 * MB
const slow = 0.4 * MB
const slowFrom = 2_000
const until = 6_000
const sampled = 10

interface Sample {
  readonly at: number
  /** In the browser, where everything is sent at once. */
  readonly naive: number
  readonly browser: number
  readonly own: number
  readonly mark: number
}

export interface BackPressure {
  readonly svg: string
  readonly caption: string
}

export async function backPressure(): Promise<BackPressure> {
  const samples = await measure()
  const parts = [chart(samples, large), chart(samples, everything), chart(samples, zoom)]
  const last = samples.at(-1) as Sample
  const caption =
    `${messages} messages of ${message.length / 1_000} kB are sent in one turn. The link takes data every ${lump} ms: ` +
    `${fast / MB} MB/s, and from ${slowFrom / 1_000} s on ${slow / MB} MB/s. After ${until / 1_000} s the naive loop has ` +
    `${megabytes(last.naive)} locked in the browser; of the same, steadysocket holds ${megabytes(last.own)} itself, and the browser ` +
    `${megabytes(last.browser)}: ${megabytes(last.own + last.browser - last.naive)} behind, since the mark began below the first lump. Measured with the class on a scripted link, in simulated time, by \`npm run figures\`.`
  return {
    caption,
    svg: figure({ title: 'Back-pressure', description: caption, height: 560, body: parts.flat() }),
  }
}

/** Sends the same in both ways over the same link. */
async function measure(): Promise<Sample[]> {
  const samples: Sample[] = []
  await inOwnTime(async (clock) => {
    const marks = watchMark()
    const naive = new FakeWebSocket('ws://link/', [], true)
    const Fake = createFakeWebSocket({ buffering: true })
    const socket = new SteadySocket('ws://link/', { WebSocket: Fake, autoConnect: true })
    await clock.pass(1)
    const start = clock.now
    naive.accept()
    Fake.last.accept()
    for (let count = 0; count < messages; count++) {
      naive.send(message)
      socket.send(message)
    }
    const note = (at: number): void => {
      const { bufferedAmount: browser } = Fake.last
      samples.push({ at, naive: naive.bufferedAmount, browser, own: socket.queue.bytes, mark: marks.last })
    }
    note(0)
    await clock.pass(until, (now) => {
      const at = now - start
      if (at % lump === 0)
        for (const link of [naive, Fake.last]) link.drain(((at <= slowFrom ? fast : slow) * lump) / 1_000)
      if (at % sampled === sampled / 2) note(at)
    })
    marks.stop()
    socket.removeAllListeners()
    socket.close()
    Fake.last.drain()
    Fake.last.serverClose()
    await clock.pass(1_000)
  })
  return samples
}

/** The mark is nobody's business but the outbox's: it is read where it is bounded from below. */
function watchMark(): { readonly last: number; stop(): void } {
  const { max } = Math
  let last = autoMark.start
  Math.max = (...values) => {
    const result = max(...values)
    if (values.length === 2 && values[0] === autoMark.min) last = result
    return result
  }
  return {
    get last() {
      return last
    },
    stop() {
      Math.max = max
    },
  }
}

interface Chart {
  readonly title: string
  readonly top: number
  readonly height: number
  readonly most: number
  readonly step: number
  draw(samples: readonly Sample[], at: Scale): string[]
  readonly isLast?: boolean
}

interface Scale {
  x(time: number): number
  y(bytes: number): number
}

const left = 52
const right = width - 12

const large: Chart = {
  title: 'All at once: it fills the browser',
  top: 34,
  height: 120,
  most: 20 * MB,
  step: 10 * MB,
  draw: (samples, at) => [area('naive', samples, at, ({ naive }) => naive)],
}

const everything: Chart = {
  title: 'steadysocket: it waits in the own queue',
  top: 204,
  height: 120,
  most: 20 * MB,
  step: 10 * MB,
  draw: (samples, at) => [
    area('own', samples, at, ({ own, browser }) => own + browser),
    area('browser', samples, at, ({ browser }) => browser),
    text(at.x(120), at.y(4 * MB), '', 'own queue'),
  ],
}

const zoom: Chart = {
  title: 'The same: the browser, enlarged',
  top: 374,
  height: 140,
  most: 0.6 * MB,
  step: 0.2 * MB,
  isLast: true,
  draw: (samples, at) => [
    area('browser', samples, at, ({ browser }) => browser),
    `<path class="mark" d="M${samples.map((each) => `${round(at.x(each.at))} ${round(at.y(each.mark))}`).join('L')}"/>`,
    text(at.x(3_400), at.y(0.32 * MB), 'mark', 'the mark'),
  ],
}

function chart(
  samples: readonly Sample[],
  { title, top, height, most, step, draw, isLast }: Chart,
): string[] {
  const scale: Scale = {
    x: (time) => left + (time / until) * (right - left),
    y: (bytes) => top + height - (bytes / most) * height,
  }
  const lines: string[] = []
  for (let bytes = 0; bytes <= most; bytes += step)
    lines.push(
      `<path class="${bytes === 0 ? 'axis' : 'grid'}" d="M${left} ${round(scale.y(bytes))}H${right}"/>`,
      text(left - 6, scale.y(bytes) + 5, 'note end', bytes === 0 ? '0' : megabytes(bytes)),
    )
  const change = scale.x(slowFrom)
  const ticks = [0, 1, 2, 3, 4, 5, 6].map((second) =>
    text(scale.x(second * 1_000), top + height + 20, 'note middle', `${second} s`),
  )
  return [
    text(4, top - 14, 'title', title),
    ...draw(samples, scale),
    ...lines,
    `<path class="event" d="M${round(change)} ${top}v${height}"/>`,
    ...(isLast
      ? [
          ...ticks,
          text(change - 6, top + height + 38, 'note end', `${fast / MB} MB/s ◂`),
          text(change + 6, top + height + 38, 'note', `▸ ${slow / MB} MB/s`),
        ]
      : []),
  ]
}

function area(
  kind: string,
  samples: readonly Sample[],
  { x, y }: Scale,
  bytes: (sample: Sample) => number,
): string {
  const points = samples.map((each) => `${round(x(each.at))} ${round(y(bytes(each)))}`)
  return `<path class="${kind}" d="M${x(0)} ${y(0)}L${points.join('L')}L${round(x((samples.at(-1) as Sample).at))} ${y(0)}z"/>`
}

function megabytes(bytes: number): string {
  return bytes < 0.1 * MB ? `${Math.round(bytes / 1_000)} kB` : `${Math.round(bytes / 10_000) / 100} MB`
}
