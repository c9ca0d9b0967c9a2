/** A path on which connecting takes long, and how attempts that time out make room for it. */
import { describe, expect, vi } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { type Scripted, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** A socket whose every native connect takes so long; without a number it never ends. */
function onSlowPath(milliseconds?: number, options: object = {}): Scripted {
  const onCreate = (native: FakeWebSocket): void => {
    if (milliseconds === undefined) return
    setTimeout(() => {
      if (native.readyState === native.CONNECTING) native.accept()
    }, milliseconds)
  }
  return scripted({ ...options, fake: { onCreate } })
}

/** Lets that many attempts end. Answers how long each took. */
async function endings({ socket }: Pick<Scripted, 'socket'>, count: number): Promise<number[]> {
  const limits: number[] = []
  while (limits.length < count) {
    while (socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
    const start = Date.now()
    while (socket.state.name === 'connecting') await vi.advanceTimersToNextTimerAsync()
    limits.push(Date.now() - start)
  }
  return limits
}

describe('every connect takes 12 s', () => {
  test.for([0, 0.25, 0.5, 0.75, 1 - 2 ** -53])(
    '[R6] it opens within a minute, by whatever chance: %d',
    async (chance) => {
      vi.mocked(Math.random).mockReturnValue(chance)
      const { socket, record } = onSlowPath(12_000)
      await pass(60_000)
      expect(record.states).toEqual(['connecting', 'waiting', 'connecting', 'open'])
      expect(socket.stats.attempts).toBe(2)
    },
  )

  test('[R6] and again after a loss', async () => {
    const { record, Fake } = onSlowPath(12_000)
    await pass(60_000)
    Fake.last.serverClose(1011)
    await pass(60_000)
    expect(record.states.slice(4)).toEqual(['waiting', 'connecting', 'waiting', 'connecting', 'open'])
  })

  test('[R6] the attempt after one that timed out begins within a second', async () => {
    vi.mocked(Math.random).mockReturnValue(1 - 2 ** -53)
    const { socket } = onSlowPath(12_000)
    await pass(5_999)
    expect(socket.state).toMatchObject({ name: 'connecting', attempt: 1 })
    await pass(12_000)
    expect(socket.state).toMatchObject({ name: 'open', attempt: 1 })
  })
})

describe('nothing answers', () => {
  test('[R6] every second attempt that times out has two and a half times as long', async () => {
    expect(await endings(onSlowPath(), 5)).toEqual([5_000, 12_500, 5_000, 12_500, 5_000])
    expect(await endings(onSlowPath(undefined, { connectTimeout: 200 }), 3)).toEqual([200, 500, 200])
  })

  test('[R6] a failure that the browser reports begins the row anew', async () => {
    const rig = onSlowPath()
    await endings(rig, 1)
    while (rig.socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
    rig.Fake.last.fail()
    expect(await endings(rig, 2)).toEqual([5_000, 12_500])
  })

  test('[R6] and so does one of the url function', async () => {
    let isUsable = true
    const rig = onSlowPath(undefined, { url: () => (isUsable ? 'ws://test/' : 'ftp://test/') })
    await endings(rig, 1)
    isUsable = false
    while (rig.socket.stats.attempts < 2) await vi.advanceTimersToNextTimerAsync()
    isUsable = true
    expect(await endings(rig, 2)).toEqual([5_000, 12_500])
  })

  test.for(['connect', 'reconnect'] as const)('[R6] %s() begins the row anew', async (again) => {
    const rig = onSlowPath()
    await endings(rig, 1)
    rig.socket[again]()
    await settle()
    expect(await endings(rig, 2)).toEqual([5_000, 12_500])
  })

  test('[R6] a wake signal begins the row anew', async () => {
    const rig = onSlowPath()
    await endings(rig, 1)
    window.dispatchEvent(new Event('online'))
    await settle()
    expect(await endings(rig, 2)).toEqual([5_000, 12_500])
  })
})

describe('failures that the browser reports late', () => {
  test('[R6] each later than the one before: the next attempt has twice the time of the last on top', async () => {
    const rig = onSlowPath()
    await settle()
    for (const milliseconds of [1_000, 1_500, 2_250]) {
      while (rig.socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
      await pass(milliseconds)
      rig.Fake.last.fail()
    }
    expect(await endings(rig, 3)).toEqual([9_500, 17_000, 9_500])
  })

  test('[R6] until a connection opens', async () => {
    const rig = onSlowPath()
    await settle()
    for (const milliseconds of [1_000, 1_500, 2_250]) {
      await pass(milliseconds)
      rig.Fake.last.fail()
      while (rig.socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
    }
    rig.Fake.last.accept()
    rig.Fake.last.fail()
    expect(await endings(rig, 1)).toEqual([5_000])
  })

  test('[R6] a gateway that answers 504 after 8 s, and then hangs, makes no attempt longer', async () => {
    let answers = true
    const onCreate = (native: FakeWebSocket): void => {
      if (answers) setTimeout(() => native.readyState === native.CONNECTING && native.fail(), 8_000)
    }
    const rig = scripted({ fake: { onCreate } })
    await settle()
    // The first is given up at 5 s; the second sees the gateway's answer.
    expect(await endings(rig, 6)).toEqual([5_000, 8_000, 5_000, 8_000, 5_000, 8_000])
    answers = false
    expect(await endings(rig, 4)).toEqual([5_000, 12_500, 5_000, 12_500])
  })

  test('[R6] counted from the native constructor on, whatever the url function took', async () => {
    let took = 0
    const rig = scripted({ url: () => new Promise((resolve) => setTimeout(resolve, took, 'ws://test/')) })
    for (took of [0, 1_000, 2_000]) {
      while (rig.socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
      await pass(took)
      await settle()
      rig.Fake.last.fail()
    }
    took = 0
    expect(await endings(rig, 1)).toEqual([5_000])
  })
})
