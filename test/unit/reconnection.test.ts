/** When a socket reconnects, after how long, how often, and what it tells of that. */
import { describe, expect, vi } from 'vitest'
import type { CloseDescription, ReconnectOptions } from '../../src/index.ts'
import { at, type Scripted, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** With chance at one half, as the fixture has it. */
const defaultDelays = [1_500, 4_500, 6_750, 6_750, 6_750, 6_750]

/** Lets the present wait be over, if there is one. */
async function passWait({ socket: { state } }: Pick<Scripted, 'socket'>): Promise<void> {
  await pass(state.name === 'waiting' ? state.delay : 0)
}

/** Fails that many attempts in a row, passing over each wait. Answers the delays of all so far. */
async function failAttempts(rig: Scripted, count: number): Promise<number[]> {
  for (let failed = 0; failed < count; failed++) {
    rig.Fake.last.fail()
    await passWait(rig)
  }
  return rig.record.of('retry').map(({ delay }) => delay)
}

describe('whether', () => {
  const retried = [
    1000, 1001, 1002, 1003, 1005, 1006, 1007, 1009, 1011, 1012, 1013, 1014, 1015, 3001, 3008, 4000, 4999,
  ]

  test.for(retried)('[R1] the server closes with %d: it reconnects', async (code) => {
    const { socket, record, Fake } = await at('open')
    Fake.last.serverClose(code)
    await passWait({ socket })
    expect(record.states).toEqual(['connecting', 'open', 'waiting', 'connecting'])
    expect(record.of('close')).toMatchObject([{ code, opened: true, willRetry: true }])
    expect(Fake.instances).toHaveLength(2)
  })

  test.for([1008, 1010, 3000, 3003])(
    '[R1] the server closes with %d, you may not: it does not reconnect',
    async (code) => {
      const { socket, record, Fake } = await at('open')
      Fake.last.serverClose(code)
      await pass(600_000)
      expect(record.states).toEqual(['connecting', 'open', 'closed'])
      expect(socket.state).toMatchObject({ cause: 'refused', close: { code, willRetry: false } })
      expect(Fake.instances).toHaveLength(1)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('[R1] what the application asked for is not reconnected after, whatever the code says', async () => {
    for (const code of [1000, 1001, 1006, 1011, 4000]) {
      const { socket, record, Fake } = await at('open')
      socket.close(4000)
      Fake.last.serverClose(code)
      await pass(600_000)
      expect(record.states).toEqual(['connecting', 'open', 'closing', 'closed'])
      expect(socket.state).toMatchObject({ cause: 'requested', close: { code } })
      expect(Fake.instances).toHaveLength(1)
    }
  })

  test('[R1] reconnect: false never reconnects', async () => {
    for (const stage of ['connecting', 'open'] as const) {
      const { record, Fake } = await at(stage, { reconnect: false })
      Fake.last.fail()
      await pass(600_000)
      expect(record.states.at(-1)).toBe('closed')
      expect(record.of('close')).toMatchObject([{ willRetry: false }])
      expect(Fake.instances).toHaveLength(1)
    }
  })

  test('[R1] reconnect: true is the default', async () => {
    const rig = await at('open', { reconnect: true })
    expect(await failAttempts(rig, 6)).toEqual(defaultDelays)
  })
})

describe('shouldReconnect', () => {
  type Policy = NonNullable<ReconnectOptions['shouldReconnect']>

  test('[R1] is asked after every close that the application did not ask for, failed attempts included', async () => {
    const asked: [CloseDescription, number][] = []
    const shouldReconnect: Policy = (...args) => asked.push(args) > 0
    const rig = await at('provider', { reconnect: { shouldReconnect } })
    rig.answer('ws://')
    await settle()
    await passWait(rig)
    rig.answer('ws://test/')
    await settle()
    rig.Fake.last.fail()
    await passWait(rig)
    rig.answer('ws://test/')
    await settle()
    rig.Fake.last.accept()
    rig.Fake.last.serverClose(1008, 'who are you?')
    await passWait(rig)
    await pass(10_000)
    rig.socket.reconnect()
    rig.socket.close()
    await settle()
    expect(asked).toMatchObject([
      [{ code: 1006, phase: 'provider', error: { code: 'PROVIDER_FAILED' } }, 1],
      [{ code: 1006, phase: 'connecting', error: { code: 'CONNECT_FAILED' } }, 2],
      [{ code: 1008, reason: 'who are you?', phase: 'open', opened: true }, 3],
      [{ code: 1006, phase: 'provider', error: { code: 'CONNECT_TIMEOUT' } }, 4],
    ])
    expect(rig.record.states.at(-1)).toBe('closed')
  })

  test('[R1] replaces the policy both ways', async () => {
    const refused = await at('open', { reconnect: { shouldReconnect: () => true } })
    refused.Fake.last.serverClose(3000)
    expect(refused.socket.state).toMatchObject({ name: 'waiting', delay: 1_500 })
    const ordinary = await at('open', { reconnect: { shouldReconnect: () => false } })
    ordinary.Fake.last.serverClose(1006)
    expect(ordinary.socket.state).toMatchObject({ name: 'closed', cause: 'refused' })
  })

  test.for([0, 1, 7_777, 3_600_000])('[R1] a number is the delay: %d ms', async (delay) => {
    const { socket, record, Fake } = await at('open', {
      reconnect: { shouldReconnect: () => delay, maxDelay: 10 },
    })
    Fake.last.serverClose(1013)
    expect(socket.state).toMatchObject({ name: 'waiting', delay })
    expect(Fake.instances).toHaveLength(1)
    await pass(delay)
    expect(Fake.instances).toHaveLength(2)
    expect(record.of('retry')).toMatchObject([{ attempt: 1, delay }])
  })

  const nonsense: [string, Policy][] = [
    ['throws', () => JSON.parse('{')],
    ['answers a negative delay', () => -1],
    ['answers NaN', () => Number.NaN],
    ['answers Infinity', () => Number.POSITIVE_INFINITY],
    ['answers nothing', () => undefined as never],
    ['is async', (async () => true) as never],
  ]

  test.for(nonsense)(
    '[R1] a policy that %s is reported, and the default holds',
    async ([, shouldReconnect], { reported }) => {
      const ordinary = await at('open', { reconnect: { shouldReconnect } })
      ordinary.Fake.last.serverClose(1006)
      expect(ordinary.socket.state).toMatchObject({ name: 'waiting', delay: 1_500 })
      const refused = await at('open', { reconnect: { shouldReconnect } })
      refused.Fake.last.serverClose(1008)
      expect(refused.socket.state).toMatchObject({ name: 'closed', cause: 'refused' })
      expect(reported).toHaveLength(2)
    },
  )

  test('[R1] may close the socket itself: one close, for good', async () => {
    const rig = await at('open', {
      reconnect: {
        shouldReconnect: () => {
          rig.socket.close()
          return true
        },
      },
    })
    rig.Fake.last.serverClose(1011)
    await pass(600_000)
    expect(rig.record.states).toEqual(['connecting', 'open', 'closing', 'closed'])
    expect(rig.record.of('close')).toMatchObject([{ code: 1011, opened: true, willRetry: false }])
    expect(rig.Fake.instances).toHaveLength(1)
  })

  test.for(['connect', 'reconnect'] as const)(
    '[R1] may start the socket anew itself by %s(): one attempt, at once',
    async (method) => {
      const rig = await at('open', {
        reconnect: {
          shouldReconnect: () => {
            rig.socket[method]()
            return false
          },
        },
      })
      rig.Fake.last.serverClose(1011)
      await pass(4_000)
      expect(rig.record.states).toEqual(['connecting', 'open', 'connecting'])
      expect(rig.record.of('close')).toMatchObject([{ code: 1011, opened: true, willRetry: true }])
      expect(rig.Fake.instances).toHaveLength(2)
    },
  )
})

describe('after how long', () => {
  test('[R2] the first connect and reconnect() have no delay', async () => {
    const { socket, Fake, record } = scripted()
    await settle()
    expect(Fake.instances).toHaveLength(1)
    Fake.last.accept()
    for (let count = 2; count <= 5; count++) {
      socket.reconnect()
      await settle()
      expect(Fake.instances).toHaveLength(count)
    }
    expect(record.of('retry')).toEqual([])
  })

  test('[R2] the delay is drawn below a bound that doubles up to maxDelay, after the first from its upper half', async () => {
    const rig = await at('connecting')
    expect(await failAttempts(rig, 6)).toEqual(defaultDelays)
  })

  test('[R2] an attempt starts when its delay is over and not before', async () => {
    const { Fake } = await at('waiting')
    await pass(1_499)
    expect(Fake.instances).toHaveLength(1)
    await pass(1)
    expect(Fake.instances).toHaveLength(2)
  })

  test('[R2] chance is asked afresh for every retry', async () => {
    // Each retry asks twice: for its delay, and for the least that is left of it.
    const chances = [0.1, 0.9, 0.5, 0.25].flatMap((chance) => [chance, 0])
    vi.mocked(Math.random).mockImplementation(() => chances.shift() ?? Number.NaN)
    const rig = await at('connecting')
    expect(await failAttempts(rig, 4)).toEqual([300, 5_700, 6_750, 5_625])
  })

  test.for([
    [{ jitter: 'none' }, [3_000, 6_000, 9_000, 9_000]],
    [{ jitter: 'full' }, [1_500, 3_000, 4_500, 4_500]],
    [{ jitter: 'equal' }, [2_250, 4_500, 6_750, 6_750]],
    [{ baseDelay: 100, factor: 3, maxDelay: 1_000 }, [50, 225, 675, 750]],
    [{ baseDelay: 0 }, [0, 0, 0, 0]],
  ] as [ReconnectOptions, number[]][])('[R2] options %o', async ([reconnect, delays]) => {
    const rig = await at('connecting', { reconnect })
    expect(await failAttempts(rig, 4)).toEqual(delays)
  })

  test('[R2] delay replaces the formula, and is told the retry and the close', async () => {
    const delay = vi.fn((attempt: number, close: CloseDescription) => attempt * 10 + close.code)
    const rig = await at('connecting', { reconnect: { delay, maxDelay: 5 } })
    expect(await failAttempts(rig, 3)).toEqual([1_016, 1_026, 1_036])
    expect(delay.mock.calls).toMatchObject([
      [1, { code: 1006 }],
      [2, { code: 1006 }],
      [3, { code: 1006 }],
    ])
  })

  const nonsense: [string, () => number][] = [
    ['throws', () => JSON.parse('{')],
    ['answers a negative number', () => -1],
    ['answers NaN', () => Number.NaN],
    ['answers Infinity', () => Number.POSITIVE_INFINITY],
    ['answers a string', () => '100' as never],
  ]

  test.for(nonsense)(
    '[R2] a delay function that %s is reported, and the formula used',
    async ([, delay], { reported }) => {
      const rig = await at('connecting', { reconnect: { delay } })
      expect(await failAttempts(rig, 2)).toEqual(defaultDelays.slice(0, 2))
      expect(reported).toHaveLength(2)
    },
  )

  test('[R2] a server that restarts (1012) spreads the first retry over 5 s', async () => {
    const { socket, Fake } = await at('open', { reconnect: { baseDelay: 100 } })
    Fake.last.serverClose(1012)
    expect(socket.state).toMatchObject({ name: 'waiting', delay: 2_500 })
  })

  test('[R2] a server that has too much to do (1013) is left alone for 10 to 20 s', async () => {
    vi.mocked(Math.random).mockReturnValue(0)
    const { socket, Fake } = await at('open')
    Fake.last.serverClose(1013)
    expect(socket.state).toMatchObject({ name: 'waiting', delay: 10_000 })
  })
})

describe('when the count returns to 0', () => {
  /** Fails thrice, opens the fourth attempt, and loses it that many ms later. */
  async function openFor(milliseconds: number, reconnect: ReconnectOptions = {}) {
    const rig = await at('connecting', { reconnect })
    await failAttempts(rig, 3)
    rig.Fake.last.accept()
    await pass(milliseconds)
    rig.Fake.last.serverClose(1011)
    return rig.socket.state
  }

  test('[R3] after stableAfter of being open, not before', async () => {
    expect(await openFor(4_999)).toMatchObject({ attempt: 4, delay: 6_750 })
    expect(await openFor(5_000)).toMatchObject({ attempt: 1, delay: 1_500 })
  })

  test('[R3] by the clock that is never set: also where no timer could run meanwhile', async () => {
    const rig = scripted({ reconnect: { jitter: 'none' } })
    await settle()
    rig.Fake.last.fail()
    await pass(3_000)
    rig.Fake.last.accept()
    const later = performance.now() + 3_600_000
    vi.spyOn(performance, 'now').mockReturnValue(later)
    rig.Fake.last.serverClose(1006)
    expect(rig.record.of('retry').map(({ attempt }) => attempt)).toEqual([1, 1])
  })

  test('[R3] stableAfter can be set', async () => {
    expect(await openFor(999, { stableAfter: 1_000 })).toMatchObject({ attempt: 4 })
    expect(await openFor(1_000, { stableAfter: 1_000 })).toMatchObject({ attempt: 1 })
    expect(await openFor(3_600_000, { stableAfter: Number.POSITIVE_INFINITY })).toMatchObject({ attempt: 4 })
  })

  test('[R3] a server that accepts and closes is backed off from exactly as one that refuses', async () => {
    const refusing = await at('connecting')
    const refused = await failAttempts(refusing, 8)
    const accepting = await at('connecting')
    for (let round = 0; round < 8; round++) {
      accepting.Fake.last.accept()
      await pass(100)
      accepting.Fake.last.serverClose(1011)
      await passWait(accepting)
    }
    expect(accepting.record.of('retry').map(({ delay }) => delay)).toEqual(refused)
    expect(refused).toEqual([...defaultDelays, 6_750, 6_750])
  })

  test('[R3] short openings do not add up', async () => {
    const rig = await at('connecting')
    for (let round = 1; round <= 3; round++) {
      rig.Fake.last.accept()
      await pass(4_000)
      rig.Fake.last.serverClose(1011)
      expect(rig.socket.state).toMatchObject({ name: 'waiting', attempt: round })
      await passWait(rig)
    }
  })

  test('[R3] connect() and reconnect() start with a full budget', async () => {
    for (const method of ['connect', 'reconnect'] as const) {
      const rig = await at('connecting')
      await failAttempts(rig, 3)
      rig.Fake.last.fail()
      expect(rig.socket.state).toMatchObject({ name: 'waiting', attempt: 4 })
      rig.socket[method]()
      await settle()
      rig.Fake.last.fail()
      expect(rig.socket.state).toMatchObject({ name: 'waiting', attempt: 1, delay: 1_500 })
    }
  })
})

describe('how often', () => {
  test.for([0, 1, 3])('[R4] maxAttempts %d: after the first failure so many retries', async (maxAttempts) => {
    const rig = await at('connecting', { reconnect: { maxAttempts } })
    await failAttempts(rig, maxAttempts + 1)
    await pass(600_000)
    const rounds = Array.from({ length: maxAttempts }, () => ['waiting', 'connecting']).flat()
    expect(rig.record.states).toEqual(['connecting', ...rounds, 'closed'])
    expect(rig.socket.state).toMatchObject({ cause: 'exhausted', close: { willRetry: false } })
    expect(rig.Fake.instances).toHaveLength(maxAttempts + 1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[R4] counts anew after a connection that was stable, and only then', async () => {
    const rig = await at('connecting', { reconnect: { maxAttempts: 2 } })
    await failAttempts(rig, 2)
    rig.Fake.last.accept()
    await pass(5_000)
    await failAttempts(rig, 3)
    expect(rig.socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    expect(rig.Fake.instances).toHaveLength(5)
  })

  test('[R4] a server that accepts and closes exhausts the budget too', async () => {
    const rig = await at('connecting', { reconnect: { maxAttempts: 2 } })
    for (let round = 0; round < 3; round++) {
      rig.Fake.last.accept()
      rig.Fake.last.serverClose(1011)
      await passWait(rig)
    }
    expect(rig.socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    expect(rig.Fake.instances).toHaveLength(3)
  })

  test('[R4] connect() after exhaustion has the whole budget again', async () => {
    const rig = await at('connecting', { reconnect: { maxAttempts: 1 } })
    await failAttempts(rig, 2)
    rig.socket.connect()
    await settle()
    await failAttempts(rig, 2)
    expect(rig.record.states).toEqual([
      ...['connecting', 'waiting', 'connecting', 'closed'],
      ...['connecting', 'waiting', 'connecting', 'closed'],
    ])
  })

  test('[R4] without maxAttempts it never gives up', async () => {
    const rig = await at('connecting', { reconnect: { jitter: 'none', baseDelay: 1 } })
    await failAttempts(rig, 500)
    expect(rig.socket.state).toMatchObject({ name: 'connecting', attempt: 500 })
  })
})

describe('what it tells', () => {
  test('[R7] retry comes before each wait, and says what state says', async () => {
    const { socket, Fake } = await at('open')
    const seen: unknown[] = []
    socket.on('retry', (info) => seen.push(info, socket.state))
    const close = { code: 1011, reason: 'oops', opened: true, willRetry: true, phase: 'open' }
    Fake.last.serverClose(1011, 'oops')
    const told = { attempt: 1, delay: 1_500, at: Date.now() + 1_500, close }
    expect(seen).toMatchObject([told, { name: 'waiting', ...told }])
  })

  test('[R7] a wait is told as state, error, close, retry', async () => {
    const failed = await at('connecting')
    failed.Fake.last.fail()
    expect(failed.record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    const lost = await at('open')
    lost.Fake.last.serverClose(1001)
    expect(lost.record.order).toEqual([
      'state connecting',
      'state open',
      'open',
      'state waiting',
      'close',
      'retry',
    ])
  })

  test('[R7] close tells whether a retry follows: in each close of a long story', async () => {
    const rig = await at('connecting', { reconnect: { maxAttempts: 2 } })
    const stories: unknown[] = []
    rig.socket.on('close', ({ willRetry }) => stories.push([willRetry, rig.socket.state.name]))
    await failAttempts(rig, 3)
    rig.socket.connect()
    await settle()
    rig.Fake.last.accept()
    rig.socket.reconnect()
    await settle()
    rig.Fake.last.accept()
    rig.Fake.last.serverClose(3000)
    rig.socket.connect()
    await settle()
    rig.socket.close()
    await settle()
    expect(stories).toEqual([
      [true, 'waiting'],
      [true, 'waiting'],
      [false, 'closed'],
      [true, 'connecting'],
      [false, 'closed'],
      [false, 'closed'],
    ])
    expect(rig.record.of('retry').map(({ attempt }) => attempt)).toEqual([1, 2])
  })

  test('[R7] close() while waiting takes the promise back', async () => {
    const { socket, record } = await at('waiting')
    socket.close()
    await pass(600_000)
    expect(record.states).toEqual(['connecting', 'waiting', 'closing', 'closed'])
    expect(record.of('close')).toMatchObject([
      { willRetry: true, phase: 'connecting' },
      { willRetry: false, phase: 'none' },
    ])
  })

  test('[R7] open tells which attempt it was, whether it is a return, and after how long', async () => {
    const rig = await at('connecting')
    await failAttempts(rig, 2)
    rig.Fake.last.accept()
    await pass(5_000)
    rig.Fake.last.serverClose(1011)
    await pass(1_500 + 40)
    rig.Fake.last.accept()
    expect(rig.record.of('open')).toMatchObject([
      { attempt: 2, reconnected: false, downtime: 0 },
      { attempt: 1, reconnected: true, downtime: 1_540 },
    ])
  })
})
