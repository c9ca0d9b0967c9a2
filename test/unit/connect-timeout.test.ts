/** How long an attempt may take, what becomes of one that takes longer, and how patience grows. */
import { describe, expect, vi } from 'vitest'
import { at, type Script, type Scripted, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const later = <T>(milliseconds: number, value?: T) =>
  new Promise<T>((resolve) => setTimeout(resolve, milliseconds, value))

/** Lets that many attempts time out. Answers how long each took. */
async function timeOut({ socket }: Pick<Scripted, 'socket'>, count: number): Promise<number[]> {
  const limits: number[] = []
  for (let attempt = 0; attempt < count; attempt++) {
    while (socket.state.name === 'waiting') await vi.advanceTimersToNextTimerAsync()
    const start = Date.now()
    while (socket.state.name === 'connecting') await vi.advanceTimersToNextTimerAsync()
    limits.push(Date.now() - start)
  }
  return limits
}

describe('what it covers', () => {
  test.for(['provider', 'connecting', 'handshake'] as const)('[R6] %s, each alone', async (stage) => {
    const { record } = await at(stage)
    await pass(4_999)
    expect(record.states).toEqual(['connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'waiting'])
    expect(record.of('close')).toMatchObject([
      { code: 1006, opened: false, phase: stage, willRetry: true, error: { code: 'CONNECT_TIMEOUT' } },
    ])
    expect(record.of('error')).toMatchObject([{ code: 'CONNECT_TIMEOUT' }])
  })

  test('[R6] each step forward begins it anew: the provider, the upgrade, each message of the handshake', async () => {
    const { record, Fake } = scripted({
      url: () => later(4_900, 'ws://test/'),
      handshake: async ({ receive }) => {
        await receive()
        await receive()
        await later(6_000)
      },
    })
    await pass(4_900)
    await pass(4_900)
    Fake.last.accept()
    for (const message of ['one', 'two']) {
      await pass(4_900)
      Fake.last.receive(message)
    }
    await pass(4_999)
    expect(record.states).toEqual(['connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'waiting'])
    expect(record.of('close')).toMatchObject([{ phase: 'handshake' }])
  })

  test('[R6] not what comes after: an open connection has no limit', async () => {
    for (const script of [{}, { handshake: () => later(4_000) }]) {
      const { record, Fake } = scripted(script)
      await pass(500)
      Fake.last.accept()
      await pass(3_600_000)
      expect(record.states).toEqual(['connecting', 'open'])
    }
  })

  test('[R6] the limit of one attempt is none for the next', async () => {
    const { socket, record } = await at('connecting')
    await pass(4_000)
    socket.reconnect()
    await pass(4_999)
    expect(record.states).toEqual(['connecting', 'connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'connecting', 'waiting'])
  })

  test.for([2 ** 31, 1e12])('[R6] one that no timer can wait is none: %d', async (connectTimeout) => {
    const { record } = await at('connecting', { connectTimeout })
    await pass(1_000)
    expect(record.states).toEqual(['connecting'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[R6] the limit can be set, and Infinity is none', async () => {
    const short = await at('connecting', { connectTimeout: 250 })
    await pass(249)
    expect(short.record.states).toEqual(['connecting'])
    await pass(1)
    expect(short.record.states).toEqual(['connecting', 'waiting'])
    short.socket.close()
    const endless = await at('connecting', { connectTimeout: Number.POSITIVE_INFINITY })
    expect(vi.getTimerCount()).toBe(0)
    await pass(86_400_000)
    expect(endless.record.states).toEqual(['connecting'])
  })
})

describe('what becomes of the attempt', () => {
  test.for(['connecting', 'handshake'] as const)(
    '[R6] given up at once, without waiting for the browser, and its native socket closed: %s',
    async (stage) => {
      const { record, Fake } = await at(stage)
      await pass(5_000)
      expect(record.order.slice(-4)).toEqual(['state waiting', 'error', 'close', 'retry'])
      expect(Fake.last.closeCalls).toEqual([{ code: expect.any(Number), reason: '' }])
      expect(Fake.last.readyState).toBe(Fake.CLOSING)
    },
  )

  test('[R6] what the browser says of it later changes nothing', async () => {
    const { record, Fake } = await at('connecting')
    await pass(5_000)
    const told = [...record.order]
    Fake.last.dispatchEvent(new Event('open'))
    Fake.last.receive('hello')
    Fake.last.fail()
    await settle()
    expect(record.order).toEqual(told)
  })

  test('[R6] its retry is backed off from as any other', async () => {
    const { record } = await at('connecting')
    await pass(5_000 + 500 + 12_500)
    // It counts from the start of the attempt, which has used it up but for a random moment of the next second.
    expect(record.of('retry').map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [1, 500],
      [2, 500],
    ])
  })

  test('[R6] the signals of provider and handshake are aborted', async () => {
    const signals: AbortSignal[] = []
    const { Fake } = scripted({
      url: ({ signal }) => {
        signals.push(signal)
        return 'ws://test/'
      },
      handshake: ({ signal }) => {
        signals.push(signal)
        return new Promise(() => {})
      },
    })
    await settle()
    Fake.last.accept()
    await pass(4_999)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    await pass(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })
})

describe('how patience grows', () => {
  test.for<[number, number[]]>([
    [5_000, [5_000, 12_500, 5_000, 12_500]],
    [10_000, [10_000, 25_000, 10_000, 25_000]],
    [90_000, [90_000, 225_000, 90_000]],
  ])(
    '[R6] of attempts that time out every second has two and a half times %d ms',
    async ([connectTimeout, limits]) => {
      const rig = await at('connecting', { connectTimeout })
      expect(await timeOut(rig, limits.length)).toEqual(limits)
    },
  )

  test.for(['provider', 'connecting', 'handshake'] as const)(
    '[R6] whatever it was that took so long: %s',
    async (stage) => {
      const scripts: Record<typeof stage, Script<string, string>> = {
        provider: { url: () => new Promise(() => {}) },
        connecting: {},
        handshake: {
          handshake: () => new Promise(() => {}),
          fake: { onCreate: (native) => queueMicrotask(() => native.accept()) },
        },
      }
      expect(await timeOut(scripted(scripts[stage]), 3)).toEqual([5_000, 12_500, 5_000])
    },
  )

  test('[R6] a failure that the browser reports begins the row anew', async () => {
    const rig = await at('connecting')
    expect(await timeOut(rig, 1)).toEqual([5_000])
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    rig.Fake.last.fail()
    expect(await timeOut(rig, 2)).toEqual([5_000, 12_500])
  })

  test('[R6] while such failures take longer and longer, the next attempt has twice the last on top', async () => {
    const rig = await at('connecting', { reconnect: { delay: () => 0 } })
    for (const milliseconds of [1_000, 2_000, 4_000]) {
      await pass(milliseconds)
      rig.Fake.last.fail()
      // The wait of 0 ms ends.
      await pass(1)
    }
    expect(await timeOut(rig, 2)).toEqual([13_001, 20_502])
  })

  test('[R6] it counts once, also where the policy closes the socket for it', async () => {
    const shouldReconnect = (): boolean => {
      socket.close()
      return true
    }
    const { socket, record } = await at('connecting', { reconnect: { shouldReconnect } })
    await pass(5_000)
    socket.connect()
    await pass(4_999)
    expect(record.states.at(-1)).toBe('connecting')
    await pass(1)
    expect(record.states.at(-1)).toBe('closed')
  })

  test('[R6] an attempt that is slow now still opens', async () => {
    const rig = await at('connecting')
    await timeOut(rig, 1)
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    await pass(12_000)
    rig.Fake.last.accept()
    expect(rig.record.states.at(-1)).toBe('open')
  })

  test('[R6] falls back once a connection opens', async () => {
    const rig = await at('connecting')
    await timeOut(rig, 3)
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    rig.Fake.last.accept()
    rig.Fake.last.serverClose(1011)
    expect(await timeOut(rig, 2)).toEqual([5_000, 12_500])
  })

  test('[R6] a native socket that opens into a handshake without end is no connection that opened', async () => {
    let handshakes = 0
    const rig = scripted({
      handshake: () => (++handshakes !== 3 ? new Promise(() => {}) : undefined),
      fake: { onCreate: (native) => queueMicrotask(() => native.accept()) },
    })
    expect(await timeOut(rig, 2)).toEqual([5_000, 12_500])
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    expect(rig.record.states.at(-1)).toBe('open')
    rig.socket.reconnect()
    expect(await timeOut(rig, 2)).toEqual([5_000, 12_500])
  })

  test.for(['connect', 'reconnect'] as const)('[R6] %s() begins the row anew', async (method) => {
    const rig = await at('connecting')
    await timeOut(rig, 1)
    rig.socket[method]()
    await settle()
    expect(await timeOut(rig, 2)).toEqual([5_000, 12_500])
  })
})
