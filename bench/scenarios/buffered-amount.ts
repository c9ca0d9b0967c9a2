/** What it costs to ask how much waits. */
import type { Client } from '../candidates/candidate.ts'
import { withFake } from '../page/idle-websocket.ts'
import { connect, now, sleep } from '../page/probe.ts'
import { type Case, defineScenario, type Goal } from '../scenario.ts'
import { figures, median } from '../statistics.ts'

interface Waiting extends Case {
  messages: number
}

const message = 'x'.repeat(16)
const mostReads = 1_000_000

/** What was read goes here, so that no compiler leaves the reading out. */
let sum = 0

/** Ns of one reading. */
function readings(client: Client, milliseconds: number): number {
  let reads = 0
  const start = now()
  for (let batch = 1; reads < mostReads && now() - start < milliseconds; batch *= 2) {
    for (let count = 0; count < batch; count++) sum = (sum + (client.bufferedAmount ?? 0)) | 0
    reads += batch
  }
  return ((now() - start) * 1e6) / reads
}

export const bufferedAmount = defineScenario<Waiting>({
  name: 'buffered-amount',
  title: 'Reading `bufferedAmount`',
  explanation: `With so many messages waiting for a connection that does not come, \`bufferedAmount\` is read a million times,
or until 200 ms are over. websocket-ts does not count what it has queued.`,
  columns: [{ key: 'cost', title: 'ns a reading' }],
  without: ['native', 'WebSocketStream', 'tutorial'],

  plan: (quick) => ({
    cases: [
      { name: '10 messages wait', messages: 10 },
      quick
        ? { name: '100 000 messages wait', messages: 100_000 }
        : { name: 'a million messages wait', messages: 1_000_000 },
    ],
    rounds: quick ? 1 : 5,
  }),

  measure: ({ candidate, case: { messages } }) =>
    withFake(false, async () => {
      const { client } = connect(candidate, 'ws://nowhere.invalid/')
      await sleep(1)
      for (let count = 0; count < messages; count++) client.send(message)
      // Compiled, and the queue's garbage collected, before the clock runs.
      readings(client, 50)
      await sleep(100)
      const cost = readings(client, 200)
      client.close()
      return { cost }
    }),

  goals(rows, engine) {
    const [few, many] = rows.filter((row) => row.engine === engine && row.candidate === 'steadysocket')
    const ratio = median(figures(many, 'cost')) / median(figures(few, 'cost'))
    if (!(ratio > 0)) return []
    return [
      {
        goal: '`bufferedAmount` costs the same however many messages wait',
        engine,
        // Some ns more or less are the processor's caches; counting would make it many thousand times.
        found: `${ratio.toFixed(1)} times, ${median(figures(many, 'cost')).toFixed(0)} ns`,
        met: ratio < 10,
      },
    ] satisfies Goal[]
  },
})
