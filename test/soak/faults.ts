/** What goes wrong. Each fault begins, lasts for a while, and is over when its promise resolves. */
import { randomBytes } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import type { Mood, SoakServer } from './server.ts'
import type { Visitor } from './visitor.ts'

export interface Rig {
  readonly server: SoakServer
  readonly visitor: Visitor
  readonly chance: Chance
}

export interface Fault {
  readonly name: string
  /** Whether it drives the page, so that no other such fault may come at the same time. */
  readonly drives?: boolean
  run(rig: Rig): Promise<void>
}

const { from } = Buffer

/** Codes that a close frame may carry, and some that it may not. */
const codes = [
  1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 1015, 3000, 3003,
  3008, 4000, 4999,
]

const malformed: ReadonlyArray<() => Uint8Array> = [
  // A reserved bit, a reserved opcode, a mask, text that is no UTF-8, a continuation of nothing, a ping in pieces.
  () => from([0xc1, 0x01, 0x41]),
  () => from([0x8b, 0x01, 0x41]),
  () => from([0x81, 0x81, 1, 2, 3, 4, 0x40]),
  () => from([0x81, 0x02, 0xc3, 0x28]),
  () => from([0x80, 0x01, 0x41]),
  () => from([0x09, 0x00]),
  // A close frame with half a code.
  () => from([0x88, 0x01, 0x03]),
  // Longer than any frame may be, and longer than anybody takes.
  () => from([0x82, 0x7f, 0xff, 0, 0, 0, 0, 0, 0, 0]),
  () => from([0x82, 0x7f, 0x00, 0x10, 0, 0, 0, 0, 0, 0]),
  () => from([0xf0, ...randomBytes(200)]),
]

export const faults: readonly Fault[] = [
  { name: 'reset', run: async ({ server }) => server.proxy.reset() },
  {
    name: 'end of the link',
    run: async ({ server }) => server.proxy.fin(),
  },
  ...(['up', 'down', 'both'] as const).map((way) => ({
    name: way === 'both' ? 'stall' : `half-open (${way})`,
    run: async ({ server, chance }: Rig) => {
      server.proxy.stall({ up: way !== 'down', down: way !== 'up' })
      await lasting(chance, 100, 4_000)
      server.proxy.resume()
    },
  })),
  {
    name: 'stall, then reset',
    run: async ({ server, chance }) => {
      server.proxy.stall({ up: true, down: false })
      await lasting(chance, 50, 700)
      server.proxy.reset()
      server.proxy.resume()
    },
  },
  ...[401, 403, 503].map((status) =>
    moody(`upgrade refused (${status})`, (stream) =>
      stream.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      ),
    ),
  ),
  moody('upgrade answered by garbage', (stream) => stream.end(randomBytes(300))),
  moody('upgrade answered wrongly', (stream) =>
    stream.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
  ),
  moody('upgrade never answered', (stream) => {
    stream.resume().once('end', () => stream.end())
  }),
  {
    name: 'connections held',
    run: async ({ server, chance }) => {
      server.proxy.hold(true)
      server.proxy.reset()
      await lasting(chance, 50, 1_500)
      server.proxy.hold(false)
    },
  },
  {
    name: 'connections refused',
    run: async ({ server, chance }) => {
      await server.proxy.down()
      await lasting(chance, 50, 1_500)
      await server.proxy.up()
    },
  },
  {
    name: 'accepted, then closed',
    run: async ({ server, chance }) => {
      const code = chance.pick(codes)
      server.mood = (_, serve) => serve((_, stream) => hangUp(stream, code))
      server.proxy.reset()
      await lasting(chance, 50, 600)
      server.mood = undefined
    },
  },
  {
    name: 'closed',
    run: async ({ server, chance }) => {
      const code = chance.pick(codes)
      for (const { stream } of server.peers) hangUp(stream, code)
    },
  },
  {
    name: 'slow reader',
    run: async ({ server, chance }) => {
      server.read(false)
      await lasting(chance, 100, 1_500)
      server.read(true)
    },
  },
  {
    name: 'slow reader, then reset',
    run: async ({ server, visitor, chance }) => {
      server.read(false)
      await visitor.flood(chance.between(50, 200), 300_000)
      await lasting(chance, 20, 400)
      server.proxy.reset()
      server.read(true)
    },
    drives: true,
  },
  {
    // What the browser has then arrives on a connection that was given up.
    name: 'slow reader, then reconnect()',
    run: async ({ server, visitor, chance }) => {
      server.read(false)
      await visitor.flood(chance.between(50, 200), 300_000)
      await lasting(chance, 20, 400)
      await visitor.call('reconnect')
      await lasting(chance, 20, 400)
      server.read(true)
    },
    drives: true,
  },
  ...(['up', 'down'] as const).map((way) => ({
    name: `slow link (${way})`,
    run: async ({ server, chance }: Rig) => {
      server.proxy.rate(chance.between(20, 500) * 1_000, way)
      await lasting(chance, 200, 2_000)
      server.proxy.rate(undefined, way)
    },
  })),
  {
    name: 'latency',
    run: async ({ server, chance }) => {
      server.proxy.delay(chance.between(10, 300))
      await lasting(chance, 100, 1_500)
      server.proxy.delay(0)
    },
  },
  {
    name: 'malformed frame',
    run: async ({ server, chance }) => server.garble(chance.pick(malformed)()),
  },
  {
    name: 'frame that never ends',
    run: async ({ server, chance }) => {
      server.garble(from([0x82, 0x7e, 0xff, 0xff, 1, 2, 3]))
      await lasting(chance, 50, 500)
      server.proxy.reset()
    },
  },
  {
    name: 'server restarted',
    run: async ({ server, chance }) => {
      await server.stop()
      await lasting(chance, 20, 1_200)
      await server.start()
    },
  },
  {
    name: 'flood from the server',
    run: async ({ server, chance }) => server.flood(chance.between(200, 1_000)),
  },
  {
    name: 'flood from the page',
    drives: true,
    run: ({ visitor, chance }) => visitor.flood(chance.between(200, 1_500), 2_000),
  },
  {
    name: 'flood from the page, then reset',
    drives: true,
    run: async ({ server, visitor, chance }) => {
      await visitor.flood(chance.between(100, 600), 60_000)
      server.proxy.reset()
    },
  },
  ...(['reconnect', 'clear', 'closeAndConnect', 'lastWords'] as const).map((call) => ({
    name: {
      reconnect: 'reconnect()',
      clear: 'queue.clear()',
      closeAndConnect: 'close(), connect()',
      lastWords: 'close(), later connect()',
    }[call],
    drives: true,
    run: ({ visitor }: Rig) => visitor.call(call),
  })),
  {
    name: 'page left, and back',
    drives: true,
    run: async ({ visitor, chance }) => {
      await visitor.leave()
      await lasting(chance, 50, 1_000)
      await visitor.comeBack()
    },
  },
  {
    name: 'browser stopped',
    drives: true,
    run: async ({ visitor, chance }) => {
      await visitor.page.sleep()
      await lasting(chance, 200, 3_000)
      await visitor.page.awake()
    },
  },
]

/** Nothing is wrong any more. */
export async function mend({ server }: Rig): Promise<void> {
  server.mood = undefined
  server.proxy.resume()
  server.proxy.hold(false)
  server.proxy.delay(0)
  server.proxy.rate(undefined, 'up')
  server.proxy.rate(undefined, 'down')
  server.read(true)
  await server.proxy.up()
  await server.start()
}

function lasting(chance: Chance, least: number, most: number): Promise<void> {
  return sleep(chance.between(least, most))
}

/** Upgrades are answered so for a while, and everyone has to ask for one. */
function moody(name: string, answer: (stream: Duplex) => void): Fault {
  const mood: Mood = answer
  return {
    name,
    run: async ({ server, chance }) => {
      server.mood = mood
      server.proxy.reset()
      await lasting(chance, 50, 1_200)
      server.mood = undefined
    },
  }
}

/** As the wire allows: also with codes that no close frame should carry. */
function hangUp(stream: Duplex, code: number): void {
  if (!stream.writable) return
  if (code === 1006) {
    stream.destroy()
    return
  }
  stream.write(code === 1005 ? from([0x88, 0]) : from([0x88, 2, code >> 8, code & 0xff]))
  stream.end()
}
