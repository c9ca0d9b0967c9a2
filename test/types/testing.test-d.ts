/** The types of steadysocket/testing. */
import { expectTypeOf, test } from 'vitest'
import { SteadySocket, type WebSocketClass } from '../../src/index.ts'
import { type Connection, createServer, type Ending, type Message } from '../../src/testing/index.ts'

test('[T1] its class fits the option, and is one like the native', () => {
  const server = createServer()
  new SteadySocket('ws://test/', { WebSocket: server.WebSocket })
  expectTypeOf(server.WebSocket).toEqualTypeOf<typeof WebSocket>()
  expectTypeOf(server.WebSocket).toExtend<WebSocketClass>()
  expectTypeOf(new server.WebSocket('ws://test/')).toEqualTypeOf<WebSocket>()
})

test('[T1] options may be left out, and be undefined', () => {
  createServer((connection) => expectTypeOf(connection).toEqualTypeOf<Connection>())
  createServer({ latency: undefined, rate: undefined, engine: undefined, upgrade: undefined })
  createServer({ upgrade: ({ protocols }) => protocols.includes('v1') }, (connection) => connection.drop())
  createServer({ upgrade: async () => 'v1' })
  // @ts-expect-error no such engine
  createServer({ engine: 'gecko' })
  // @ts-expect-error no such option
  createServer({ delay: 5 })
})

test('[T1] a connection says what comes', () => {
  const listen = (connection: Connection): void => {
    connection.on('message', (message) => expectTypeOf(message).toEqualTypeOf<Message>())
    connection.on('close', (ending) => expectTypeOf(ending).toEqualTypeOf<Ending>())
    expectTypeOf(connection.received).toEqualTypeOf<Message[]>()
    expectTypeOf(connection.nextMessage).returns.resolves.toEqualTypeOf<string | ArrayBuffer>()
    // @ts-expect-error it is told, not set
    connection.ending = undefined
  }
  expectTypeOf(listen).toBeFunction()
})
