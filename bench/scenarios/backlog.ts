/** Very many messages that wait for a connection. */
import { connect, now, Observer } from '../page/probe.ts'
import { type Case, defineScenario, type Goal } from '../scenario.ts'
import { figures, median } from '../statistics.ts'

interface Backlog extends Case {
  messages: number
}

const message = 'x'.repeat(100)

const backlogOf = (messages: number): Backlog => ({
  name: `${messages.toLocaleString('en').replaceAll(',', '\u202f')} messages`,
  messages,
})

export const backlog = defineScenario<Backlog>({
  name: 'backlog',
  title: 'A backlog from offline',
  explanation: `So many messages of 100 bytes are sent in one task before the socket is open; then it opens. *Queueing* is
that task; *drained* the time from the end of it until the page hears that the last message has been counted; *longest
stall* is looked for in that time only. What cannot queue while offline (native, WebSocketStream) sends all once it is open, and its
longest stall is that.`,
  columns: [
    { key: 'queueing', title: 'queueing, s' },
    { key: 'drained', title: 'drained, s', ratio: true },
    { key: 'stall', title: 'longest stall, ms', ratio: true },
    { key: 'heap', title: 'heap, MB', scale: 1e-6 },
  ],
  without: ['tutorial'],
  limit: 180_000,

  plan: (quick) =>
    quick
      ? { cases: [backlogOf(3000), backlogOf(30_000)], rounds: 1 }
      : { cases: [backlogOf(100_000), backlogOf(1_000_000)], rounds: 3, peerRounds: 1 },

  async measure({ candidate, case: { messages }, sink }) {
    const { client, opens, next } = connect(candidate, `${sink}/?frames=${messages}`)
    const queues = candidate.reconnects ?? true
    if (!queues) await opens(1)
    const observer = new Observer()
    const start = now()
    for (let count = 0; count < messages; count++) client.send(message)
    const queueing = (now() - start) / 1000
    if (queues) observer.forget()
    await next()
    const drained = (now() - start) / 1000 - (queues ? queueing : 0)
    const { stall, heap } = observer.stop()
    client.close()
    return { queueing, drained, stall, heap }
  },

  goals(rows, engine) {
    const [small, large] = rows.filter((row) => row.engine === engine && row.candidate === 'steadysocket')
    if (!small || !large) return []
    const stall = median(figures(large, 'stall'))
    const growth = median(figures(large, 'drained')) / median(figures(small, 'drained'))
    return [
      {
        goal: `${large.case}: no stall over 50 ms`,
        engine,
        found: `${stall.toFixed(0)} ms`,
        met: stall <= 50,
      },
      {
        goal: `${large.case}: ten times as many take ten times as long`,
        engine,
        found: `${growth.toFixed(1)} times`,
        met: growth <= 12,
      },
    ] satisfies Goal[]
  },
})
