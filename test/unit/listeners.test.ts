/** Listeners may do anything, at any event: the socket has moved before it tells. */
import { describe, expect, vi } from 'vitest'
import type { SendResult, SteadySocket, SteadySocketEvents } from '../../src/index.ts'
import { at, recordOf, type Scripted, type Stage, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

type Cause = [
  moment: string,
  event: keyof SteadySocketEvents,
  stage: Stage,
  sending: SendResult,
  bringAbout: (rig: Scripted) => unknown,
]

/** Every event, and what brings it about. */
const causes: Cause[] = [
  ['state connecting', 'state', 'idle', 'queued', ({ socket }) => socket.connect()],
  ['state open', 'state', 'connecting', 'sent', ({ Fake }) => Fake.last.accept()],
  ['state waiting', 'state', 'open', 'queued', ({ Fake }) => Fake.last.fail()],
  ['state closing', 'state', 'open', 'dropped', ({ socket }) => socket.close()],
  ['state closed', 'state', 'closing', 'dropped', ({ Fake }) => Fake.last.serverClose()],
  ['open', 'open', 'connecting', 'sent', ({ Fake }) => Fake.last.accept()],
  ['message', 'message', 'open', 'sent', ({ Fake }) => Fake.last.receive('hi')],
  ['binary', 'binary', 'open', 'sent', ({ Fake }) => Fake.last.receive(Uint8Array.of(1))],
  ['error', 'error', 'connecting', 'queued', ({ Fake }) => Fake.last.fail()],
  ['close of an attempt', 'close', 'connecting', 'queued', ({ Fake }) => Fake.last.fail()],
  ['close of a connection', 'close', 'open', 'queued', ({ Fake }) => Fake.last.serverClose(1011)],
  ['close after close()', 'close', 'closing', 'dropped', ({ Fake }) => Fake.last.serverClose()],
  ['close after refusal', 'close', 'open', 'dropped', ({ Fake }) => Fake.last.serverClose(1008)],
  ['retry', 'retry', 'open', 'queued', ({ Fake }) => Fake.last.fail()],
  ['drop', 'drop', 'connecting', 'queued', ({ socket }) => socket.send('no', { queue: false })],
  [
    'drain',
    'drain',
    'open',
    'sent',
    ({ socket, Fake }) => {
      Fake.last.bufferedAmount = 1
      socket.send('last')
      Fake.last.drain()
      return pass(10)
    },
  ],
]

/** Brings the event about once, with that listener. */
async function during(
  [, event, stage, , bringAbout]: Cause,
  listener: (socket: SteadySocket) => void,
): Promise<Scripted> {
  const rig = await at(stage)
  const heard = vi.fn(() => listener(rig.socket))
  rig.socket.once(event, heard as never)
  await bringAbout(rig)
  await settle()
  expect(heard).toHaveBeenCalledOnce()
  return rig
}

/** Plays a server that takes part in everything from now on. */
async function cooperate({ Fake, socket }: Scripted): Promise<void> {
  if (socket.state.name === 'waiting') await pass(socket.state.delay)
  await settle()
  const native = Fake.instances.at(-1)
  if (native?.readyState === Fake.CONNECTING) native.accept()
  if (native?.readyState === Fake.CLOSING) native.serverClose()
  await settle()
}

const attached = ({ Fake }: Scripted) => Fake.instances.filter((native) => native.listenerCount('close') > 0)

describe('a listener may call any method', () => {
  test.for(causes)('[L4] close() at the event %s closes for good', async (cause) => {
    const rig = await during(cause, (socket) => socket.close())
    const built = rig.Fake.instances.length
    await cooperate(rig)
    await pass(60_000)
    expect(rig.socket.state.name).toBe('closed')
    expect(rig.Fake.instances).toHaveLength(built)
    expect(rig.record.of('close').filter(({ willRetry }) => !willRetry)).toHaveLength(1)
    expect(rig.record.states.filter((name) => name === 'closed')).toHaveLength(1)
    expect(attached(rig)).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for(causes)('[L4] reconnect() at the event %s starts a new attempt', async (cause) => {
    const rig = await during(cause, (socket) => socket.reconnect())
    expect(rig.socket.state).toMatchObject({ name: 'connecting', attempt: 0 })
    expect(attached(rig)).toEqual([rig.Fake.last])
    expect(vi.getTimerCount()).toBe(1)
    await cooperate(rig)
    expect(rig.socket.state.name).toBe('open')
    expect(attached(rig)).toEqual([rig.Fake.last])
  })

  test.for(causes)('[L4] connect() at the event %s leads to an open socket', async (cause) => {
    const rig = await during(cause, (socket) => socket.connect())
    expect(['connecting', 'open']).toContain(rig.socket.state.name)
    await cooperate(rig)
    expect(rig.socket.state.name).toBe('open')
    expect(attached(rig)).toEqual([rig.Fake.last])
  })

  test.for(causes)('[L4] send() at the event %s does as the new state says', async (cause) => {
    const [, , , sending] = cause
    const send = vi.fn((socket: SteadySocket) => socket.send('from a listener'))
    const rig = await during(cause, send)
    expect(send).toHaveReturnedWith(sending)
    await cooperate(rig)
    const sent = rig.Fake.instances.flatMap((native) => native.sent)
    expect(sent.filter((message) => message === 'from a listener')).toHaveLength(
      sending === 'dropped' ? 0 : 1,
    )
  })
})

describe('a listener that throws', () => {
  const boom = new Error('boom')
  const fail = (): never => {
    throw boom
  }

  test.for(causes)(
    '[L4] at the event %s is reported once and breaks nothing',
    async (cause, { reported }) => {
      const rig = await during(cause, fail)
      expect(reported).toEqual([boom])
      expect(reported[0]).toBe(boom)
      await cooperate(rig)
      expect(rig.socket.state.name).toBe(rig.record.states.includes('closed') ? 'closed' : 'open')
      rig.socket.reconnect()
      await cooperate(rig)
      expect(rig.socket.state.name).toBe('open')
      expect(reported).toHaveLength(1)
    },
  )

  test('[L4] at every event, whole lives go on as without', async ({ reported }) => {
    const live = async ({ socket, Fake, record }: Scripted): Promise<string[]> => {
      await settle()
      Fake.last.fail()
      await pass(1_500)
      Fake.last.accept()
      socket.send('hi')
      Fake.last.receive('hi')
      Fake.last.serverClose(1001)
      await pass(4_500)
      Fake.last.accept()
      socket.close()
      Fake.last.serverClose()
      await settle()
      return record.order
    }
    const rig = scripted()
    for (const event of ['state', 'open', 'message', 'error', 'close', 'retry'] as const) {
      rig.socket.on(event, fail)
    }
    const order = await live(rig)
    expect(order).toEqual(await live(scripted()))
    expect(reported).toEqual(order.map(() => boom))
  })

  test('[L4] becomes an uncaught error where there is no reportError', async () => {
    vi.stubGlobal('reportError', undefined)
    const { socket, Fake } = await at('open')
    socket.on('message', fail)
    expect(() => Fake.last.receive('hi')).not.toThrow()
    expect(() => vi.advanceTimersByTime(0)).toThrow(boom)
    expect(socket.state.name).toBe('open')
  })

  test('[L4] does not throw into what it is called from', async ({ reported }) => {
    const { socket, Fake } = scripted({ queue: false, autoConnect: false })
    for (const event of ['state', 'drop', 'close', 'error', 'open', 'retry'] as const) socket.on(event, fail)
    expect(() => socket.connect()).not.toThrow()
    expect(socket.send('x')).toBe('dropped')
    await settle()
    expect(() => Fake.last.accept()).not.toThrow()
    expect(() => Fake.last.fail()).not.toThrow()
    expect(() => socket.reconnect()).not.toThrow()
    expect(() => socket.close()).not.toThrow()
    await settle()
    expect(socket.state.name).toBe('closed')
    expect(new Set(reported)).toEqual(new Set([boom]))
  })

  test("[L4] what the application's own functions throw is reported, and the defaults count", async ({
    reported,
  }) => {
    const { socket, Fake } = scripted({ reconnect: { shouldReconnect: fail, delay: fail } })
    await settle()
    Fake.last.fail()
    expect(reported).toEqual([boom, boom])
    expect(socket.state).toMatchObject({ name: 'waiting', delay: 1_500 })
  })
})

describe('state first, timers second, events last', () => {
  test('[L4] at every event the state is what the event says, and its timer is set', async () => {
    const { socket, Fake } = scripted({ reconnect: { maxAttempts: 1 } })
    const seen: unknown[] = []
    for (const event of ['state', 'open', 'error', 'close', 'retry'] as const) {
      socket.on(event, () => seen.push([event, socket.state.name, vi.getTimerCount()]))
    }
    await settle()
    Fake.last.accept()
    Fake.last.serverClose(1012)
    await pass(2_500)
    Fake.last.fail()
    expect(seen).toEqual([
      ['state', 'connecting', 1],
      ['state', 'open', 0],
      ['open', 'open', 0],
      ['state', 'waiting', 1],
      ['close', 'waiting', 1],
      ['retry', 'waiting', 1],
      ['state', 'connecting', 1],
      ['state', 'closed', 0],
      ['error', 'closed', 0],
      ['close', 'closed', 0],
    ])
  })

  test('[L4] each state is a new frozen value, and tells of the one before', async () => {
    const { socket, Fake } = scripted({ autoConnect: false })
    const chain: unknown[] = [socket.state]
    socket.on('state', (state, previous) => {
      expect(previous).toBe(chain.at(-1))
      expect(socket.state).toBe(state)
      chain.push(state)
    })
    socket.connect()
    await settle()
    Fake.last.accept()
    Fake.last.fail()
    socket.connect()
    await settle()
    Fake.last.accept()
    socket.close()
    Fake.last.serverClose()
    expect(chain).toMatchObject([
      { name: 'idle' },
      { name: 'connecting', attempt: 0, reconnected: false },
      { name: 'open', attempt: 0, reconnected: false, since: expect.any(Number) },
      { name: 'waiting', attempt: 1, delay: 1_500, close: { code: 1006, opened: true } },
      { name: 'connecting', attempt: 0, reconnected: true },
      { name: 'open', attempt: 0, reconnected: true },
      { name: 'closing', code: undefined, reason: '' },
      { name: 'closed', cause: 'requested', close: { code: 1000, willRetry: false } },
    ])
    expect(new Set(chain).size).toBe(chain.length)
    expect(chain.every(Object.isFrozen)).toBe(true)
  })

  test.for(causes)('[L4] events of one listener reach the next in the same order: %s', async (cause) => {
    const [, event, stage, , bringAbout] = cause
    for (const method of ['close', 'reconnect'] as const) {
      const rig = await at(stage)
      const first = recordOf(rig.socket)
      rig.socket.once(event, () => rig.socket[method]())
      const second = recordOf(rig.socket)
      await bringAbout(rig)
      await cooperate(rig)
      expect(first.order).toEqual(second.order)
      expect(first.states.length).toBeGreaterThan(0)
    }
  })
})
