/** What a page tells its other tabs: close infos and states, whatever the application threw, go through a channel. */
import { expect, onTestFinished } from 'vitest'
import { collect } from '../support/collect.ts'
import { unclonable } from '../support/unclonable.ts'
import { test } from './fixture.ts'

/** What comes out on the other side of a `BroadcastChannel`. */
function transmit(value: unknown): Promise<unknown> {
  const [here, there] = [new BroadcastChannel('clonable'), new BroadcastChannel('clonable')]
  onTestFinished(() => {
    here.close()
    there.close()
  })
  return new Promise((resolve) => {
    there.onmessage = ({ data }) => resolve(data)
    here.postMessage(value)
  })
}

test.for(unclonable)(
  '[L11] of %s that the `url` function threw, other tabs can be told',
  async ([, thrown], { connect }) => {
    const socket = connect(
      () => {
        throw thrown()
      },
      { reconnect: { maxAttempts: 0 } },
    )
    const close = await collect(socket, 'close').next()
    expect(close.error?.cause).toBeDefined()
    const told = { code: 1006, phase: 'provider', willRetry: false }
    expect(await transmit(close)).toMatchObject(told)
    expect(await transmit(socket.state)).toMatchObject({ name: 'closed', cause: 'exhausted', close: told })
  },
)
