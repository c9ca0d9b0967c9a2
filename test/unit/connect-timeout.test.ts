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
    await pass(9_999)
    expect(record.states).toEqual(['connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'waiting'])
    expect(record.of('close')).toMatchObject([
      { code: 1006, opened: false, phase: stage, willRetry: true, error: { code: 'CONNECT_TIMEOUT' } },
    ])
    expect(record.of('error')).toMatchObject([{ code: 'CONNECT_TIMEOUT' }])
  })

  test('[R6] provider, upgrade and handshake together', async () => {
    const { record, Fake } = scripted({
      url: () => later(4_000, 'ws://test/'),
      handshake: () => later(4_000),
    })
    await pass(4_000)
    await pass(4_000)
    Fake.last.accept()
    await pass(1_999)
    expect(record.states).toEqual(['connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'waiting'])
    expect(record.of('close')).toMatchObject([{ phase: 'handshake' }])
  })

  test('[R6] not what comes after: an open connection has no limit', async () => {
    for (const script of [{}, { handshake: () => later(9_000) }]) {
      const { record, Fake } = scripted(script)
      await pass(500)
      Fake.last.accept()
      await pass(3_600_000)
      expect(record.states).toEqual(['connecting', 'open'])
    }
  })

  test('[R6] the limit of one attempt is none for the next', async () => {
    const { socket, record } = await at('connecting')
    await pass(9_000)
    socket.reconnect()
    await pass(9_999)
    expect(record.states).toEqual(['connecting', 'connecting'])
    await pass(1)
    expect(record.states).toEqual(['connecting', 'connecting', 'waiting'])
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
      await pass(10_000)
      expect(record.order.slice(-4)).toEqual(['state waiting', 'error', 'close', 'retry'])
      expect(Fake.last.closeCalls).toEqual([{ code: expect.any(Number), reason: '' }])
      expect(Fake.last.readyState).toBe(Fake.CLOSING)
    },
  )

  test('[R6] what the browser says of it later changes nothing', async () => {
    const { record, Fake } = await at('connecting')
    await pass(10_000)
    const told = [...record.order]
    Fake.last.dispatchEvent(new Event('open'))
    Fake.last.receive('hello')
    Fake.last.fail()
    await settle()
    expect(record.order).toEqual(told)
  })

  test('[R6] its retry is backed off from as any other', async () => {
    const { record } = await at('connecting')
    await pass(10_000 + 1_500 + 20_000)
    expect(record.of('retry').map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [1, 1_500],
      [2, 3_000],
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
    await pass(9_999)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
    await pass(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
  })
})

describe('how patience grows', () => {
  test.for<[number, number[]]>([
    [10_000, [10_000, 20_000, 40_000, 65_000, 65_000, 65_000]],
    [5_000, [5_000, 10_000, 20_000, 40_000, 65_000, 65_000]],
    [65_000, [65_000, 65_000]],
    [90_000, [90_000, 90_000]],
  ])('[R6] %d ms doubles up to 65 s', async ([connectTimeout, limits]) => {
    const rig = await at('connecting', { connectTimeout })
    expect(await timeOut(rig, limits.length)).toEqual(limits)
  })

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
      expect(await timeOut(scripted(scripts[stage]), 3)).toEqual([10_000, 20_000, 40_000])
    },
  )

  test('[R6] only an attempt that timed out makes the next more patient', async () => {
    const rig = await at('connecting')
    for (let attempt = 0; attempt < 3; attempt++) {
      rig.Fake.last.fail()
      await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    }
    expect(await timeOut(rig, 2)).toEqual([10_000, 20_000])
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    rig.Fake.last.fail()
    expect(await timeOut(rig, 1)).toEqual([40_000])
  })

  test('[R6] it doubles once, also where the policy closes the socket for it', async () => {
    const shouldReconnect = (): boolean => {
      socket.close()
      return true
    }
    const { socket, record } = await at('connecting', { reconnect: { shouldReconnect } })
    await pass(10_000)
    socket.connect()
    await pass(19_999)
    expect(record.states.at(-1)).toBe('connecting')
    await pass(1)
    expect(record.states.at(-1)).toBe('closed')
  })

  test('[R6] an attempt that is slow now still opens', async () => {
    const rig = await at('connecting')
    await timeOut(rig, 3)
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    await pass(60_000)
    rig.Fake.last.accept()
    expect(rig.record.states.at(-1)).toBe('open')
  })

  test('[R6] falls back once a connection opens', async () => {
    const rig = await at('connecting')
    await timeOut(rig, 3)
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    rig.Fake.last.accept()
    rig.Fake.last.serverClose(1011)
    expect(await timeOut(rig, 2)).toEqual([10_000, 20_000])
  })

  test('[R6] a native socket that opens into a handshake without end is no connection that opened', async () => {
    let handshakes = 0
    const rig = scripted({
      handshake: () => (++handshakes !== 3 ? new Promise(() => {}) : undefined),
      fake: { onCreate: (native) => queueMicrotask(() => native.accept()) },
    })
    expect(await timeOut(rig, 2)).toEqual([10_000, 20_000])
    await pass(rig.record.of('retry').at(-1)?.delay ?? 0)
    expect(rig.record.states.at(-1)).toBe('open')
    rig.socket.reconnect()
    expect(await timeOut(rig, 2)).toEqual([10_000, 20_000])
  })

  test('[R6] lasts over reconnect(): the host is as slow as it was', async () => {
    const rig = await at('connecting')
    await timeOut(rig, 2)
    rig.socket.reconnect()
    await settle()
    expect(await timeOut(rig, 1)).toEqual([40_000])
  })
})
