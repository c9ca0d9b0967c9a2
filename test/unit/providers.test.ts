/** The `url` and `protocols` functions: when they run, what they are told, and every way in which they can fail. */
import { describe, expect, vi } from 'vitest'
import type { AttemptInfo, SteadySocket } from '../../src/index.ts'
import { type Script, scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { pass, settle, test } from './fixture.ts'

type UrlFunction = (attempt: AttemptInfo) => string | URL | Promise<string | URL>

describe('what they give', () => {
  test.for([
    ['a string', () => 'wss://test/a?b'],
    ['a URL', () => new URL('wss://test/a?b')],
    ['a promise of a string', async () => 'wss://test/a?b'],
    ['a promise of a URL', async () => new URL('wss://test/a?b')],
    // biome-ignore lint/suspicious/noThenProperty: some promises are not the platform's
    ['a thenable', () => ({ then: (resolve: (url: string) => void) => resolve('wss://test/a?b') })],
  ] as [string, UrlFunction][])('[R5] url gives %s', async ([, url]) => {
    const { Fake } = scripted({ url })
    await settle()
    expect(Fake.instances.map((each) => each.url)).toEqual(['wss://test/a?b'])
  })

  test.for([
    ['a name', () => 'a', ['a']],
    ['a list', () => ['a', 'b'], ['a', 'b']],
    ['an empty list', () => [], []],
    ['undefined', () => undefined as never, []],
    ['a promise of a name', async () => 'a', ['a']],
    ['a promise of a list', async () => ['a', 'b'], ['a', 'b']],
  ] as [string, Extract<Script<string, string>['protocols'], () => unknown>, string[]][])(
    '[R5] protocols gives %s',
    async ([, protocols, offered]) => {
      const { Fake } = scripted({ protocols })
      await settle()
      expect(Fake.last.protocols).toEqual(offered)
    },
  )

  test('[R5] without promises the native socket is there a microtask after construction', async () => {
    const { Fake } = scripted({ url: () => 'ws://test/', protocols: () => 'a' })
    await Promise.resolve()
    expect(Fake.instances).toHaveLength(1)
  })

  test('[R5] both run side by side, and both are waited for', async () => {
    let giveUrl = (_: string): void => {}
    let giveProtocols = (_: string): void => {}
    const { Fake } = scripted({
      url: () => new Promise((resolve) => (giveUrl = resolve)),
      protocols: () => new Promise((resolve) => (giveProtocols = resolve)),
    })
    await settle()
    giveProtocols('late')
    await settle()
    expect(Fake.instances).toHaveLength(0)
    giveUrl('ws://test/')
    await settle()
    expect(Fake.last).toMatchObject({ url: 'ws://test/', protocols: ['late'] })
  })
})

describe('when they run', () => {
  test('[R5] once per attempt by whatever route, never between, never before', async () => {
    const url = vi.fn(() => 'ws://test/')
    const protocols = vi.fn(() => 'a')
    const { socket, Fake } = scripted({ url, protocols, autoConnect: false })
    const runs = (): number[] => [url.mock.calls.length, protocols.mock.calls.length, Fake.instances.length]
    const seen: Record<string, number[]> = {}
    await settle()
    seen['idle'] = runs()
    socket.connect()
    socket.connect()
    await settle()
    seen['connect()'] = runs()
    Fake.last.fail()
    await pass(1_499)
    seen['waiting'] = runs()
    await pass(1)
    seen['retry'] = runs()
    Fake.last.accept()
    await pass(60_000)
    socket.connect()
    await settle()
    seen['open'] = runs()
    socket.reconnect()
    await settle()
    seen['reconnect()'] = runs()
    Fake.last.fail()
    globalThis.dispatchEvent(new Event('online'))
    await settle()
    seen['wake'] = runs()
    socket.close()
    await pass(60_000)
    seen['closed'] = runs()
    socket.connect()
    socket.close()
    socket.connect()
    await settle()
    seen['connect() after close()'] = runs()
    expect(seen).toEqual({
      idle: [0, 0, 0],
      'connect()': [1, 1, 1],
      waiting: [1, 1, 1],
      retry: [2, 2, 2],
      open: [2, 2, 2],
      'reconnect()': [3, 3, 3],
      wake: [4, 4, 4],
      closed: [4, 4, 4],
      'connect() after close()': [5, 5, 5],
    })
  })

  test('[R5] not inside the constructor', () => {
    const url = vi.fn(() => 'ws://test/')
    scripted({ url })
    expect(url).not.toHaveBeenCalled()
  })
})

describe('what they are told', () => {
  test('[R5] the attempt, whether it is a return, and how the last one ended', async () => {
    const told: Omit<AttemptInfo, 'signal'>[] = []
    const { Fake, socket } = scripted({
      url: ({ signal: _, ...info }) => {
        told.push(info)
        return 'ws://test/'
      },
    })
    await settle()
    Fake.last.fail()
    await pass(1_500)
    Fake.last.accept()
    Fake.last.serverClose(4001, 'token expired')
    await pass(4_500)
    Fake.last.accept()
    socket.reconnect(3000, 'new user')
    await settle()
    expect(told).toMatchObject([
      { attempt: 0, reconnected: false, lastClose: undefined },
      { attempt: 1, reconnected: false, lastClose: { code: 1006, opened: false, willRetry: true } },
      { attempt: 2, reconnected: true, lastClose: { code: 4001, reason: 'token expired', opened: true } },
      { attempt: 0, reconnected: true, lastClose: { opened: true, phase: 'open', willRetry: true } },
    ])
  })

  test('[R5] both are told the same', async () => {
    const url = vi.fn((_: AttemptInfo) => 'ws://test/')
    const protocols = vi.fn((_: AttemptInfo) => 'a')
    scripted({ url, protocols })
    await settle()
    expect(protocols.mock.lastCall).toEqual(url.mock.lastCall)
    expect(protocols.mock.lastCall?.[0].signal).toBe(url.mock.lastCall?.[0].signal)
    expect(url.mock.lastCall?.[0].signal).toBeInstanceOf(AbortSignal)
  })

  test('[R5] the signal is aborted when the attempt is given up or its connection ends', async () => {
    const signals: AbortSignal[] = []
    const rig = scripted({
      url: ({ signal }) => {
        signals.push(signal)
        return signals.length === 1 ? new Promise<never>(() => {}) : 'ws://test/'
      },
    })
    const aborted = () => signals.map((signal) => signal.aborted)
    const seen: boolean[][] = []
    const step = async (act: () => unknown) => {
      act()
      await settle()
      seen.push(aborted())
    }
    await step(() => {})
    await step(() => rig.socket.reconnect())
    await step(() => rig.Fake.last.accept())
    await step(() => rig.Fake.last.serverClose(1011))
    await pass(1_500)
    await step(() => rig.Fake.last.accept())
    await step(() => rig.socket.close())
    await step(() => rig.Fake.last.serverClose(1000))
    expect(seen).toEqual([
      [false],
      [true, false],
      [true, false],
      [true, true],
      [true, true, false],
      [true, true, false],
      [true, true, true],
    ])
  })
})

describe('how they fail', () => {
  const boom = new Error('no token')
  const failures: [string, Partial<Script<string, string>>][] = [
    ['url throws', { url: () => JSON.parse('{') }],
    ['url rejects', { url: () => Promise.reject(boom) }],
    ['url rejects with undefined', { url: () => Promise.reject(undefined) }],
    ['url gives undefined', { url: () => undefined as never }],
    ['url gives null', { url: async () => null as never }],
    ['url gives a number', { url: () => 8080 as never }],
    ['url gives an object', { url: () => ({ href: 'ws://test/' }) as never }],
    ['url gives a URL of another scheme', { url: () => 'ftp://test/' }],
    ['url gives a URL with a fragment', { url: async () => 'ws://test/#a' }],
    ['url gives what is no URL', { url: () => 'ws://' }],
    ['protocols throws', { protocols: () => JSON.parse('{') }],
    ['protocols rejects', { protocols: () => Promise.reject(boom) }],
    ['protocols gives a number', { protocols: () => 7 as never }],
    ['protocols gives an empty name', { protocols: () => '' }],
    ['protocols gives a name with a space', { protocols: async () => ['a b'] }],
    ['protocols gives a name twice', { protocols: () => ['a', 'a'] }],
    [
      'both reject',
      { url: () => Promise.reject(boom), protocols: () => Promise.reject(new Error('neither')) },
    ],
    [
      'url throws while protocols is never settled',
      { url: () => JSON.parse('{'), protocols: () => new Promise(() => {}) },
    ],
    [
      'protocols rejects while url is never settled',
      { url: () => new Promise(() => {}), protocols: () => Promise.reject(boom) },
    ],
  ]

  test.for(failures)('[R5] %s: a failed attempt, with an error event and backoff', async ([, script]) => {
    const unhandled = unhandledRejections()
    const { record, Fake } = scripted(script)
    await settle()
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    await pass(1_500)
    expect(record.states).toEqual(['connecting', 'waiting', 'connecting', 'waiting'])
    expect(record.of('retry').map(({ delay }) => delay)).toEqual([1_500, 4_500])
    expect(record.of('error')).toMatchObject([{ code: 'PROVIDER_FAILED' }, { code: 'PROVIDER_FAILED' }])
    for (const close of record.of('close')) {
      expect(close).toMatchObject({ code: 1006, opened: false, phase: 'provider', willRetry: true })
    }
    expect(Fake.instances).toHaveLength(0)
    expect(await unhandled()).toEqual([])
  })

  test('[R5] what `protocols` gives is not shown, but what it is', async () => {
    const { record } = scripted({ protocols: () => 7 as never })
    await settle()
    expect(record.of('error')).toMatchObject([
      { cause: { message: expect.stringMatching(/^Expected `protocols` to be .* got "number"$/) } },
    ])
  })

  test('[R5] the error carries its cause, and the close the error', async () => {
    const { record } = scripted({ url: () => Promise.reject(boom) })
    await settle()
    expect(record.of('error')).toMatchObject([{ cause: boom, message: expect.stringContaining('no token') }])
    expect(record.of('close')[0]?.error).toBe(record.of('error')[0])
  })

  test('[R5] a provider that has failed may succeed at the retry', async () => {
    const url = vi.fn<UrlFunction>(async () => 'ws://test/').mockRejectedValueOnce(boom)
    const { Fake, record } = scripted({ url })
    await pass(1_500)
    Fake.last.accept()
    expect(record.states).toEqual(['connecting', 'waiting', 'connecting', 'open'])
    expect(record.of('open')).toMatchObject([{ attempt: 1, reconnected: false }])
  })

  test('[R5] failures exhaust maxAttempts like any other', async () => {
    const url = vi.fn(() => Promise.reject(boom))
    const { socket } = scripted({ url, reconnect: { maxAttempts: 2 } })
    await pass(60_000)
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    expect(url).toHaveBeenCalledTimes(3)
  })

  test.for(['url', 'protocols'] as const)(
    '[R5] %s never settles: connectTimeout ends the attempt',
    async (name) => {
      const { record, Fake } = scripted({ [name]: () => new Promise(() => {}) })
      await pass(4_999)
      expect(record.states).toEqual(['connecting'])
      await pass(1)
      expect(record.states).toEqual(['connecting', 'waiting'])
      expect(record.of('close')).toMatchObject([{ phase: 'provider', error: { code: 'CONNECT_TIMEOUT' } }])
      expect(Fake.instances).toHaveLength(0)
    },
  )
})

describe('late results', () => {
  const endings: [string, (socket: SteadySocket) => unknown, string[]][] = [
    ['close()', (socket) => socket.close(), ['connecting', 'closing', 'closed']],
    ['disposal', (socket) => socket[Symbol.dispose](), []],
    ['the limit', () => pass(5_000), ['connecting', 'waiting']],
  ]
  const results: [string, (answer: PromiseWithResolvers) => void][] = [
    ['a URL', ({ resolve }) => resolve('ws://test/')],
    ['nonsense', ({ resolve }) => resolve('ws://')],
    ['a rejection', ({ reject }) => reject(new Error('aborted'))],
  ]

  interface PromiseWithResolvers {
    resolve: (url: string) => void
    reject: (error: Error) => void
  }

  test.for(endings.flatMap((ending) => results.map((result) => [...ending, ...result] as const)))(
    '[R5] after %s a result is ignored: $3',
    async ([, end, states, , settleWith]) => {
      const unhandled = unhandledRejections()
      let answer: PromiseWithResolvers = { resolve: () => {}, reject: () => {} }
      const { socket, record, Fake } = scripted({
        url: () => new Promise<string>((resolve, reject) => (answer = { resolve, reject })),
      })
      await settle()
      await end(socket)
      await settle()
      settleWith(answer)
      await settle()
      if (states.length > 0) expect(record.states).toEqual(states)
      expect(Fake.instances).toHaveLength(0)
      expect(record.of('error').map(({ code }) => code)).not.toContain('PROVIDER_FAILED')
      expect(await unhandled()).toEqual([])
    },
  )

  test('[R5] a result that comes after reconnect() is not taken for that of the new attempt', async () => {
    const answers: ((url: string) => void)[] = []
    const { socket, Fake } = scripted({ url: () => new Promise((resolve) => answers.push(resolve)) })
    await settle()
    socket.reconnect()
    await settle()
    answers[0]?.('ws://old/')
    await settle()
    expect(Fake.instances).toHaveLength(0)
    answers[1]?.('ws://new/')
    await settle()
    expect(Fake.instances.map((each) => each.url)).toEqual(['ws://new/'])
  })

  test('[R5] a provider may close the socket itself', async () => {
    const { socket, record, Fake } = scripted({
      url: () => {
        socket.close()
        return 'ws://test/'
      },
    })
    await settle()
    expect(record.order).toEqual(['state connecting', 'state closing', 'state closed', 'close'])
    expect(Fake.instances).toHaveLength(0)
  })

  test('[R5] a provider may start the socket anew itself', async () => {
    let asked = 0
    const { socket, record, Fake } = scripted({
      url: () => {
        if (asked++ === 0) socket.reconnect()
        return `ws://test/${asked}`
      },
    })
    await settle()
    expect(record.states).toEqual(['connecting', 'connecting'])
    expect(Fake.instances.map((each) => each.url)).toEqual(['ws://test/2'])
  })
})
