/** The way from the queue into the browser: what makes it look, what it waits for, and that it rests. */
import { describe, expect, vi } from 'vitest'
import { delayTimers, onceEvery } from '../support/late-timers.ts'
import { page, wakeSignals } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const minute = 60_000
const small = { queue: { highWaterMark: 10 }, fake: { buffering: true } }

describe('at rest', () => {
  /** Open for long enough: the only timer of the state itself is over. */
  async function atRest(script: Parameters<typeof at<string, string>>[1]): Promise<Staged> {
    const rig = await at('open', script)
    await pass(5_000)
    return rig
  }

  test('[S5] an open socket has no timer, whatever it sends and hears, while nothing waits', async () => {
    const { socket, Fake } = await atRest({})
    const timers = [vi.getTimerCount()]
    for (let count = 0; count < 100; count++) {
      socket.send('x')
      Fake.last.receive('y')
      timers.push(vi.getTimerCount())
    }
    await settle()
    expect(new Set(timers)).toEqual(new Set([0]))
  })

  test('[S5] what is in the browser, below the mark, needs none', async () => {
    const { socket, Fake } = await atRest(small)
    expect(socket.send('123456789')).toBe('sent')
    expect(Fake.last.bufferedAmount).toBe(9)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[S5] nor does what fills the browser, as long as nobody waits for it to be empty', async () => {
    const { socket, Fake, record } = await atRest(small)
    for (const message of ['0123456789', 'waits']) socket.send(message)
    await pass(10)
    Fake.last.drain()
    await pass(10)
    expect(Fake.last.sent).toEqual(['0123456789', 'waits'])
    Fake.last.drain()
    socket.send('0123456789')
    await pass(10)
    expect(Fake.last.bufferedAmount).toBe(10)
    expect(vi.getTimerCount()).toBe(0)
    const drains: number[] = []
    socket.on('drain', () => drains.push(Fake.last.bufferedAmount))
    expect(vi.getTimerCount()).toBe(1)
    Fake.last.drain()
    await pass(10)
    expect(drains).toEqual([0])
    expect([vi.getTimerCount(), record.states]).toEqual([0, ['connecting', 'open']])
  })

  test('[S5] while something waits there is one, and it ends with the waiting', async () => {
    const { socket, Fake } = await atRest(small)
    for (const message of ['0123456789', 'a', 'b', 'c']) socket.send(message)
    expect([socket.queue.length, vi.getTimerCount()]).toEqual([3, 1])
    await pass(minute)
    expect([socket.queue.length, vi.getTimerCount()]).toEqual([3, 1])
    Fake.last.drain()
    await pass(4)
    expect(Fake.last.sent).toEqual(['0123456789', 'a', 'b', 'c'])
    Fake.last.drain()
    await pass(4)
    expect([socket.bufferedAmount, vi.getTimerCount()]).toEqual([0, 0])
  })

  test('[S5] somebody who waits for `drain` has one until it comes', async () => {
    const { socket, Fake } = await atRest(small)
    const drained = vi.fn()
    socket.on('drain', drained)
    socket.send('x')
    expect(vi.getTimerCount()).toBe(1)
    Fake.last.drain()
    await pass(4)
    expect(drained).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for(['idle', 'closed'] as const)('[S5] what waits has none at the stage %s', async (stage) => {
    const rig = await at('waiting')
    rig.socket.send('x')
    rig.socket.close()
    await settle()
    const { socket } = stage === 'closed' ? rig : await at('idle')
    if (stage === 'idle') socket.send('x')
    expect([socket.queue.length, vi.getTimerCount()]).toEqual([1, 0])
  })

  test('[S5] emptied by hand, it rests too', async () => {
    const { socket, Fake } = await atRest(small)
    for (const message of ['0123456789', 'a']) socket.send(message)
    expect(socket.queue.clear()).toEqual(['a'])
    Fake.last.drain()
    await pass(4)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('in a hidden tab', () => {
  const looks: [string, (rig: Staged) => unknown][] = [
    ['a message', ({ Fake }) => Fake.last.receive('news')],
    ['a binary message', ({ Fake }) => Fake.last.receive(Uint8Array.of(1))],
    ['`send()`', ({ socket }) => socket.send('last')],
    ['`drained()`', ({ socket }) => socket.drained().catch(() => {})],
    ...wakeSignals.map((signal): [string, () => void] => [signal, page[signal]]),
  ]

  /** Timers come once a minute, something waits, and now the browser has room. */
  async function hidden(): Promise<Staged> {
    delayTimers(onceEvery(minute))
    const rig = await at('open', small)
    for (const message of ['0123456789', 'waits']) rig.socket.send(message)
    await pass(100)
    rig.Fake.last.drain()
    return rig
  }

  test.for(looks)('[S5] %s causes a look', async ([, cause]) => {
    const rig = await hidden()
    expect(rig.Fake.last.sent).toEqual(['0123456789'])
    cause(rig)
    expect(rig.Fake.last.sent.slice(0, 2)).toEqual(['0123456789', 'waits'])
  })

  test('[S5] without any of them, the timer does, once a minute', async () => {
    const { Fake } = await hidden()
    await pass(minute - (performance.now() % minute) - 1)
    expect(Fake.last.sent).toEqual(['0123456789'])
    await pass(1)
    expect(Fake.last.sent).toEqual(['0123456789', 'waits'])
  })

  test('[S5] a conversation keeps the queue moving, timers or not', async () => {
    delayTimers(onceEvery(minute))
    const { socket, Fake } = await at('open', small)
    const messages = Array.from({ length: 100 }, (_, index) => String(index).padEnd(10, '.'))
    for (const message of messages) socket.send(message)
    for (let count = 1; count < messages.length; count++) {
      await pass(100)
      Fake.last.drain()
      Fake.last.receive('news')
    }
    expect(Fake.last.sent).toEqual(messages)
  })
})

describe('an engine that tells nothing', () => {
  test.for<[string, number | undefined]>([
    ['always reads 0', 0],
    ['is missing', undefined],
  ])('[S4] where `bufferedAmount` %s, everything goes out all the same', async ([, amount]) => {
    const onCreate = (native: object): unknown => Object.assign(native, { bufferedAmount: amount })
    const { socket, Fake } = await at('idle', { fake: { onCreate }, queue: { highWaterMark: 10 } })
    const drained = vi.fn()
    socket.on('drain', drained)
    const messages = Array.from({ length: 1_000 }, (_, index) => String(index).padEnd(100, '.'))
    for (const message of messages) socket.send(message)
    socket.connect()
    await settle()
    Fake.last.accept()
    await pass(100)
    expect(drained).toHaveBeenCalledOnce()
    for (const message of messages) expect(socket.send(message)).toBe('sent')
    expect(Fake.last.sent).toEqual([...messages, ...messages])
    await pass(5_000)
    expect(vi.getTimerCount()).toBe(0)
    expect(socket.stats).toMatchObject({ messagesOut: 2_000, bytesOut: 200_000 })
  })
})
