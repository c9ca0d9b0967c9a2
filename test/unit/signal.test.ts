/** The `signal` option and `Symbol.dispose`: two more ways to say `close()`. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket, type SteadySocketEvents } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { page, wakeSignals } from '../support/page.ts'
import { at, recordOf, type Scripted, scripted, stages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

async function answerCloses({ Fake }: Scripted): Promise<void> {
  for (const native of Fake.instances) if (native.readyState === Fake.CLOSING) native.serverClose()
  await settle()
}

/** Those attached to the signal now. */
function countAbortListeners(signal: AbortSignal): () => number {
  const attached = new Set<unknown>()
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  vi.spyOn(signal, 'addEventListener').mockImplementation((type: string, listener, options) => {
    if (type === 'abort') attached.add(listener)
    add(type, listener as EventListener, options)
  })
  vi.spyOn(signal, 'removeEventListener').mockImplementation((type: string, listener, options) => {
    if (type === 'abort') attached.delete(listener)
    remove(type, listener as EventListener, options)
  })
  return () => attached.size
}

describe('signal', () => {
  test.for(stages)('[L8] aborted at the stage %s it is close()', async (stage) => {
    const controller = new AbortController()
    const aborted = await at(stage, { signal: controller.signal })
    const closed = await at(stage)
    controller.abort()
    closed.socket.close()
    expect(aborted.socket.state).toEqual(closed.socket.state)
    await answerCloses(aborted)
    await answerCloses(closed)
    expect(aborted.record.order).toEqual(closed.record.order)
    expect(aborted.record.order.slice(-2)).toEqual(['state closed', 'close'])
    expect(aborted.record.of('close')).toEqual(closed.record.of('close'))
    expect(aborted.Fake.instances.map((native) => native.closeCalls)).toEqual(
      closed.Fake.instances.map((native) => native.closeCalls),
    )
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[L8] aborted while open, it hands over what waits', async () => {
    const controller = new AbortController()
    const { socket, Fake } = await at('open', {
      signal: controller.signal,
      queue: { highWaterMark: 1 },
      fake: { buffering: true },
    })
    socket.send('first')
    socket.send('second')
    controller.abort()
    expect(Fake.last.sent).toEqual(['first', 'second'])
    expect(Fake.last.readyState).toBe(Fake.CLOSING)
  })

  test('[L8] already aborted at construction, it never connects', async () => {
    const url = vi.fn(() => 'ws://test/')
    const { socket, Fake, record } = scripted({ url, signal: AbortSignal.abort() })
    expect(socket.state.name).toBe('closing')
    await settle()
    expect(record.order).toEqual(['state closing', 'state closed', 'close'])
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested', close: { phase: 'none' } })
    socket.connect()
    socket.reconnect()
    for (const signal of wakeSignals) page[signal]()
    await pass(60_000)
    expect(url).not.toHaveBeenCalled()
    expect(Fake.instances).toHaveLength(0)
    expect(socket.state.name).toBe('closed')
    expect(record.of('close')).toHaveLength(1)
  })

  test.for([true, false])(
    '[L8] aborted right after construction (autoConnect: %s), it never connects',
    async (autoConnect) => {
      const controller = new AbortController()
      const { socket, Fake, record } = scripted({ autoConnect, signal: controller.signal })
      controller.abort()
      await settle()
      expect(Fake.instances).toHaveLength(0)
      expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
      expect(record.of('close')).toHaveLength(1)
    },
  )

  test('[L8] aborted right after construction, reconnect() starts nothing', async () => {
    const controller = new AbortController()
    const { socket, Fake, record } = scripted({ signal: controller.signal })
    controller.abort()
    socket.reconnect()
    await settle()
    expect(Fake.instances).toHaveLength(0)
    expect(record.order).toEqual(['state connecting', 'state closing', 'state closed', 'close'])
  })

  test('[L8] aborted by the listener of an event, it closes for good', async () => {
    const controller = new AbortController()
    const { socket, Fake, record } = scripted({ signal: controller.signal })
    socket.on('retry', () => controller.abort())
    await settle()
    Fake.last.fail()
    await pass(60_000)
    expect(record.states).toEqual(['connecting', 'waiting', 'closing', 'closed'])
    expect(Fake.instances).toHaveLength(1)
  })

  test('[L8] aborted after close() it tells nothing more', async () => {
    const controller = new AbortController()
    const { record } = await at('closed', { signal: controller.signal })
    const told = [...record.order]
    controller.abort()
    await settle()
    expect(record.order).toEqual(told)
  })

  test('[L8] it is listened to until the end, and again after a new start', async () => {
    const controller = new AbortController()
    const listeners = countAbortListeners(controller.signal)
    const { socket, Fake } = await at('open', { signal: controller.signal })
    expect(listeners()).toBe(1)
    socket.close()
    Fake.last.serverClose()
    expect(listeners()).toBe(0)
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(listeners()).toBe(1)
    controller.abort()
    Fake.last.serverClose()
    expect(socket.state.name).toBe('closed')
    expect(listeners()).toBe(0)
  })

  test('[L9] 1 000 reconnects leave one listener on the signal', async () => {
    const controller = new AbortController()
    const listeners = countAbortListeners(controller.signal)
    const { socket } = await at('open', { signal: controller.signal })
    for (let times = 0; times < 1_000; times++) {
      socket.reconnect()
      await settle()
    }
    expect(listeners()).toBe(1)
  })
})

describe('Symbol.dispose', () => {
  test.for(stages)('[L8] at the stage %s it closes, and removes every listener', async (stage) => {
    const rig = await at(stage)
    const { socket, Fake, record } = rig
    const events: (keyof SteadySocketEvents)[] = ['state', 'open', 'message', 'close', 'drain', 'retry']
    const subscriber = vi.fn()
    socket.subscribe(subscriber)
    for (const event of events) socket.on(event, () => {})
    const closes = record.of('close').length

    socket[Symbol.dispose]()
    expect(events.map((event) => socket.listenerCount(event))).toEqual(events.map(() => 0))
    expect(['closing', 'closed']).toContain(socket.state.name)
    const told = record.order.length
    subscriber.mockClear()
    await answerCloses(rig)
    await pass(60_000)
    expect(socket.state.name).toBe('closed')
    expect(record.order).toHaveLength(told)
    expect(subscriber).not.toHaveBeenCalled()
    expect(record.of('close')).toHaveLength(closes)
    expect(
      Fake.instances.every(({ readyState }) => readyState === Fake.CLOSED || stage === 'connecting'),
    ).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
    socket[Symbol.dispose]()
    expect(socket.state.name).toBe('closed')
  })

  test('[L8] while open it hands over what waits', async () => {
    const { socket, Fake } = await at('open', { queue: { highWaterMark: 1 }, fake: { buffering: true } })
    socket.send('first')
    socket.send('second')
    socket[Symbol.dispose]()
    expect(Fake.last.sent).toEqual(['first', 'second'])
  })

  test('[L8] `using` closes at the end of the block', async () => {
    const Fake = createFakeWebSocket()
    const states: string[] = []
    {
      using socket = new SteadySocket('ws://test/', { WebSocket: Fake })
      socket.subscribe(({ name }) => states.push(name))
      await settle()
      Fake.last.accept()
    }
    expect(Fake.last.readyState).toBe(Fake.CLOSING)
    expect(states).toEqual(['connecting', 'open', 'closing'])
    Fake.last.serverClose()
  })

  test('[L8] a disposed socket can be used again', async () => {
    const { socket, Fake } = await at('open')
    socket[Symbol.dispose]()
    Fake.last.serverClose()
    const record = recordOf(socket)
    socket.connect()
    await settle()
    Fake.last.accept()
    expect(record.states).toEqual(['connecting', 'open'])
  })
})
