/** When what waits is handed over: after so many ms, in the next task, or not yet; and how much of it. */
import { setImmediate as realTask } from 'node:timers/promises'
import { describe, expect, vi } from 'vitest'
import { Collected } from '../support/collect.ts'
import { delayTimers, onceEvery } from '../support/late-timers.ts'
import { at, type Script, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const KiB = 1024
const mark10 = { highWaterMark: 10 }
const full = '0123456789'

/** Open for a while, on a browser that lets nothing go by itself. */
async function open(queue: Script<string, string>['queue'], buffering = true): Promise<Staged> {
  const rig = await at('open', { fake: { buffering }, queue, reconnect: { delay: () => 0 } })
  await pass(6_000)
  return rig
}

async function tasks(): Promise<void> {
  for (let count = 0; count < 3; count++) await realTask()
}

/** What the present native socket is given from now on; each send takes so many ms by the clock. */
function watch({ Fake: { last } }: Staged, cost = 0): Collected<unknown> & { work(ms: number): void } {
  const sent = new Collected<unknown>()
  const send = last.send.bind(last)
  const now = performance.now.bind(performance)
  let spent = 0
  vi.spyOn(performance, 'now').mockImplementation(() => now() + spent)
  const work = (ms: number): void => {
    spent += ms
  }
  last.send = (data) => {
    work(cost)
    send(data)
    sent.push(data)
  }
  return Object.assign(sent, { work })
}

describe('in time', () => {
  test('[S4] 4 ms after it began to wait, and not before, though more is sent meanwhile', async () => {
    const { socket, Fake } = await open(mark10)
    for (const message of [full, 'a']) socket.send(message)
    Fake.last.drain()
    for (const message of ['b', 'c', 'd']) {
      await pass(1)
      expect(socket.send(message)).toBe('queued')
      expect(Fake.last.sent).toEqual([full])
    }
    await pass(1)
    expect(Fake.last.sent).toEqual([full, 'a', 'b', 'c', 'd'])
  })

  test('[S4] one as large as the mark need not go alone', async () => {
    const { socket, Fake } = await open(mark10)
    for (const message of [full, full]) socket.send(message)
    Fake.last.drain(9)
    await pass(4)
    expect(Fake.last.sent).toEqual([full, full])
  })
})

describe('in the next task', () => {
  test('[S4] where the browser had run dry, once more each time', async () => {
    const rig = await open(mark10)
    for (let count = 0; count < 4; count++) rig.socket.send(full)
    rig.Fake.last.drain()
    const sent = watch(rig)
    vi.advanceTimersByTime(4)
    for (let count = 1; count <= 3; count++) {
      await sent.take(1)
      rig.Fake.last.drain()
    }
    expect(rig.Fake.last.sent).toHaveLength(4)
  })

  test.for([
    [full, 5],
    ['larger than the mark', 6],
  ] as const)('[S4] not where it had not, with %j next', async ([next, left]) => {
    const { socket, Fake } = await open(mark10)
    for (const message of [full, 'first', next, 'last']) socket.send(message)
    Fake.last.drain(left)
    vi.advanceTimersByTime(4)
    expect(Fake.last.sent).toEqual([full, 'first'])
    Fake.last.drain()
    await tasks()
    expect(Fake.last.sent).toEqual([full, 'first'])
    vi.advanceTimersByTime(4)
    expect(Fake.last.sent).toContain(next)
  })

  test('[S4] where only the time of one task was over', async () => {
    const rig = await open({ highWaterMark: 100 })
    rig.Fake.last.bufferedAmount = 100
    const messages = Array.from({ length: 20 }, (_, index) => String(index))
    for (const message of messages) rig.socket.send(message)
    // Never dry, never full.
    rig.Fake.last.bufferedAmount = 1
    const sent = watch(rig, 3)
    vi.advanceTimersByTime(4)
    expect(rig.Fake.last.sent).toEqual(['0', '1', '2'])
    expect(await sent.take(20)).toEqual(messages)
  })

  test('[S3] where a task has sent for too long by itself', async () => {
    const rig = await open({}, false)
    const sent = watch(rig, 9)
    expect(['a', 'b'].map((message) => rig.socket.send(message))).toEqual(['sent', 'queued'])
    expect(await sent.take(2)).toEqual(['a', 'b'])
  })

  test('[S3] what a listener sends then goes at once', async () => {
    const rig = await open({}, false)
    const sent = watch(rig)
    const { last } = rig.Fake
    const { send } = last
    last.send = (data) => {
      if (data === 'a') sent.work(9)
      send(data)
    }
    const results: unknown[] = []
    rig.socket.once('drain', () => results.push(rig.socket.send('c')))
    for (const message of ['a', 'b']) rig.socket.send(message)
    await sent.take(3)
    expect(results).toEqual(['sent'])
  })
})

describe('how long one task sends', () => {
  test('[S4] short work of the application between two sends does not make it another task', async () => {
    const rig = await open({}, false)
    const { work } = watch(rig, 1)
    const results: unknown[] = []
    for (let count = 0; count < 6; count++) {
      results.push(rig.socket.send('x'))
      work(1.5)
    }
    expect(results).toEqual(['sent', 'sent', 'sent', 'sent', 'queued', 'queued'])
  })

  test('[S4] nor does a message that the browser refuses', async () => {
    const rig = await open({}, false)
    const taken = watch(rig, 1)
    const { send } = rig.Fake.last
    rig.Fake.last.send = (data) => {
      send(data)
      if (data === 'bad') throw new Error('no')
    }
    for (let count = 0; count < 20; count++) rig.socket.send(count % 2 === 0 ? 'good' : 'bad')
    expect(taken.all.length).toBeLessThanOrEqual(9)
  })

  test('[S4] in a hidden tab neither, however much is sent in one turn', async () => {
    const rig = await open({ highWaterMark: 1_000 })
    delayTimers(onceEvery(1_000))
    rig.Fake.last.bufferedAmount = 1_000
    for (let count = 0; count < 40; count++) rig.socket.send('x')
    // A timer has come late, and there was still no room.
    await pass(2_000)
    rig.Fake.last.bufferedAmount = 1
    const sent = watch(rig, 3)
    for (let count = 0; count < 5; count++) rig.socket.send('y')
    expect(sent.all).toHaveLength(3)
  })
})

describe('the mark that follows the link', () => {
  const chunk = 'x'.repeat(16 * KiB)

  /** The browser has got its 256 KiB, and nothing of it leaves for so many ms; then all but so much leaves. */
  async function slow(milliseconds: number, rest: number): Promise<Staged> {
    const rig = await open({ maxBytes: Infinity })
    for (let count = 0; count < 100; count++) rig.socket.send(chunk)
    expect(rig.Fake.last.bufferedAmount).toBe(256 * KiB)
    await pass(milliseconds)
    rig.Fake.last.bufferedAmount = rest * KiB
    await pass(4)
    return rig
  }

  test.for([
    [248, 200, 256],
    [264, 200, 200],
    [264, 120, 136],
    [400, 200, 200],
    [400, 120, 136],
  ])(
    '[S4] after %i ms in which nothing left, the browser has %i KiB, and is filled to %i',
    async ([milliseconds, rest, filled]) => {
      const { Fake } = await slow(milliseconds as number, rest as number)
      expect(Fake.last.bufferedAmount).toBeLessThan((filled as number) * KiB + chunk.length)
      expect(Fake.last.bufferedAmount).toBeGreaterThanOrEqual((filled as number) * KiB)
    },
  )

  /** So many bytes a ms leave, for so long. */
  async function leave({ Fake }: Staged, rate: number, milliseconds: number): Promise<void> {
    for (let time = 0; time < milliseconds; time += 4) {
      Fake.last.drain(rate * 4)
      await pass(4)
    }
  }

  test('[S4] a time in which nothing waited says nothing about the link', async () => {
    const rig = await open({ maxBytes: Infinity })
    const burst = (): void => {
      for (let count = 0; count < 80; count++) rig.socket.send(chunk)
    }
    burst()
    await leave(rig, 2 * KiB, 800)
    expect(rig.socket.queue.length).toBe(0)
    await pass(1_500)
    const before = rig.Fake.last.sent.length
    burst()
    await leave(rig, 2 * KiB, 8)
    expect(rig.Fake.last.sent.length - before).toBeGreaterThan(16)
  })

  test('[S4] nor does the connection before', async () => {
    const rig = await open({ maxBytes: Infinity, resendUnsent: Infinity })
    for (let count = 0; count < 400; count++) rig.socket.send(chunk)
    await leave(rig, KiB, 1_000)
    rig.Fake.last.fail()
    await settle()
    rig.Fake.last.accept()
    expect(rig.Fake.last.bufferedAmount).toBe(256 * KiB)
  })
})
