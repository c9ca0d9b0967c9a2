/** A burst to a reader that is as fast as it can be. */
import type { Candidate } from '../candidates/candidate.ts'
import { connect, now, type Observation, Observer } from '../page/probe.ts'
import { defineScenario, type Goal } from '../scenario.ts'
import { figures, median, nativeBeside, ratios } from '../statistics.ts'

interface Burst {
  name: string
  type: 'text' | 'binary'
  size: number
}

const KiB = 1024
const MiB = 1024 * KiB

/** What all frames of a burst may weigh together: the browser keeps them in memory. */
const maxBytes = 512 * MiB

const sizes: ReadonlyArray<[string, number]> = [
  ['16 B', 16],
  ['1 KiB', KiB],
  ['64 KiB', 64 * KiB],
  ['1 MiB', MiB],
]

const cases = (['text', 'binary'] as const).flatMap((type) =>
  sizes.map(([title, size]): Burst => ({ name: `${title} ${type}`, type, size })),
)

async function send(
  candidate: Candidate,
  { type, size }: Burst,
  frames: number,
  sink: string,
): Promise<{ elapsed: number; seen: Observation }> {
  const bytes = new Uint8Array(size).map((_, index) => 97 + (index % 26))
  const frame = type === 'binary' ? bytes.buffer : new TextDecoder().decode(bytes)
  const { client, opens, next } = connect(candidate, `${sink}/?frames=${frames}`)
  await opens(1)
  const observer = new Observer()
  const start = now()
  for (let count = 0; count < frames; count++) client.send(frame)
  observer.look()
  observer.forget()
  await next()
  const elapsed = now() - start
  const seen = observer.stop()
  client.close()
  return { elapsed, seen }
}

export const throughput = defineScenario<Burst, { frames: number }>({
  name: 'throughput',
  title: 'Throughput',
  explanation: `One task sends a burst of frames, as many as take the native class about a second, to a server process on the
same machine that only counts them. The clock runs from the first \`send\` until the page hears that the last frame has
been counted. *Longest stall* is the longest gap between two ticks of a timer of 4 ms in the page, from the end of the
sending task, which is the application's own. *Native buffer* is
the highest native \`bufferedAmount\` at any tick. *Heap* is what the JavaScript heap grew by at its highest; only
Chromium tells. Of binary data steadysocket takes a copy in the sending task, before the link has anything to do but the
first 256 KiB: \`docs/adr/0010-a-copy-is-the-price.md\` says why, and why the goal for binary bursts is 0.85 of native. The tutorial way sends ten frames a second whatever the link, so it is given five.`,
  columns: [
    { key: 'rate', title: 'MB/s', scale: 1e-6, ratio: true },
    { key: 'stall', title: 'longest stall, ms', ratio: true },
    { key: 'buffered', title: 'native buffer, MB', scale: 1e-6 },
    { key: 'heap', title: 'heap, MB', scale: 1e-6 },
  ],

  plan: (quick) => ({
    cases: quick ? cases.filter(({ type }) => type === 'text') : cases,
    rounds: quick ? 2 : 15,
    peerRounds: 2,
  }),

  async prepare({ candidate, case: burst, sink }, quick) {
    const wanted = quick ? 120 : 1000
    const most = maxBytes / burst.size
    // Short bursts tell too little of long ones, so it grows until one is nearly long enough.
    for (let frames = 8; ; ) {
      const { elapsed } = await send(candidate, burst, frames, sink)
      const growth = Math.min(8, wanted / elapsed)
      if (growth < 1.5 || frames === most) return { frames }
      frames = Math.min(most, Math.ceil(frames * growth))
    }
  },

  async measure({ candidate, case: burst, prepared, sink }) {
    const frames = candidate.framesPerSecond ? 5 : prepared.frames
    const { elapsed, seen } = await send(candidate, burst, frames, sink)
    return { rate: (frames * burst.size * 1000) / elapsed, ...seen }
  },

  goals(rows, engine) {
    const own = rows.filter((row) => row.engine === engine && row.candidate === 'steadysocket')
    const fast = own.map((row): Goal => {
      const ratio = median(ratios(row, nativeBeside(rows, row), 'rate'))
      // The copy of binary data is made in the sending task, while the link idles: docs/adr/0010.
      const least = row.case.endsWith('binary') ? 0.85 : 0.95
      return {
        goal: `throughput at least ${least} of native, ${row.case}`,
        engine,
        found: ratio.toFixed(3),
        met: ratio >= least,
      }
    })
    const lively = own.map((row): Goal => {
      const stall = median(figures(row, 'stall'))
      const native = median(figures(nativeBeside(rows, row), 'stall'))
      return {
        goal: `longest stall after the sending task at most a fifth of native's, or 50 ms, ${row.case}`,
        engine,
        found: `${stall.toFixed(0)} ms, native ${native.toFixed(0)} ms`,
        met: stall <= Math.max(50, native / 5),
      }
    })
    return [...fast, ...lively]
  },
})
