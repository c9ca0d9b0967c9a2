/** `close()` from every stage: final, told once, and the last thing that goes out. */
import { describe, expect, vi } from 'vitest'
import { page, wakeSignals } from '../support/page.ts'
import { at, haunt, type Scripted, type Stage, scripted, stages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const beforeTheEnd = stages.filter((stage) => stage !== 'closing' && stage !== 'closed')

/** How far it had come, and what the native socket was told, when `close()` came. */
const endings = {
  idle: { phase: 'none', opened: false, states: [] },
  provider: { phase: 'provider', opened: false, states: ['connecting'] },
  connecting: { phase: 'connecting', opened: false, states: ['connecting'] },
  handshake: { phase: 'handshake', opened: false, states: ['connecting'] },
  open: { phase: 'closing', opened: true, states: ['connecting', 'open'] },
  waiting: { phase: 'none', opened: false, states: ['connecting', 'waiting'] },
}

/** Signs on which a socket that is to be kept up looks, or tries. */
function wake(): void {
  page.hide()
  for (const signal of wakeSignals) page[signal]()
}

function closeOpenNatives({ Fake }: Scripted): void {
  for (const native of Fake.instances) if (native.readyState === Fake.CLOSING) native.serverClose(1000, 'bye')
}

describe('close() is final', () => {
  test('[L5] told where there was no connection', async () => {
    const { socket, record } = await at('idle')
    socket.close()
    await settle()
    expect(record.of('close')).toEqual([
      {
        code: 1006,
        reason: '',
        wasClean: false,
        opened: false,
        phase: 'none',
        unsentBytes: 0,
        willRetry: false,
      },
    ])
  })

  test('[L5] when the page goes in the turn of the call', async () => {
    const { Fake, socket, record } = scripted()
    socket.on('state', ({ name }) => {
      if (name !== 'connecting') return
      socket.close()
      page.leave()
    })
    await settle()
    expect(record.states).toEqual(['connecting', 'closing', 'closed'])
    expect(Fake.instances).toEqual([])
  })

  test.for(beforeTheEnd)('[L5] at the stage %s: one close event, and nothing follows', async (stage) => {
    const rig = await at(stage)
    const { socket, Fake, record } = rig
    const built = Fake.instances.length
    const told = record.of('close').length
    socket.close()
    expect(socket.readyState).toBe(2)
    closeOpenNatives(rig)
    await settle()
    const { states, phase, opened } = endings[stage]
    expect(record.states).toEqual([...states, 'closing', 'closed'])
    expect(record.of('close').slice(told)).toMatchObject([{ phase, opened, willRetry: false }])
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
    expect(vi.getTimerCount()).toBe(0)
    const order = [...record.order]

    rig.answer('ws://late/')
    rig.agree()
    wake()
    for (const native of Fake.instances) haunt(native)
    await pass(120_000)
    wake()
    await settle()
    expect(Fake.instances).toHaveLength(built)
    expect(record.order).toEqual(order)
    expect(socket.readyState).toBe(3)
  })

  test.for(beforeTheEnd)(
    '[L5] at the stage %s the close event comes after close() has returned',
    async (stage) => {
      const rig = await at(stage)
      const closed = vi.fn()
      rig.socket.on('close', closed)
      rig.socket.close()
      expect(closed).not.toHaveBeenCalled()
      closeOpenNatives(rig)
      await settle()
      expect(closed).toHaveBeenCalledOnce()
    },
  )

  test.for(stages)('[L5] a second close() at the stage %s changes and tells nothing', async (stage) => {
    const rig = await at(stage)
    const { socket, record } = rig
    socket.close(4001, 'first')
    socket.close(4002, 'second')
    closeOpenNatives(rig)
    await settle()
    const order = [...record.order]
    socket.close(4003, 'third')
    await pass(60_000)
    expect(record.order).toEqual(order)
    expect(record.of('close').filter(({ willRetry }) => !willRetry)).toHaveLength(1)
    expect(record.states.filter((name) => name === 'closing')).toHaveLength(1)
  })

  test.for([1000, 1001, 1005, 1006, 1011, 1012, 1013, 4000])(
    '[L5] intent is not read off the code: %i in answer to close() is no reason to retry',
    async (code) => {
      const { socket, Fake, record } = await at('closing')
      Fake.last.serverClose(code, 'because')
      await pass(60_000)
      expect(record.of('close')).toMatchObject([{ code, reason: 'because', willRetry: false }])
      expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
      expect(Fake.instances).toHaveLength(1)
    },
  )

  test('[L5] nor is the code with which somebody else closes: 1000 is followed by a retry', async () => {
    const { Fake, record } = await at('open')
    Fake.last.serverClose(1000)
    expect(record.of('close')).toMatchObject([{ code: 1000, willRetry: true }])
  })

  test('[L5] a failure in answer to close() is told as one close, without an error', async () => {
    const { Fake, record } = await at('closing')
    Fake.last.fail()
    await pass(60_000)
    expect(record.order).toEqual([
      'state connecting',
      'state open',
      'open',
      'state closing',
      'state closed',
      'close',
    ])
  })

  test('[L5] a provider that rejects after close() is not heard', async () => {
    let refuse: (error: Error) => void = () => {}
    const { socket, record } = scripted({
      url: () => new Promise<string>((_, reject) => (refuse = reject)),
      protocols: () => new Promise<string>(() => {}),
    })
    await settle()
    socket.close()
    refuse(new Error('too late'))
    await settle()
    expect(record.of('error')).toEqual([])
    expect(record.states).toEqual(['connecting', 'closing', 'closed'])
  })

  test('[L5] a handshake that fails after close() is not heard', async () => {
    let refuse: (error: Error) => void = () => {}
    const { socket, Fake, record } = scripted({
      handshake: () => new Promise<void>((_, reject) => (refuse = reject)),
    })
    await settle()
    Fake.last.accept()
    socket.close()
    refuse(new Error('too late'))
    await settle()
    expect(record.of('error')).toEqual([])
    expect(record.states).toEqual(['connecting', 'closing', 'closed'])
  })

  test.for(['url', 'protocols', 'shouldReconnect', 'delay', 'handshake'] as const)(
    '[L5] close() called by the %s function is final',
    async (name) => {
      const closeAnd = <T>(answer: T): T => {
        socket.close()
        return answer
      }
      const { socket, Fake, record } = scripted({
        ...(name === 'url' && { url: () => closeAnd('ws://test/') }),
        ...(name === 'protocols' && { protocols: () => closeAnd([]) }),
        ...(name === 'handshake' && { handshake: () => closeAnd(undefined) }),
        reconnect: {
          ...(name === 'shouldReconnect' && { shouldReconnect: () => closeAnd(true) }),
          ...(name === 'delay' && { delay: () => closeAnd(10) }),
        },
      })
      await settle()
      if (name === 'handshake') Fake.last.accept()
      else Fake.instances.at(-1)?.fail()
      await pass(60_000)
      expect(Fake.instances).toHaveLength(name === 'url' || name === 'protocols' ? 0 : 1)
      expect(record.states).toEqual(['connecting', 'closing', 'closed'])
      expect(record.of('close')).toHaveLength(1)
      expect(record.of('retry')).toEqual([])
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test.for(['close', 'reconnect'] as const)(
    '[L5] %s() called by the native constructor gives up what is being built',
    async (method) => {
      let calls = 0
      const { socket, Fake } = scripted({
        fake: { onCreate: () => calls++ === 0 && socket[method]() },
      })
      await settle()
      expect(Fake.instances[0]?.readyState).toBe(Fake.CLOSING)
      expect(Fake.instances[0]?.listenerCount('message')).toBe(0)
      expect(Fake.instances).toHaveLength(method === 'close' ? 1 : 2)
      expect(socket.state.name).toBe(method === 'close' ? 'closed' : 'connecting')
    },
  )
})

describe('starting again', () => {
  const ways = ['connect', 'reconnect'] as const
  const restarts = beforeTheEnd.flatMap((stage) =>
    ways.map((way): [Stage, 'connect' | 'reconnect'] => [stage, way]),
  )

  test.for(restarts)('[L5] after close() at the stage %s, %s() starts again', async ([stage, way]) => {
    const rig = await at(stage)
    const { socket, Fake, record } = rig
    socket.close()
    closeOpenNatives(rig)
    await settle()
    socket[way]()
    expect(socket.state).toMatchObject({ name: 'connecting', attempt: 0 })
    await settle()
    rig.answer('ws://test/')
    await settle()
    Fake.last.accept()
    rig.agree()
    await settle()
    expect(record.states.slice(-3)).toEqual(['closed', 'connecting', 'open'])
  })

  test.for(ways)('[S9] after %s() what close() has left in the browser is not sent again', async (way) => {
    const { Fake, socket } = await at('open', { fake: { buffering: true } })
    socket.send('x'.repeat(1_000_000))
    socket.close()
    await pass(10_000)
    expect(socket.state.name).toBe('closed')
    socket[way]()
    await settle()
    Fake.last.accept()
    expect(Fake.last.sent).toEqual([])
  })

  test.for(ways)('[L5] %s() while closing leaves the end as close() wants it', async (way) => {
    const { Fake, socket, record } = await at('open', { fake: { buffering: true } })
    socket.send('x'.repeat(1_000_000))
    socket.close(4001, 'bye')
    socket[way](way === 'reconnect' ? 4002 : undefined)
    expect(record.of('state').slice(3)).toMatchObject([
      { name: 'closed', cause: 'requested' },
      { name: 'connecting', attempt: 0 },
    ])
    expect(Fake.last.closeCalls).toEqual([{ code: 4001, reason: 'bye' }])
  })

  test.for(ways)('[L5] %s() while closing ends the closing, and starts again', async (way) => {
    const { socket, Fake, record } = await at('closing')
    const [old] = Fake.instances
    socket[way]()
    await settle()
    expect(record.order).toEqual([
      ...['state connecting', 'state open', 'open', 'state closing', 'state closed', 'close'],
      'state connecting',
    ])
    Fake.last.accept()
    expect(Fake.instances).toHaveLength(2)
    if (old) haunt(old)
    expect(socket.state).toMatchObject({ name: 'open', attempt: 0, reconnected: true })
    expect(record.of('close')).toHaveLength(1)
  })

  test.for(ways)('[L5] %s() starts with a full budget', async (way) => {
    const { socket, Fake, record } = scripted({ reconnect: { maxAttempts: 2, jitter: 'none' } })
    const exhaust = async (): Promise<void> => {
      for (const delay of [3_000, 6_000, 0]) {
        await settle()
        Fake.last.fail()
        await pass(delay)
      }
    }
    await exhaust()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    socket[way]()
    await exhaust()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    socket[way]()
    await settle()
    Fake.last.fail()
    socket.close()
    await settle()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
    socket[way]()
    await exhaust()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
    expect(record.of('retry').map(({ attempt, delay }) => [attempt, delay])).toEqual([
      [1, 3_000],
      [2, 6_000],
      [1, 3_000],
      [2, 6_000],
      [1, 3_000],
      [1, 3_000],
      [2, 6_000],
    ])
  })
})

describe('what was sent before goes out', () => {
  /** Open, with a native buffer that takes 4 bytes at a time: `a` is in it, `b`, `c` and `d` wait. */
  async function full(options: { closeTimeout?: number } = {}): Promise<Scripted> {
    const rig = await at('open', { ...options, queue: { highWaterMark: 4 }, fake: { buffering: true } })
    const calls: string[] = []
    order.set(rig, calls)
    const { last: native } = rig.Fake
    const { send, close } = native
    native.send = (data) => {
      calls.push(`send ${data}`)
      send.call(native, data)
    }
    native.close = (code, reason) => {
      calls.push(`close ${code} ${reason}`)
      close.call(native, code, reason)
    }
    expect(['aaaa', 'b', 'c', 'd'].map((message) => rig.socket.send(message))).toEqual([
      'sent',
      'queued',
      'queued',
      'queued',
    ])
    return rig
  }
  const order = new WeakMap<Scripted, string[]>()

  test('[L6] close() hands the whole queue to the native socket, in order, then closes', async () => {
    const rig = await full()
    rig.socket.close(4001, 'done')
    expect(rig.socket.queue).toMatchObject({ length: 0, bytes: 0 })
    expect(rig.socket.state).toEqual({ name: 'closing', code: 4001, reason: 'done' })
    rig.Fake.last.drain()
    await pass(100)
    expect(order.get(rig)).toEqual(['send aaaa', 'send b', 'send c', 'send d', 'close 4001 done'])
    rig.Fake.last.serverClose(4001, 'done')
    expect(rig.record.of('close')).toMatchObject([{ code: 4001, reason: 'done', wasClean: true }])
    expect(rig.record.of('drop')).toEqual([])
  })

  test('[L6] what an open listener leaves waiting when it closes goes out, too', async () => {
    const { socket, Fake } = scripted()
    socket.send('backlog')
    socket.once('open', () => {
      socket.send('first')
      socket.close()
    })
    await settle()
    Fake.last.accept()
    await settle()
    expect(Fake.last.sent).toEqual(['first', 'backlog'])
    expect(Fake.last.readyState).toBe(Fake.CLOSING)
  })

  test('[L6] a small remainder is no reason to wait: the native socket is closed in the same turn', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    socket.send('small')
    socket.close()
    expect(Fake.last.closeCalls).toHaveLength(1)
  })

  test.for([
    [[], { code: undefined, reason: undefined }],
    [[1000], { code: 1000 }],
    [[3000, 'because'], { code: 3000, reason: 'because' }],
    [[4999, ''], { code: 4999 }],
  ] as [[number?, string?], object][])(
    '[L6] close(%o) closes the native socket like that',
    async ([args, call]) => {
      const { socket, Fake } = await at('open')
      socket.close(...args)
      expect(Fake.last.closeCalls).toMatchObject([call])
    },
  )

  test('[L6] the code given to close() during the handshake reaches the server', async () => {
    const { socket, Fake } = await at('handshake')
    socket.close(4001, 'not you')
    expect(Fake.last.closeCalls).toEqual([{ code: 4001, reason: 'not you' }])
  })

  test('[L6] closing ends with the native close event', async () => {
    const { socket, Fake, record } = await at('closing')
    await pass(4_900)
    expect(socket.state.name).toBe('closing')
    Fake.last.serverClose(1000, 'bye')
    expect(socket.state.name).toBe('closed')
    expect(record.of('close')).toMatchObject([{ code: 1000, reason: 'bye', wasClean: true }])
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for([undefined, 1_000])(
    '[L6] or closeTimeout (%s) after nothing is left to send',
    async (closeTimeout) => {
      const { socket, record, Fake } = await at('closing', closeTimeout ? { closeTimeout } : {})
      const limit = closeTimeout ?? 5_000
      await pass(limit - 100)
      expect(socket.state.name).toBe('closing')
      await pass(200)
      expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
      expect(record.of('close')).toMatchObject([
        { code: 1006, wasClean: false, phase: 'closing', opened: true },
      ])
      expect(Fake.last.listenerCount('close')).toBe(0)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('[L6] or closeTimeout after bufferedAmount last fell', async () => {
    const rig = await full()
    rig.socket.close()
    for (let byte = 0; byte < 3; byte++) {
      await pass(4_500)
      rig.Fake.last.drain(1)
    }
    await pass(4_900)
    expect(rig.socket.state.name).toBe('closing')
    await pass(200)
    expect(rig.socket.state.name).toBe('closed')
    expect(rig.record.of('close')).toMatchObject([{ unsentBytes: 4 }])
  })

  test('[L6] a slow link has the time it needs for a large remainder', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    for (let times = 0; times < 64; times++) socket.send('x'.repeat(65_536))
    socket.close()
    expect(socket.queue.length).toBe(0)
    expect(Fake.last.sent).toHaveLength(64)
    for (let second = 0; second < 64; second++) {
      await pass(1_000)
      Fake.last.drain(65_536)
      expect(socket.state.name).toBe('closing')
    }
    await pass(100)
    expect(Fake.last.closeCalls).toHaveLength(1)
  })

  test('[L6] connect() before the answer closes with the code that close() was given', async () => {
    const { socket, Fake, record } = await at('open', { fake: { buffering: true } })
    const [native] = Fake.instances
    socket.send('x'.repeat(300_000))
    socket.close(4001, 'done')
    expect(native?.closeCalls).toEqual([])
    socket.connect()
    expect(native?.closeCalls).toEqual([{ code: 4001, reason: 'done' }])
    expect(record.states).toEqual(['connecting', 'open', 'closing', 'closed', 'connecting'])
  })

  test('[L3] connect() before the answer, and again from the signal of the attempt given up: one attempt', async () => {
    const rig = scripted({
      url: ({ attempt, reconnected, signal }) => {
        if (attempt === 0 && !reconnected) signal.addEventListener('abort', () => rig.socket.connect())
        return 'ws://test/'
      },
    })
    await settle()
    rig.Fake.last.accept()
    rig.socket.close()
    rig.socket.connect()
    await settle()
    expect(rig.record.states).toEqual(['connecting', 'open', 'closing', 'closed', 'connecting'])
    expect(rig.Fake.instances).toHaveLength(2)
  })

  test('[L6] a native close() that throws ends the closing', async () => {
    const { socket, Fake, record } = await at('open')
    Fake.last.close = () => {
      throw new Error('not now')
    }
    socket.close()
    await settle()
    expect(record.of('close')).toMatchObject([{ code: 1006, phase: 'closing', willRetry: false }])
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[L6] after a clean answer nothing is unsent, though the amount stands still since close()', async () => {
    const { socket, Fake, record } = await at('open', { fake: { buffering: true } })
    socket.send('all of it')
    socket.close()
    Fake.last.serverClose()
    expect(record.of('close')).toMatchObject([{ unsentBytes: 0, wasClean: true }])
  })

  test.for([
    [256, 1],
    [256.5, 0],
  ] as const)(
    '[L6] with %d KiB in the browser the native socket is told at once %d times',
    async ([kib, times]) => {
      const { Fake, socket } = await at('open', { fake: { buffering: true }, queue: { highWaterMark: 1 } })
      socket.send('x'.repeat(kib * 1024))
      socket.close()
      expect(Fake.last.closeCalls).toHaveLength(times)
    },
  )

  test('[L6] as natively, nothing comes in while closing', async () => {
    const { Fake, record } = await at('closing')
    Fake.last.receive('late')
    Fake.last.receive(Uint8Array.of(1))
    expect(record.of('message')).toEqual([])
    expect(record.of('binary')).toEqual([])
  })

  test.for(['closing', 'closed'] as const)('[L6] at the stage %s send() drops', async (stage) => {
    const { socket, Fake, record } = await at(stage)
    const sent = Fake.last.sent.length
    expect(socket.send('late')).toBe('dropped')
    expect(record.of('drop')).toEqual([{ data: 'late', reason: 'closed' }])
    expect(socket.queue.length).toBe(0)
    expect(Fake.last.sent).toHaveLength(sent)
  })
})
