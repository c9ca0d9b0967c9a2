/** Very many small messages that come in. */
import { now, Observer } from '../page/probe.ts'
import { type Case, defineScenario, type Goal } from '../scenario.ts'
import { median, nativeBeside, ratios } from '../statistics.ts'

interface Receive extends Case {
  messages: number
}

export const receive = defineScenario<Receive>({
  name: 'receive',
  title: 'Receiving',
  explanation: `The server sends JSON messages of some 60 bytes as fast as the page takes them. The native class and the
others call \`JSON.parse\` in their listener, steadysocket's codec does it. The clock runs from the request until the last
message has been handled.`,
  columns: [
    { key: 'rate', title: 'thousand a second', scale: 1e-3, ratio: true },
    { key: 'stall', title: 'longest stall, ms', ratio: true },
  ],

  plan: (quick) =>
    quick
      ? { cases: [{ name: '20 000 messages', messages: 20_000 }], rounds: 1 }
      : { cases: [{ name: '200 000 messages', messages: 200_000 }], rounds: 9, peerRounds: 3 },

  async measure({ candidate, case: { messages }, sink }) {
    let left = messages
    let done = (): void => {}
    const all = new Promise<void>((resolve) => {
      done = resolve
    })
    let client: ReturnType<typeof candidate.connect> | undefined
    await new Promise<void>((open) => {
      const message = (value: unknown): void => {
        if ((value as { type: string }).type === 'move') left -= 1
        if (left === 0) done()
      }
      client = candidate.connect(`${sink}/?messages=${messages}`, { open, message }, { json: true })
    })
    const observer = new Observer()
    const start = now()
    client?.send('go')
    await all
    const elapsed = now() - start
    const { stall } = observer.stop()
    client?.close()
    return { rate: (messages * 1000) / elapsed, stall }
  },

  goals(rows, engine) {
    const own = rows.filter((row) => row.engine === engine && row.candidate === 'steadysocket')
    return own.map((row): Goal => {
      const ratio = median(ratios(row, nativeBeside(rows, row), 'rate'))
      return {
        goal: 'receiving: at least 0.95 of native',
        engine,
        found: ratio.toFixed(3),
        met: ratio >= 0.95,
      }
    })
  },
})
