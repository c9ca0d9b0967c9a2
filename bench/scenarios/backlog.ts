/** Very many messages that wait for a connection. */
import { collectedHeap, connect, now, Observer } from '../page/probe.ts'
import { type Case, defineScenario, type Goal } from '../scenario.ts'
import { figures, median, nativeBeside, ratios } from '../statistics.ts'

interface Backlog extends Case {
  messages: number
}

/** All different, and flat: a string that was added up is put together only when somebody reads it. */
const messageOf = (number: number): string => [String(number).padStart(10, '0'), 'x'.repeat(90)].join('')

const backlogOf = (messages: number): Backlog => ({
  name: `${messages.toLocaleString('en').replaceAll(',', '\u202f')} messages`,
  messages,
})

export const backlog = defineScenario<Backlog>({
  name: 'backlog',
  title: 'A backlog from offline',
  explanation: `So many messages of 100 bytes, all different, are sent in one task before the socket is open; then it opens.
*Queueing* is that task; *held* what a waiting message takes in the JavaScript heap beyond its text, which the page made before
(only Chromium tells, after its garbage was collected); *drained* the time from the end of it until the page hears that the last message has been counted; *longest
stall* is looked for in that time only. What cannot queue while offline (native, WebSocketStream) sends all once it is open, and its
longest stall is that.`,
  columns: [
    { key: 'queueing', title: 'queueing, s' },
    { key: 'drained', title: 'drained, s', ratio: true },
    { key: 'stall', title: 'longest stall, ms', ratio: true },
    { key: 'held', title: 'held, bytes' },
    { key: 'heap', title: 'heap, MB', scale: 1e-6 },
  ],
  without: ['tutorial'],
  limit: 180_000,

  plan: (quick) =>
    quick
      ? { cases: [backlogOf(3000), backlogOf(30_000)], rounds: 1 }
      : { cases: [backlogOf(100_000), backlogOf(1_000_000)], rounds: 3, peerRounds: 1 },

  async measure({ candidate, case: { messages }, sink }) {
    const texts = Array.from({ length: messages }, (_, number) => messageOf(number))
    const before = collectedHeap()
    const { client, opens, next } = connect(candidate, `${sink}/?frames=${messages}`)
    const queues = candidate.reconnects ?? true
    if (!queues) await opens(1)
    const observer = new Observer()
    const start = now()
    for (const text of texts) client.send(text)
    const queueing = (now() - start) / 1000
    const after = queues ? collectedHeap() : null
    const end = now()
    if (queues) observer.forget()
    await next()
    const drained = (now() - (queues ? end : start)) / 1000
    const { stall, heap } = observer.stop()
    client.close()
    const held = before !== null && after !== null ? (after - before) / messages : null
    return { queueing, drained, stall, held, heap }
  },

  goals(rows, engine) {
    const [small, large] = rows.filter((row) => row.engine === engine && row.candidate === 'steadysocket')
    if (!small || !large) return []
    const stall = median(figures(large, 'stall'))
    const native = nativeBeside(rows, large)
    // Where the machine is slow, a twentieth of what the native burst takes.
    const most = Math.max(50, median(figures(native, 'stall')) / 20)
    const pace = median(ratios(large, native, 'drained'))
    const held = figures(large, 'held')
    const growth = median(figures(large, 'drained')) / median(figures(small, 'drained'))
    return [
      {
        goal: `${large.case}: no stall over 50 ms, or a twentieth of the native burst's`,
        engine,
        found: `${stall.toFixed(0)} ms`,
        met: stall <= most,
      },
      {
        goal: `${large.case}: ten times as many take ten times as long`,
        engine,
        found: `${growth.toFixed(1)} times`,
        met: growth <= 12,
      },
      {
        goal: `${large.case}: drain no slower than a native burst`,
        engine,
        found: `${pace.toFixed(2)} of its time`,
        met: pace <= 1,
      },
      ...(held.length > 0
        ? [
            {
              goal: `${large.case}: at most 64 bytes each beyond the text`,
              engine,
              found: `${median(held).toFixed(0)} bytes`,
              met: median(held) <= 64,
            },
          ]
        : []),
    ] satisfies Goal[]
  },
})
