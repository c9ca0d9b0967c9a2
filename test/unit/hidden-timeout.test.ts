/** `hiddenTimeout`: a page that nobody looks at for so long keeps no connection. */
import { describe, expect, vi } from 'vitest'
import { page } from '../support/page.ts'
import { at } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const hiddenTimeout = 60_000

describe('hidden for so long', () => {
  test('[W3] an open socket hangs up as `close()` does, and is back at once when the page is visible', async () => {
    const { Fake, socket, record } = await at('open', {
      hiddenTimeout,
      fake: { buffering: true },
      queue: { highWaterMark: 1 },
    })
    page.turnHidden()
    await pass(hiddenTimeout - 1)
    expect(['one', 'two'].map((word) => socket.send(word))).toEqual(['sent', 'queued'])
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.closeCalls).toEqual([])
    await pass(1)
    expect(Fake.last.sent).toEqual(['one', 'two'])
    expect(Fake.last.closeCalls).toEqual([{ code: 1000, reason: expect.any(String) }])
    Fake.last.drain()
    Fake.last.serverClose(1000)
    await settle()
    expect(record.of('close')).toMatchObject([{ phase: 'hidden', opened: true, willRetry: true }])
    expect(record.of('retry')).toEqual([])
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity, at: Infinity })
    expect(vi.getTimerCount()).toBe(0)
    expect(socket.send('three')).toBe('queued')
    await pass(3_600_000)
    expect(Fake.instances).toHaveLength(1)
    page.turnVisible()
    expect(socket.state).toEqual({ name: 'connecting', attempt: 0, reconnected: true })
    for (let count = 0; count < 3; count++) {
      page.turnVisible()
      page.online()
    }
    await settle()
    expect(Fake.instances).toHaveLength(2)
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['three'])
    expect(record.of('drop')).toEqual([])
  })

  test.for(['provider', 'connecting', 'handshake'] as const)(
    '[W3] an attempt at the stage %s is given up',
    async (stage) => {
      const { Fake, socket, record } = await at(stage, { hiddenTimeout: 1_000 })
      const begun = socket.stats.attempts
      page.turnHidden()
      await pass(1_000)
      expect(record.order).toEqual(['state connecting', 'state waiting', 'close'])
      expect(record.of('close')).toMatchObject([{ phase: 'hidden', opened: false, willRetry: true }])
      expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
      for (const native of Fake.instances) expect(native.closeCalls).toHaveLength(1)
      await pass(3_600_000)
      expect(socket.stats.attempts).toBe(begun)
      page.turnVisible()
      await settle()
      expect(socket.stats.attempts).toBe(begun + 1)
    },
  )

  test('[W3] retries are suspended, whatever else is heard', async () => {
    const { Fake, socket, record } = await at('waiting', {
      hiddenTimeout,
      reconnect: { baseDelay: 600_000, maxDelay: 600_000 },
    })
    page.turnHidden()
    await pass(hiddenTimeout)
    expect(socket.state).toMatchObject({ name: 'waiting', attempt: 1, delay: Infinity, at: Infinity })
    expect(vi.getTimerCount()).toBe(0)
    page.online()
    await pass(3_600_000)
    expect(Fake.instances).toHaveLength(1)
    expect(record.of('close')).toHaveLength(1)
    page.turnVisible()
    await settle()
    expect(Fake.instances).toHaveLength(2)
  })

  test('[W3] also where the page was hidden when the socket was made', async () => {
    page.turnHidden()
    const { socket, record } = await at('open', { hiddenTimeout })
    await pass(hiddenTimeout)
    expect(record.of('close')).toMatchObject([{ phase: 'hidden' }])
    page.turnVisible()
    expect(socket.state.name).toBe('connecting')
  })

  test('[W3] the back/forward cache in between: back once', async () => {
    const { Fake, socket, record } = await at('open', { hiddenTimeout })
    page.turnHidden()
    await pass(hiddenTimeout)
    page.enterCache()
    await pass(hiddenTimeout)
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    page.leaveCache()
    await settle()
    expect(Fake.instances).toHaveLength(2)
    expect(record.states).toEqual(['connecting', 'open', 'waiting', 'connecting'])
  })

  test('[W3] frozen and resumed while still hidden, as a background tab is now and again: not before it is visible', async () => {
    const { Fake, socket, record } = await at('open', { hiddenTimeout })
    page.turnHidden()
    await pass(hiddenTimeout)
    page.freeze()
    await pass(hiddenTimeout)
    page.resume()
    await pass(hiddenTimeout)
    expect(Fake.instances).toHaveLength(1)
    page.turnVisible()
    expect(socket.state.name).toBe('connecting')
    expect(record.states).toEqual(['connecting', 'open', 'waiting', 'connecting'])
  })

  test('[W3] back from the cache into the background, it has so long again, and no longer', async () => {
    const { Fake, socket, record } = await at('open', { hiddenTimeout })
    page.turnHidden()
    await pass(hiddenTimeout)
    page.leave()
    page.show()
    await settle()
    Fake.last.accept()
    await pass(hiddenTimeout - 1)
    expect(socket.state.name).toBe('open')
    await pass(1)
    expect(record.of('close').at(-1)).toMatchObject({ phase: 'hidden' })
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
  })

  test('[W3] `close()` is final there', async () => {
    const { Fake, socket, record } = await at('open', { hiddenTimeout })
    page.turnHidden()
    await pass(hiddenTimeout)
    socket.close()
    await settle()
    page.turnVisible()
    await pass(3_600_000)
    expect(Fake.instances).toHaveLength(1)
    expect(record.states).toEqual(['connecting', 'open', 'waiting', 'closing', 'closed'])
  })
})

describe('hidden for less', () => {
  test('[W3] nothing happens, and the time begins anew', async () => {
    const { record } = await at('open', { hiddenTimeout })
    for (let count = 0; count < 5; count++) {
      page.turnHidden()
      await pass(hiddenTimeout - 1)
      page.turnVisible()
      await pass(hiddenTimeout)
    }
    expect(record.states).toEqual(['connecting', 'open'])
    page.turnHidden()
    await pass(hiddenTimeout)
    expect(record.states).toEqual(['connecting', 'open', 'waiting'])
  })

  test('[W3] however often it has reconnected meanwhile', async () => {
    const { Fake, socket, record } = await at('open', { hiddenTimeout })
    page.turnHidden()
    for (let count = 0; count < 3; count++) {
      socket.reconnect()
      await settle()
      Fake.last.accept()
    }
    page.turnVisible()
    const { state } = socket
    await pass(hiddenTimeout)
    expect(socket.state).toBe(state)
    expect(record.of('close').map(({ phase }) => phase)).not.toContain('hidden')
  })

  test('[W3] no timer is left by `close()`', async () => {
    const { Fake, socket } = await at('open', { hiddenTimeout })
    const before = vi.getTimerCount()
    page.turnHidden()
    expect(vi.getTimerCount()).toBe(before + 1)
    socket.close()
    Fake.last.serverClose(1000)
    await settle()
    expect(vi.getTimerCount()).toBe(0)
  })
})

test.for([-1, Number.NaN, '60000', null])('[W3] a `hiddenTimeout` of %s is refused', async (value) => {
  await expect(at('idle', { hiddenTimeout: value as never })).rejects.toThrow(/`hiddenTimeout`/)
})
