/** What one `send` costs while nothing waits. */
import type { Candidate } from '../candidates/candidate.ts'
import { withFake } from '../page/idle-websocket.ts'
import { bufferedNatively, connect, now, sleep } from '../page/probe.ts'
import { type Case, defineScenario } from '../scenario.ts'
import { median } from '../statistics.ts'

interface SendCost extends Case {
  fake: boolean
  batches: number
  calls: number
}

const message = 'x'.repeat(16)

/** Ns of one call: the median of batches, before each of which everything has left. */
async function cost(candidate: Candidate, url: string, { batches, calls }: SendCost): Promise<number> {
  const { client, opens } = connect(candidate, url)
  await opens(1)
  const found: number[] = []
  for (let batch = 0; batch < batches; batch++) {
    const start = now()
    for (let count = 0; count < calls; count++) client.send(message)
    found.push(((now() - start) * 1e6) / calls)
    do await sleep(1)
    while (bufferedNatively() > 0)
  }
  client.close()
  return median(found)
}

export const sendCost = defineScenario<SendCost>({
  name: 'send-cost',
  title: 'The cost of `send`',
  explanation: `Messages of 16 bytes on an open socket with nothing waiting. With a fake class that only counts, it is the
library's own cost that is seen; with the real one, what an application pays.`,
  columns: [{ key: 'cost', title: 'ns a call', ratio: true }],
  without: ['tutorial', 'WebSocketStream'],

  plan: (quick) => ({
    cases: [
      { name: 'fake class', fake: true, batches: quick ? 5 : 20, calls: 50_000 },
      { name: 'real class', fake: false, batches: quick ? 10 : 100, calls: 200 },
    ],
    rounds: quick ? 1 : 7,
  }),

  async measure({ candidate, case: way, sink }) {
    const measured = (): Promise<number> => cost(candidate, `${sink}/`, way)
    return { cost: await (way.fake ? withFake(true, measured) : measured()) }
  },
})
