/** Native classes whose `close()` calls back before it returns, and what the application then does. */
import { expect } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { scripted } from '../support/scripted.ts'
import { pass, test } from './fixture.ts'

test.for([
  ['reconnect', 'connecting', ['close', 'retry']],
  ['close', 'closed', ['close', 'retry', 'close']],
] as const)(
  '[L3] one that is given up calls back, and the application calls %s(): one step follows the other',
  async ([method, state, told]) => {
    let isFirst = true
    const onCreate = (native: FakeWebSocket): void => {
      const close = native.close.bind(native)
      native.close = (code, reason) => {
        close(code, reason)
        if (isFirst) socket[method]()
        isFirst = false
      }
    }
    const { socket, Fake, record } = scripted({ fake: { onCreate }, connectTimeout: 1_000 })
    await pass(1_000)
    expect(socket.state.name).toBe(state)
    expect(record.order.filter((event) => event === 'close' || event === 'retry')).toEqual(told)
    expect(Fake.instances.filter((native) => native.listenerCount('message') > 0)).toHaveLength(
      state === 'closed' ? 0 : 1,
    )
  },
)
