/** A link that takes far less than it is given. */
import { bufferedNatively, connect, natives, now, sleep } from '../page/probe.ts'
import { type Case, defineScenario, type Goal } from '../scenario.ts'
import { figures, median } from '../statistics.ts'

interface SlowReader extends Case {
  bytesPerSecond: number
  /** Bytes to send. */
  backlog: number
  /** Ms after which the link is expected to be known, and for how long it is then watched. */
  settling: number
  watching: number
}

const frame = 'x'.repeat(8192)

export const slowReader = defineScenario<SlowReader>({
  name: 'slow-reader',
  title: 'A slow reader',
  explanation: `A backlog of 24 MB in frames of 8 KiB meets a link that takes 1 MB/s, once the system's socket buffers have
swallowed the first few MB. *Native buffer* is how many seconds of the link's time the highest native \`bufferedAmount\`
stands for, at the start and once settled (from 8 s to 11 s). Then something urgent is sent: what waits in the library's own
queue is taken back, where the library can, and one last message is sent. It has left when the native buffer is empty,
and arrived when the server's answer to it has come. *Longest pause* is how long not a byte left the browser: Linux wakes
a sender only when a third of its socket buffer is free, so this link takes in lumps, and nobody's message leaves in between.`,
  columns: [
    { key: 'first', title: 'native buffer at first, s' },
    { key: 'settled', title: 'native buffer once settled, s', ratio: true },
    { key: 'pause', title: 'longest pause, s' },
    { key: 'left', title: 'urgent left after, s', ratio: true },
    { key: 'arrived', title: 'arrived after, s', ratio: true },
  ],
  without: ['tutorial'],
  limit: 90_000,

  plan: (quick) =>
    quick
      ? {
          cases: [{ name: '8 MB/s', bytesPerSecond: 8e6, backlog: 24e6, settling: 1500, watching: 500 }],
          rounds: 1,
        }
      : {
          cases: [{ name: '1 MB/s', bytesPerSecond: 1e6, backlog: 24e6, settling: 8000, watching: 3000 }],
          rounds: 3,
          peerRounds: 1,
        },

  async measure({ candidate, case: link, openServer }) {
    const server = await openServer()
    await server.rate(link.bytesPerSecond)
    const { client, opens, next } = connect(candidate, server.url('/chat'))
    await opens(1)
    const seen = { first: 0, settled: 0, pause: 0 }
    const start = now()
    let before = 0
    let fellAt = start
    for (let bytes = 0; bytes < link.backlog; bytes += frame.length) client.send(frame)
    for (let elapsed = 0; elapsed < link.settling + link.watching; elapsed = now() - start) {
      const phase = elapsed < link.settling ? 'first' : 'settled'
      const buffered = bufferedNatively()
      seen[phase] = Math.max(seen[phase], buffered / link.bytesPerSecond)
      if (buffered < before || buffered === 0) fellAt = now()
      if (phase === 'settled') seen.pause = Math.max(seen.pause, (now() - fellAt) / 1000)
      before = buffered
      await sleep(10)
    }
    client.clear?.()
    client.send('urgent')
    const sent = now()
    const heard = (async () => {
      while ((await next()) !== 'urgent');
      return (now() - sent) / 1000
    })()
    while (bufferedNatively() > 0) await sleep(5)
    const left = (now() - sent) / 1000
    const arrived = await heard
    client.close()
    return natives.length > 0 ? { ...seen, left, arrived } : { arrived }
  },

  goals(rows, engine) {
    const here = rows.filter((row) => row.engine === engine)
    const own = here.filter(({ candidate }) => candidate === 'steadysocket')
    return own.flatMap((row): Goal[] => {
      const most = Math.max(...figures(row, 'settled'))
      const left = median(figures(row, 'left'))
      const pause = Math.max(
        ...here.filter((each) => each.case === row.case).flatMap((each) => figures(each, 'pause')),
      )
      return [
        {
          goal: `reader at ${row.case}: never more than half a second of data in the native buffer, once settled`,
          engine,
          found: `${most.toFixed(2)} s`,
          met: most <= 0.5,
        },
        {
          goal: `reader at ${row.case}: something urgent leaves within half a second, the link's own pauses aside`,
          engine,
          found: `${left.toFixed(2)} s, the link pauses for up to ${pause.toFixed(2)} s`,
          met: left <= 0.5 + pause,
        },
      ]
    })
  },
})
