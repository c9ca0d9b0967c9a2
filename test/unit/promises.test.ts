/** `opened()` and `drained()`: when they resolve, and with what they reject. */
import { describe, expect, vi } from 'vitest'
import { SteadySocketError } from '../../src/index.ts'
import { at, type Scripted, scripted, stages } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { pass, settle, test } from './fixture.ts'

/** What has become of a promise so far. */
function watch(promise: Promise<void>): { outcome: unknown } {
  const watched: { outcome: unknown } = { outcome: 'pending' }
  promise.then(
    () => {
      watched.outcome = 'resolved'
    },
    (error: unknown) => {
      watched.outcome = error
    },
  )
  return watched
}

const closedFirst = expect.objectContaining({ name: 'SteadySocketError', code: 'CLOSED' })

describe('opened()', () => {
  test('[L4] resolves at once while open', async () => {
    const { socket } = await at('open')
    const opened = watch(socket.opened())
    await Promise.resolve()
    expect(opened.outcome).toBe('resolved')
  })

  test.for(['idle', 'provider', 'connecting', 'handshake', 'waiting'] as const)(
    '[L4] at the stage %s resolves when it opens',
    async (stage) => {
      const rig = await at(stage)
      const { socket, Fake } = rig
      const opened = watch(socket.opened())
      await settle()
      expect(opened.outcome).toBe('pending')
      rig.answer('ws://test/')
      if (stage === 'idle') socket.connect()
      if (stage === 'waiting') await pass(1_500)
      await settle()
      expect(opened.outcome).toBe('pending')
      if (Fake.last.readyState === Fake.CONNECTING) Fake.last.accept()
      else rig.agree()
      await settle()
      expect(opened.outcome).toBe('resolved')
      expect(socket.state.name).toBe('open')
    },
  )

  test('[L4] resolves after the listeners of open have run', async () => {
    const { socket, Fake } = await at('connecting')
    const order: string[] = []
    void socket.opened().then(() => order.push('opened()'))
    socket.on('open', () => order.push('open'))
    socket.on('state', () => order.push('state'))
    Fake.last.accept()
    await settle()
    expect(order).toEqual(['state', 'open', 'opened()'])
  })

  test('[L4] outlasts failed attempts', async () => {
    const { socket, Fake } = await at('connecting')
    const opened = watch(socket.opened())
    for (const delay of [1_500, 3_000, 6_000]) {
      Fake.last.fail()
      await pass(delay)
    }
    socket.reconnect()
    await settle()
    expect(opened.outcome).toBe('pending')
    Fake.last.accept()
    await settle()
    expect(opened.outcome).toBe('resolved')
  })

  test.for(['closing', 'closed'] as const)('[L5] rejects at the stage %s', async (stage) => {
    const { socket } = await at(stage)
    const error = await socket.opened().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SteadySocketError)
    expect(error).toMatchObject({ code: 'CLOSED', message: `The socket is ${stage}` })
  })

  test.for<[string, (rig: Scripted) => void]>([
    ['is closed', ({ socket }) => socket.close()],
    ['gives up', ({ Fake }) => Fake.last.fail()],
    ['is refused', ({ Fake }) => Fake.last.fail({ close: { code: 1008 } })],
    ['is disposed of', ({ socket }) => socket[Symbol.dispose]()],
  ])('[L5] rejects when the socket %s, every one of them', async ([, end]) => {
    const rig = await at('connecting', { reconnect: { maxAttempts: 0 } })
    const opened = [watch(rig.socket.opened()), watch(rig.socket.opened({ timeout: 1_000 }))]
    end(rig)
    await settle()
    expect(opened.map(({ outcome }) => outcome)).toEqual([closedFirst, closedFirst])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[L5] waits again after a new start', async () => {
    const { socket, Fake } = await at('closed')
    socket.connect()
    const opened = watch(socket.opened())
    await settle()
    expect(opened.outcome).toBe('pending')
    Fake.last.accept()
    await settle()
    expect(opened.outcome).toBe('resolved')
  })

  test('[L5] a timeout or signal ends the waiting and nothing else', async () => {
    const { socket, Fake } = await at('connecting')
    const timers = vi.getTimerCount()
    const controller = new AbortController()
    const late = watch(socket.opened({ timeout: 100 }))
    const aborted = watch(socket.opened({ signal: controller.signal }))
    const reason = new Error('left')
    controller.abort(reason)
    await pass(100)
    expect(late.outcome).toMatchObject({ code: 'TIMEOUT', message: 'Not open within 100 ms' })
    expect(aborted.outcome).toBe(reason)
    expect(vi.getTimerCount()).toBe(timers)
    Fake.last.accept()
    expect(socket.state.name).toBe('open')
  })

  test('[L5] one that resolved is not rejected by a later end, nor left unhandled', async () => {
    const unhandled = unhandledRejections()
    const { socket, Fake } = await at('connecting')
    const opened = watch(socket.opened())
    Fake.last.accept()
    socket.close()
    Fake.last.serverClose()
    await settle()
    expect(opened.outcome).toBe('resolved')
    expect(await unhandled()).toEqual([])
  })
})

describe('drained()', () => {
  test.for(stages)('[S10] at the stage %s resolves at once where nothing waits', async (stage) => {
    const { socket } = await at(stage)
    const drained = watch(socket.drained())
    await Promise.resolve()
    expect(drained.outcome).toBe('resolved')
  })

  test('[S10] resolves when queue and native buffer have emptied', async () => {
    const { socket, Fake } = await at('connecting', {
      queue: { highWaterMark: 4 },
      fake: { buffering: true },
    })
    socket.send('1111')
    socket.send('2222')
    const drained = watch(socket.drained())
    await pass(100)
    Fake.last.accept()
    await pass(100)
    Fake.last.drain()
    await pass(100)
    expect(Fake.last.sent).toEqual(['1111', '2222'])
    expect(drained.outcome).toBe('pending')
    Fake.last.drain(3)
    await pass(100)
    expect(drained.outcome).toBe('pending')
    Fake.last.drain()
    await pass(10)
    expect(drained.outcome).toBe('resolved')
  })

  test('[S10] sees what only the browser holds, and leaves no timer behind', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    const timers = vi.getTimerCount()
    socket.send('small')
    const drained = watch(socket.drained())
    await pass(100)
    expect(drained.outcome).toBe('pending')
    Fake.last.drain()
    await pass(10)
    expect(drained.outcome).toBe('resolved')
    expect(vi.getTimerCount()).toBe(timers)
  })

  test('[S10] outlasts a drop', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    socket.send('small')
    const drained = watch(socket.drained())
    Fake.last.fail()
    await pass(1_500)
    expect(drained.outcome).toBe('pending')
    Fake.last.accept()
    await pass(100)
    expect(drained.outcome).toBe('pending')
    Fake.last.drain()
    await pass(10)
    expect(drained.outcome).toBe('resolved')
  })

  test('[S10] resolves when what waits is cleared', async () => {
    const { socket } = await at('connecting')
    socket.send('a')
    const drained = watch(socket.drained())
    await settle()
    expect(drained.outcome).toBe('pending')
    socket.queue.clear()
    await settle()
    expect(drained.outcome).toBe('resolved')
  })

  test('[S10] resolves when close() has brought everything out', async () => {
    const { socket, Fake } = await at('open', { queue: { highWaterMark: 1 }, fake: { buffering: true } })
    socket.send('1')
    socket.send('2')
    const drained = watch(socket.drained())
    socket.close()
    await settle()
    expect(drained.outcome).toBe('pending')
    Fake.last.drain()
    Fake.last.serverClose()
    await settle()
    expect(drained.outcome).toBe('resolved')
  })

  test.for(['idle', 'connecting', 'waiting'] as const)(
    '[S10] rejects when the socket is closed at the stage %s and something waits',
    async (stage) => {
      const { socket } = await at(stage)
      socket.send('a')
      const drained = watch(socket.drained())
      socket.close()
      await settle()
      expect(drained.outcome).toEqual(closedFirst)
      await expect(socket.drained()).rejects.toThrow('The socket is closed')
    },
  )

  test('[S10] rejects when the end comes before all of it has left the browser', async () => {
    const { socket, record } = await at('open', { fake: { buffering: true } })
    socket.send('1')
    const drained = watch(socket.drained())
    socket.close()
    await pass(10_000)
    expect(record.of('close')).toMatchObject([{ unsentBytes: 1 }])
    expect(drained.outcome).toEqual(closedFirst)
  })

  test('[S10] rejects in the turn of a close() that leaves something of the handshake behind', async () => {
    const { socket, Fake } = scripted({
      fake: { buffering: true },
      handshake({ send }) {
        send('login')
        return new Promise(() => {})
      },
    })
    await settle()
    Fake.last.accept()
    socket.close()
    await expect(socket.drained()).rejects.toEqual(closedFirst)
  })

  test('[S10] outlasts a loss that is followed by a retry, wherever it is called', async () => {
    const outcomes: Array<{ outcome: unknown }> = []
    const ask = (): void => void outcomes.push(watch(socket.drained()))
    const shouldReconnect = (): boolean => {
      ask()
      return true
    }
    const { socket, Fake } = await at('open', { fake: { buffering: true }, reconnect: { shouldReconnect } })
    socket.send('stuck')
    Fake.last.fail()
    ask()
    await settle()
    expect(outcomes).toMatchObject([{ outcome: 'pending' }, { outcome: 'pending' }])
    socket.connect()
    await settle()
    Fake.last.accept()
    Fake.last.drain()
    await pass(4)
    expect(outcomes).toMatchObject([{ outcome: 'resolved' }, { outcome: 'resolved' }])
  })

  test('[S10] a timeout or signal ends the waiting and nothing else', async () => {
    const { socket } = await at('connecting')
    socket.send('a')
    const timers = vi.getTimerCount()
    const late = watch(socket.drained({ timeout: 100 }))
    const aborted = watch(socket.drained({ signal: AbortSignal.abort('left') }))
    await pass(100)
    expect(late.outcome).toMatchObject({ code: 'TIMEOUT', message: 'Not drained within 100 ms' })
    expect(aborted.outcome).toBe('left')
    expect(vi.getTimerCount()).toBe(timers)
    expect(socket.queue.length).toBe(1)
  })
})
