/** The drop-in is a `WebSocket` to the compiler, and its class the class. */
import { expectTypeOf, test } from 'vitest'
import type { SteadySocket, SteadySocketOptions } from '../../src/index.ts'
import { ReconnectingWebSocket, type ReconnectingWebSocketOptions } from '../../src/websocket/index.ts'
import type { AnyKeys } from '../support/any-keys.ts'

test('[X1] the class takes the place of the native one', () => {
  expectTypeOf<typeof ReconnectingWebSocket>().toExtend<typeof WebSocket>()
  expectTypeOf<ReconnectingWebSocket>().toExtend<WebSocket>()
  expectTypeOf<WebSocket['readyState']>().toEqualTypeOf<ReconnectingWebSocket['readyState']>()
})

test('[X1] the options are those of SteadySocket, but codec and protocols', () => {
  expectTypeOf<keyof ReconnectingWebSocketOptions>().toEqualTypeOf<
    Exclude<keyof SteadySocketOptions, 'codec' | 'protocols'>
  >()
  expectTypeOf<AnyKeys<ReconnectingWebSocketOptions>>().toEqualTypeOf<never>()
})

test('[X1] url and protocols may be functions', () => {
  const connect = () =>
    new ReconnectingWebSocket(
      async ({ lastClose }) => `wss://example.com/?${lastClose?.code}`,
      ({ attempt }) => [`attempt.${attempt}`],
    )
  expectTypeOf(connect).returns.toEqualTypeOf<ReconnectingWebSocket>()
})

test('[X1] what is underneath speaks text', () => {
  expectTypeOf<ReconnectingWebSocket['steady']>().toEqualTypeOf<SteadySocket>()
})
