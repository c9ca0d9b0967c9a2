/** Many sockets of one page, on one scripted WebSocket class. */
import { onTestFinished } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket, type FakeWebSocketClass } from './fake-websocket.ts'

/** They connect in the next microtask, and are given up when the test ends. */
export function crowd(count: number): { Fake: FakeWebSocketClass; sockets: SteadySocket[] } {
  const Fake = createFakeWebSocket()
  const sockets = Array.from({ length: count }, () => new SteadySocket('ws://test/', { WebSocket: Fake }))
  onTestFinished(() => {
    for (const socket of sockets) socket.close()
    for (const native of Fake.instances) if (native.readyState !== native.CLOSED) native.serverClose()
  })
  return { Fake, sockets }
}
