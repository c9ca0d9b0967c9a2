/** What it costs to ask how much waits. */
import { withFake } from '../page/idle-websocket.ts'
import { connect, now, sleep } from '../page/probe.ts'
import { type Case, defineScenario, type Goal } from '../scenario.ts'
import { figures, median } from '../statistics.ts'

interface Waiting extends Case {
  messages: number
}

const message = 'x'.repeat(16)
const mostReads = 1_000_000

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
      let sum = 0
      let reads = 0
      const start = now()
      for (let batch = 1; reads < mostReads && now() - start < 200; batch *= 2) {
        for (let count = 0; count < batch; count++) sum = (sum + (client.bufferedAmount ?? 0)) | 0
        reads += batch
      }
      const cost = ((now() - start) * 1e6) / reads
      client.close()
      // Used, so that no compiler leaves the reading out.
      return { cost, sum }
    }),

  goals(rows, engine) {
    const [few, many] = rows.filter((row) => row.engine === engine && row.candidate === 'steadysocket')
    const ratio = median(figures(many, 'cost')) / median(figures(few, 'cost'))
    if (!(ratio > 0)) return []
    return [
      {
        goal: '`bufferedAmount` costs the same however many messages wait',
        engine,
        found: `${ratio.toFixed(1)} times`,
        met: ratio < 2,
      },
    ] satisfies Goal[]
  },
})
