/** A server of steadysocket/testing that does at each path what the test server does there. */
import { type Connection, createServer, type Engine, type Server } from '../../src/testing/index.ts'
import type { Counterpart } from './situations.ts'

export interface FakeCounterpart extends Counterpart {
  readonly WebSocket: Server['WebSocket']
}

const behaviours: Record<string, (connection: Connection, query: URLSearchParams) => void> = {
  '/echo': (connection) => connection.on('message', (message) => connection.send(message)),
  '/deaf': (connection) => connection.stall(),
  '/silent': (connection) => connection.stall(),
  '/mixed': (connection, query) => {
    for (let number = 1; number <= Number(query.get('count')); number++) {
      const text = String(number)
      connection.send(number % 2 === 0 ? new TextEncoder().encode(text) : text)
    }
  },
}

export function fakeCounterpart(engine: Engine): FakeCounterpart {
  const all: Connection[] = []
  let upgrades = 0
  let isHolding = false
  const server = createServer(
    {
      engine,
      upgrade: ({ url }) => {
        upgrades += 1
        const { pathname, searchParams } = new URL(url)
        if (isHolding || pathname === '/hang') return new Promise(() => {})
        if (pathname === '/protocols') return searchParams.get('pick') ?? ''
        return pathname !== '/reject'
      },
    },
    (connection) => {
      const { pathname, searchParams } = new URL(connection.url)
      all.push(connection)
      behaviours[pathname]?.(connection, searchParams)
    },
  )
  const each = async (act: (connection: Connection) => void): Promise<void> => {
    for (const connection of server.connections) act(connection)
  }
  const messages = () => all.flatMap(({ received }) => received)
  return {
    WebSocket: server.WebSocket,
    url: (path) => `ws://127.0.0.1:9${path}`,
    broadcast: (message) =>
      each((connection) => connection.send(typeof message === 'string' ? message : Uint8Array.from(message))),
    closeAll: (code, reason) => each((connection) => connection.close(code, reason)),
    terminateAll: () => each((connection) => connection.drop()),
    reset: () => each((connection) => connection.drop()),
    stall: () => each((connection) => connection.halfOpen()),
    hold: async (on) => {
      isHolding = on
    },
    down: async () => server.down(),
    rate: async (bytesPerSecond = Infinity) => {
      server.rate = bytesPerSecond
    },
    until: async (progress) => {
      const isReached = () =>
        upgrades >= (progress.upgrades ?? 0) && messages().length >= (progress.messages ?? 0)
      while (!isReached()) await new Promise((resume) => setTimeout(resume, 1))
    },
    heard: async () =>
      messages().map((each) => (typeof each === 'string' && each.length <= 256 ? each : sizeOf(each))),
  }
}

function sizeOf(message: string | ArrayBuffer): number {
  return typeof message === 'string' ? message.length : message.byteLength
}
