/** Each socket hears the page by listeners of its own, which come back when something has stripped them. */
import { describe, expect } from 'vitest'
import { page, watchPageListeners } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const heartbeat = { interval: 30_000, timeout: 10_000, message: 'ping' }

test('[W4] two sockets have twice the listeners of one, and each takes its own away', async () => {
  const listeners = watchPageListeners()
  const one = await at('open')
  const own = listeners.present()
  expect(own).not.toEqual([])
  const two = await at('open')
  expect(listeners.present()).toEqual([...own, ...own].sort())
  one.socket.close()
  expect(listeners.present()).toEqual(own)
  two.socket.close()
  expect(listeners.present()).toEqual([])
})

describe('what `document.open()` has stripped', () => {
  /** What a socket does that hears of the page: it hangs up, and is back. */
  async function expectHearing({ Fake, socket }: Staged): Promise<void> {
    const built = Fake.instances.length
    page.enterCache()
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    await pass(60_000)
    expect(Fake.instances).toHaveLength(built)
    page.leaveCache()
    await settle()
    expect(Fake.instances).toHaveLength(built + 1)
  }

  test('[W4] is there again with the next attempt', async () => {
    const listeners = watchPageListeners()
    const rig = await at('open')
    const own = listeners.present()
    listeners.strip()
    expect(listeners.present()).toEqual([])
    rig.Fake.last.fail()
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    expect(listeners.present()).toEqual(own)
    await expectHearing(rig)
  })

  test('[W4] is there again with the next ping', async () => {
    const listeners = watchPageListeners()
    const rig = await at('open', { heartbeat })
    const own = listeners.present()
    listeners.strip()
    await pass(heartbeat.interval)
    expect(rig.Fake.last.sent).toEqual(['ping'])
    expect(listeners.present()).toEqual(own)
    rig.Fake.last.receive('pong')
    await expectHearing(rig)
  })

  test('[W4] and wakes again what waits', async () => {
    const listeners = watchPageListeners()
    const rig = await at('open')
    listeners.strip()
    rig.socket.reconnect()
    await settle()
    rig.Fake.last.fail()
    expect(rig.socket.state.name).toBe('waiting')
    page.online()
    await settle()
    expect(rig.Fake.instances).toHaveLength(3)
  })

  test('[L9] is not left behind after `close()`', async () => {
    const listeners = watchPageListeners()
    const rig = await at('open')
    for (let count = 0; count < 3; count++) {
      listeners.strip()
      rig.socket.reconnect()
      await settle()
      rig.Fake.last.accept()
    }
    expect(listeners.present()).not.toEqual([])
    rig.socket.close()
    rig.Fake.last.serverClose()
    await settle()
    expect(listeners.present()).toEqual([])
  })
})
