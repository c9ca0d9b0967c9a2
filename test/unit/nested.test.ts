/** A class given for the native one, or installed as such, that reconnects by itself. */
import { expect } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { ReconnectingWebSocket } from '../../src/websocket/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { pass, settle, test } from './fixture.ts'

test('[L3] is let go of with its connection: no second one stays behind', async () => {
  const Fake = createFakeWebSocket()
  class Inner extends ReconnectingWebSocket {
    constructor(url: string, protocols?: string | string[]) {
      super(url, protocols, { WebSocket: Fake, reconnect: { delay: () => 500 } })
    }
  }
  const socket = new SteadySocket('ws://test/', { WebSocket: Inner, reconnect: { delay: () => 1_000 } })
  await settle()
  await settle()
  for (let count = 1; count <= 3; count++) {
    Fake.last.accept()
    await settle()
    expect(socket.state.name).toBe('open')
    Fake.last.serverClose(1001)
    await pass(1_010)
    expect(Fake.instances.filter(({ readyState }) => readyState < 2)).toHaveLength(1)
  }
  socket.close()
  await pass(20_000)
  expect(Fake.instances.filter(({ readyState }) => readyState < 2)).toHaveLength(0)
})
