/** Back-pressure: how much the browser is given, and when all is told to be empty. */
import { describe, expect, vi } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { delayTimers, onceEvery } from '../support/late-timers.ts'
import { at, type Staged, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const KiB = 1024
const buffering = { buffering: true }
const mark10 = { highWaterMark: 10 }

function bytesSent({ sent }: FakeWebSocket): number {
  return sent.reduce<number>((sum, data) => sum + String(data).length, 0)
}

describe('how much', () => {
  test('[S4] a backlog first meets the mark as it starts: 256 KiB', async () => {
    const { socket, Fake } = scripted({ fake: buffering })
    for (let count = 0; count < 1_000; count++) socket.send('x'.repeat(KiB))
    await settle()
    Fake.last.accept()
    expect(bytesSent(Fake.last)).toBe(256 * KiB)
  })

  test('[S4] it doubles each time a tick finds the buffer dry, up to 16 MiB', async () => {
    const { socket, Fake } = scripted({ fake: buffering, queue: { maxBytes: Infinity } })
    const chunk = 'x'.repeat(64 * KiB)
    for (let count = 0; count < 1_000; count++) socket.send(chunk)
    await settle()
    Fake.last.accept()
    const given: number[] = []
    while (given.length < 9) {
      given.push(Fake.last.bufferedAmount / KiB)
      Fake.last.drain()
      await pass(4)
    }
    expect(given).toEqual([256, 512, 1024, 2048, 4096, 8192, 16_384, 16_384, 15_104])
  })

  test('[S4] each tick fills up to a fixed mark again, in time with the timer alone', async () => {
    const { socket, Fake } = await at('open', { fake: buffering, queue: { highWaterMark: 100 } })
    for (let count = 0; count < 10; count++) socket.send('x'.repeat(50))
    const sent: number[] = []
    for (let tick = 0; tick < 5; tick++) {
      sent.push(Fake.last.sent.length)
      Fake.last.drain()
      vi.advanceTimersByTime(4)
    }
    expect(sent).toEqual([2, 4, 6, 8, 10])
  })

  test('[S4] a message larger than the mark waits for an empty buffer, and goes alone', async () => {
    const { socket, Fake } = scripted({ fake: buffering, queue: mark10 })
    const messages = ['x', 'x'.repeat(100), 'y']
    for (const message of messages) socket.send(message)
    await settle()
    Fake.last.accept()
    const sent = [Fake.last.sent.length]
    for (let tick = 0; tick < 4; tick++) {
      await pass(4)
      sent.push(Fake.last.sent.length)
      if (tick % 2 === 1) Fake.last.drain()
    }
    expect(sent).toEqual([1, 1, 1, 2, 2])
    await pass(4)
    expect(Fake.last.sent).toEqual(messages)
  })

  test.for([200, 1_000, 12_000])(
    '[S4] a hidden tab, whose timers come once a second, keeps a link of %i bytes a ms busy',
    async (rate) => {
      const { socket, Fake } = scripted({ fake: buffering, queue: { maxBytes: Infinity } })
      const chunk = 'x'.repeat(10_000)
      for (let count = 0; count < rate * 2; count++) socket.send(chunk)
      await settle()
      delayTimers(onceEvery(1_000))
      Fake.last.accept()
      let idle = 0
      for (let time = 0; time < 16_000; time += 20) {
        if (time >= 8_000 && Fake.last.bufferedAmount < rate * 20) idle += 20
        Fake.last.drain(rate * 20)
        await pass(20)
      }
      expect(idle).toBeLessThan(100)
    },
  )

  test('[S5] nobody looks while the server is closing, whatever waits', async () => {
    const { socket, Fake } = await at('open', { fake: buffering })
    Fake.last.readyState = Fake.CLOSING
    socket.send('x')
    const posted = vi.spyOn(MessagePort.prototype, 'postMessage')
    await pass(60_000)
    expect(posted).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[S9] what a listener sends while the buffer is being filled is in the ledger too', async () => {
    const { socket, Fake } = await at('open', { fake: buffering, queue: mark10 })
    socket.send('0123456789')
    socket.send('expires', { ttl: 1 })
    const results: unknown[] = []
    socket.once('drop', () => {
      for (const message of ['9876543210', 'waits']) results.push(socket.send(message))
    })
    Fake.last.drain()
    await pass(4)
    expect(results).toEqual(['sent', 'queued'])
    expect(Fake.last.bufferedAmount).toBe(10)
    Fake.last.fail()
    expect(socket.queue.clear()).toEqual(['9876543210', 'waits'])
  })

  test('[S9] a buffer that empties within send() leaves nothing to be sent again', async () => {
    const { socket, Fake } = await at('open', { fake: buffering })
    Fake.last.bufferedAmount = 5
    const send = Fake.last.send.bind(Fake.last)
    Fake.last.send = (data) => {
      Fake.last.drain()
      send(data)
      Fake.last.drain()
    }
    socket.send('delivered')
    Fake.last.fail()
    expect(socket.queue.length).toBe(0)
    expect(socket.stats.bytesOut).toBe('delivered'.length)
  })
})

describe('how long', () => {
  /** Each native send takes so long, by the clock; timers do not come meanwhile. */
  function slow({ last }: Staged['Fake'], milliseconds: number): void {
    const send = last.send.bind(last)
    const now = performance.now.bind(performance)
    let spent = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now() + spent)
    last.send = (data) => {
      spent += milliseconds
      send(data)
    }
  }

  const costs: ReadonlyArray<[milliseconds: number, sends: number]> = [
    [0.5, 16],
    [1, 8],
    [3, 3],
    [9, 1],
  ]
  const cases = costs.flatMap(([milliseconds, sends]) =>
    [0, 1_000].map((idle): [number, number, number] => [milliseconds, idle, sends]),
  )
  test.for(cases)(
    '[S4] of sends that take %f ms each, after %i ms of rest, one task makes %i; the rest follows',
    async ([milliseconds, idle, sends]) => {
      const { socket, Fake } = await at('open')
      await pass(idle)
      slow(Fake, milliseconds)
      const messages = Array.from({ length: 40 }, (_, index) => String(index))
      for (const message of messages) socket.send(message)
      expect(Fake.last.sent.length).toBe(sends)
      await pass(1_000)
      expect(Fake.last.sent).toEqual(messages)
    },
  )

  test('[S5] a slow send that leaves nothing waiting starts no timer', async () => {
    const { socket, Fake } = await at('open')
    await pass(5_000)
    slow(Fake, 20)
    expect(socket.send('x')).toBe('sent')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[S3] once a task has sent for too long, the next one sends at once again', async () => {
    const { socket, Fake } = await at('open')
    slow(Fake, 9)
    expect([socket.send('a'), socket.send('b')]).toEqual(['sent', 'queued'])
    socket.queue.clear()
    vi.setSystemTime(Date.now() + 3)
    const later = performance.now() + 3
    vi.spyOn(performance, 'now').mockImplementation(() => later)
    expect(socket.send('c')).toBe('sent')
  })
})

describe('now or never', () => {
  test('[S7] is not refused because this task has sent for long', async () => {
    const { socket } = await at('open')
    let now = performance.now()
    vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 0.5
      return now
    })
    for (let count = 0; count < 40; count++) expect(socket.send('x', { queue: false })).toBe('sent')
    expect(socket.send('x')).toBe('queued')
  })

  test('[S7] where it would have to wait it is dropped, and told why', async () => {
    const { socket, Fake, record } = await at('open', { fake: buffering, queue: mark10 })
    socket.send('0123456789')
    expect(socket.send('a', { queue: false })).toBe('dropped')
    Fake.last.fail()
    expect(socket.send('b', { queue: false })).toBe('dropped')
    expect(record.of('drop')).toEqual([
      { data: 'a', reason: 'busy' },
      { data: 'b', reason: 'not-open' },
    ])
  })

  test('[S7] in flight when the connection is lost, it is dropped and not sent again', async () => {
    const { socket, Fake, record } = await at('open', { fake: buffering })
    socket.send('kept')
    expect(socket.send('now', { queue: false })).toBe('sent')
    Fake.last.fail()
    expect(record.of('drop')).toEqual([{ data: 'now', reason: 'unsent' }])
    expect(socket.queue.clear()).toEqual(['kept'])
  })

  test('[S2] what the native send refuses is dropped and told, whether it waited or not', async () => {
    const { socket, Fake, record } = await at('open')
    Fake.last.send = () => {
      throw new DOMException('too much', 'DataCloneError')
    }
    expect(socket.send('x')).toBe('dropped')
    expect(record.of('drop')).toEqual([{ data: 'x', reason: 'failed' }])
    expect(record.of('error')).toMatchObject([
      { code: 'SEND_FAILED', data: 'x', message: 'The browser refused a message' },
    ])
    expect(socket.state.name).toBe('open')
  })
})

describe('drain', () => {
  test.for(['on', 'once', 'addListener'] as const)(
    '[S10] a listener added by `%s` after send() hears of it',
    async (method) => {
      const { socket, Fake } = await at('open', { fake: buffering })
      const drained = vi.fn()
      socket.send('x')
      socket[method]('drain', drained)
      await pass(100)
      expect(drained).not.toHaveBeenCalled()
      Fake.last.drain()
      await pass(4)
      await pass(2_000)
      expect(drained).toHaveBeenCalledOnce()
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('[S10] while nobody wants to know, what the browser holds costs no timer', async () => {
    const { socket, Fake } = await at('open', { fake: buffering })
    socket.send('x')
    expect(vi.getTimerCount()).toBe(0)
    const drained = socket.drained()
    expect(vi.getTimerCount()).toBe(1)
    Fake.last.drain()
    await pass(4)
    await drained
    socket.send('y')
    expect(vi.getTimerCount()).toBe(0)
    socket.on('drain', () => {})
    expect(vi.getTimerCount()).toBe(1)
  })

  test('[S10] where nothing is ever held there is none, and no timer', async () => {
    const { socket } = await at('open')
    const drained = vi.fn()
    socket.on('drain', drained)
    socket.send('x')
    expect(vi.getTimerCount()).toBe(0)
    await pass(100)
    expect(drained).not.toHaveBeenCalled()
  })

  test.for(['0123456789', 'more than the mark'])(
    '[S10] one that the browser is full of owes a `drain`, also to who listens later: %j',
    async (message) => {
      const { socket, Fake } = await at('open', { fake: buffering, queue: mark10 })
      const drained = vi.fn()
      socket.send(message)
      Fake.last.drain()
      socket.on('drain', drained)
      expect(drained).toHaveBeenCalledOnce()
    },
  )

  test.for<[string, (rig: Staged) => unknown]>([
    ['a message that leaves within send()', ({ socket }) => socket.send('x')],
    ['clearing a queue in which nothing waits', ({ socket }) => socket.queue.clear()],
  ])('[S10] %s takes no `drain` away that is owed', async ([, act]) => {
    const rig = await at('open', { queue: mark10 })
    const drained = vi.fn()
    rig.socket.on('drain', drained)
    rig.Fake.last.send = () => (rig.Fake.last.bufferedAmount = 10)
    rig.socket.send('x')
    rig.Fake.last.drain()
    rig.Fake.last.send = () => {}
    act(rig)
    await pass(4)
    expect(drained).toHaveBeenCalledOnce()
  })

  test('[S10] none while the browser holds something, though what waited was taken out', async () => {
    const { socket, Fake } = await at('open', { fake: buffering, queue: mark10 })
    const drained = vi.fn()
    socket.on('drain', drained)
    for (const message of ['0123456789', 'waits']) socket.send(message)
    socket.queue.clear()
    expect(drained).not.toHaveBeenCalled()
    Fake.last.drain()
    await pass(4)
    expect(drained).toHaveBeenCalledOnce()
  })

  test('[S10] none while `open` is told and something waits for that', async () => {
    const { socket, Fake } = scripted()
    const order: string[] = []
    socket.send('waits')
    socket.once('open', () => {
      socket.on('drain', () => order.push(`drain after ${Fake.last.sent.length}`))
      order.push('open')
    })
    await settle()
    Fake.last.accept()
    await settle()
    expect(order).toEqual(['open', 'drain after 1'])
  })

  test('[S10] one that is owed when the connection ends comes then, if nothing waits', async () => {
    const { socket, Fake } = await at('open', { fake: buffering, queue: mark10 })
    const drained = vi.fn()
    socket.on('drain', drained)
    socket.send('x'.repeat(1_000))
    Fake.last.drain()
    Fake.last.fail()
    expect(drained).toHaveBeenCalledOnce()
  })

  test('[S10] and with the next connection, if something does', async () => {
    const { socket, Fake } = await at('open', { fake: buffering, queue: mark10 })
    const drained = vi.fn()
    socket.on('drain', drained)
    socket.send('x'.repeat(1_000))
    Fake.last.fail()
    expect(drained).not.toHaveBeenCalled()
    await pass(1_500)
    Fake.last.accept()
    Fake.last.drain()
    await pass(4)
    expect(drained).toHaveBeenCalledOnce()
  })

  test('[S10] one that is owed when close() has brought everything out comes with the end', async () => {
    const { socket, Fake } = await at('open', { fake: buffering, queue: mark10 })
    const drained = vi.fn()
    socket.on('drain', drained)
    socket.send('x'.repeat(1_000))
    socket.close()
    Fake.last.drain()
    Fake.last.serverClose()
    expect(drained).toHaveBeenCalledOnce()
  })

  test.for([1, 1_000])('[S10] none where close() has left %d bytes behind', async (bytes) => {
    const { socket, Fake } = await at('open', { fake: buffering, queue: mark10 })
    const drained = vi.fn()
    socket.on('drain', drained)
    socket.send('x'.repeat(bytes))
    socket.close()
    Fake.last.fail()
    expect(drained).not.toHaveBeenCalled()
    // Nor later, when nothing has been held since.
    socket.queue.clear()
    socket.once('drain', drained)
    expect(drained).not.toHaveBeenCalled()
  })

  test('[S10] none for clearing a queue that never held anything', async () => {
    const { socket } = await at('idle')
    const drained = vi.fn()
    socket.on('drain', drained)
    socket.queue.clear()
    expect(drained).not.toHaveBeenCalled()
  })

  test.for(['idle', 'open'] as const)(
    '[S10] clearing the queue empties it, at the stage %s',
    async (stage) => {
      const { socket, Fake } = await at(stage)
      const drained = vi.fn()
      socket.on('drain', drained)
      if (stage === 'open') Fake.last.bufferedAmount = 256 * KiB
      socket.send('x')
      if (stage === 'open') Fake.last.bufferedAmount = 0
      expect(socket.queue.clear()).toEqual(['x'])
      expect(drained).toHaveBeenCalledOnce()
      expect(socket.queue.clear()).toEqual([])
      expect(drained).toHaveBeenCalledOnce()
    },
  )

  test.for([0, 5_000])(
    '[S10] nor does drained() resolve for that: a slow link, given up after a closeTimeout of %i ms',
    async (closeTimeout) => {
      const { socket, Fake, record } = await at('open', { fake: buffering, closeTimeout })
      const drained = vi.fn()
      socket.on('drain', drained)
      socket.send('x'.repeat(1024 * KiB))
      const rejection = expect(socket.drained()).rejects.toMatchObject({ code: 'CLOSED' })
      socket.close()
      await pass(10_000)
      await rejection
      expect(drained).not.toHaveBeenCalled()
      expect(Fake.last.closeCalls).toHaveLength(1)
      expect(record.of('close')).toMatchObject([{ phase: 'closing', unsentBytes: 1024 * KiB }])
    },
  )

  test('[S10] an empty message is something that waits', async () => {
    const { socket, Fake } = scripted()
    const drained = vi.fn()
    socket.send('')
    void socket.drained().then(drained)
    await settle()
    expect(drained).not.toHaveBeenCalled()
    Fake.last.accept()
    await settle()
    expect(drained).toHaveBeenCalledOnce()
  })
})

describe('an amount that falls before the close event, and is up again in it', () => {
  async function fallen(stayed = 0): Promise<Staged> {
    const rig = await at('open', { fake: buffering, queue: { highWaterMark: 4 } })
    for (const message of ['a', 'b', 'c', 'd', 'waits']) rig.socket.send(message)
    await pass(stayed)
    const before = rig.Fake.last.bufferedAmount
    rig.Fake.last.drain()
    await pass(4)
    expect(rig.Fake.last.sent).toContain('waits')
    rig.Fake.last.bufferedAmount += before - 1
    return rig
  }

  test.for([
    [0, 0],
    [0, 800],
    [5_000, 0],
  ] as const)(
    '[S9] what it counts then goes out again, in order: after %i ms in the browser, gone for %i ms',
    async ([stayed, gone]) => {
      const { socket, Fake } = await fallen(stayed)
      await pass(gone)
      Fake.last.fail()
      expect(socket.queue.clear()).toEqual(['b', 'c', 'd', 'waits'])
    },
  )

  test('[S9] what had left more than a second before is not remembered', async () => {
    const { socket, Fake } = await fallen()
    await pass(1_001)
    socket.send('later')
    Fake.last.fail()
    expect(socket.queue.clear()).toEqual(['waits', 'later'])
  })

  test('[S9] also where nothing was looked at since', async () => {
    const { socket, Fake } = await at('open', { fake: buffering })
    for (const message of ['a', 'b', 'c']) socket.send(message)
    Fake.last.drain()
    socket.send('d')
    await pass(1_001)
    Fake.last.bufferedAmount += 2
    Fake.last.fail()
    expect(socket.queue.clear()).toEqual(['d'])
  })
})
