/** A connection that is reset in the middle of a backlog. */
import { connect, natives } from '../page/probe.ts'
import { defineScenario, type Goal } from '../scenario.ts'
import { figures } from '../statistics.ts'

const frames = 640
const size = 62_500

/** Where a connection's data was when it ended. */
function account(socket: WebSocket): Promise<{ framesGone: number }> {
  let bytes = 0
  const send = socket.send.bind(socket)
  socket.send = (data) => {
    bytes += (data as string).length
    send(data)
  }
  return new Promise((resolve) => {
    // The one moment in which every engine's number is right.
    socket.addEventListener('close', () => {
      resolve({ framesGone: Math.floor((bytes - socket.bufferedAmount) / size) })
    })
  })
}

export const reset = defineScenario({
  name: 'reset',
  title: 'A reset in the middle of a backlog',
  explanation: `${frames} numbered frames, 40 MB together, are sent at once; after a random number of them has arrived the connection
is reset. The library reconnects without delay, and once what it had left is through, the server's record is read. *Gone* is how
many frames had left the browser (were no longer counted in \`bufferedAmount\`) and not arrived when the connection
ended: without acknowledgement nobody can know about these.`,
  columns: [
    { key: 'delivered', title: 'delivered' },
    { key: 'lost', title: 'lost' },
    { key: 'gone', title: 'gone' },
    { key: 'excess', title: 'lost beyond those gone' },
    { key: 'duplicated', title: 'delivered twice' },
    { key: 'disordered', title: 'out of order' },
  ],
  without: ['tutorial', 'WebSocketStream'],

  plan: (quick) =>
    quick
      ? { cases: [{ name: '40 MB' }], rounds: 2 }
      : { cases: [{ name: '40 MB' }], rounds: 100, peerRounds: 10 },

  async measure({ candidate, openServer, resetAfter }) {
    const server = await openServer()
    const { client, opens, next } = connect(candidate, server.url('/chat'))
    await opens(1)
    const [socket] = natives
    if (!socket) throw new Error('No native socket to look at')
    const ended = account(socket)
    const wasReset = resetAfter(server, 1 + Math.floor(Math.random() * (frames - 1)))
    const padding = '.'.repeat(size)
    for (let number = 0; number < frames; number++) client.send(`${number} ${padding}`.slice(0, size))
    const [{ framesGone }] = await Promise.all([ended, wasReset])
    if (candidate.reconnects ?? true) {
      await opens(2)
      client.send('end')
      while ((await next()) !== 'end');
    }
    const { connections } = await server.record()
    client.close()
    const numbers = connections.map(({ messages }) => messages.flatMap(({ sequence }) => sequence ?? []))
    const all = numbers.flat()
    const delivered = new Set(all).size
    const gone = framesGone - (numbers[0]?.length ?? 0)
    const lost = frames - delivered
    return {
      delivered,
      lost,
      gone,
      excess: Math.max(0, lost - gone),
      duplicated: all.length - delivered,
      disordered: all.filter((number, index) => number < (all[index - 1] ?? -1)).length,
    }
  },

  goals(rows, engine) {
    const own = rows.filter((row) => row.engine === engine && row.candidate === 'steadysocket')
    return own.flatMap((row): Goal[] => {
      const trials = figures(row, 'delivered').length
      const worst = (key: string): number => Math.max(...figures(row, key))
      const promise = (goal: string, key: string): Goal => ({
        goal: `reset: ${goal}`,
        engine,
        found: `at most ${worst(key)} in ${trials} trials`,
        met: worst(key) === 0 && trials === row.rounds.length,
      })
      return [
        promise('nothing delivered twice', 'duplicated'),
        promise('nothing out of order', 'disordered'),
        promise('nothing lost but what had left the browser', 'excess'),
      ]
    })
  },
})
