/** `send(…, { signal })`: a message that waits can be taken back. */
import { describe, expect, vi } from 'vitest'
import type { SendOptions } from '../../src/index.ts'
import { trackListeners } from '../support/listeners.ts'
import { at, type Script, type Staged, scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

/** Open; one message is in the browser, and nothing leaves by itself. */
async function busy(queue: Script<string, string>['queue'] = { highWaterMark: 1 }): Promise<Staged> {
  const rig = await at('open', { fake: { buffering: true }, reconnect: { delay: () => 0 }, queue })
  rig.socket.send('0')
  return rig
}

async function again({ Fake }: Staged): Promise<void> {
  Fake.last.fail()
  await settle()
  Fake.last.accept()
}

describe('aborted while it waits', () => {
  test.for(['idle', 'connecting', 'waiting', 'open'] as const)(
    '[S7] at the stage %s it is withdrawn and told, at once; the others keep their order',
    async (stage) => {
      const { socket, record, Fake } = await at(stage)
      if (stage === 'open') Fake.last.bufferedAmount = 2 ** 20
      const { signal, abort } = taking()
      for (const message of ['a', 'b', 'c']) socket.send(message, message === 'b' ? { signal } : {})
      abort()
      expect(record.of('drop')).toEqual([{ data: 'b', reason: 'withdrawn' }])
      expect([socket.queue.length, socket.queue.bytes]).toEqual([2, 2])
      expect(socket.queue.clear()).toEqual(['a', 'c'])
      expect(socket.stats.dropped).toBe(1)
    },
  )

  test('[S7] kept over close(), it can still be withdrawn', async () => {
    const { socket, record } = scripted({ autoConnect: false })
    const { signal, abort } = taking()
    socket.send('a', { signal })
    socket.close()
    await settle()
    expect(socket.queue.length).toBe(1)
    abort()
    expect(socket.queue.length).toBe(0)
    expect(record.of('drop')).toEqual([{ data: 'a', reason: 'withdrawn' }])
  })

  test('[S7] one signal for many: each is told once, in order, and those that have left are not', async () => {
    const { socket, record, Fake } = await busy()
    const { signal, abort } = taking()
    for (const message of ['a', 'b', 'c', 'd']) socket.send(message, message === 'c' ? {} : { signal })
    Fake.last.drain()
    await vi.advanceTimersByTimeAsync(4)
    expect(Fake.last.sent).toEqual(['0', 'a'])
    abort()
    expect(record.of('drop')).toEqual([
      { data: 'b', reason: 'withdrawn' },
      { data: 'd', reason: 'withdrawn' },
    ])
    expect(socket.queue.clear()).toEqual(['c'])
  })

  test.for([
    ['there is room again in the browser', ({ Fake }: Staged) => Fake.last.drain()],
    [
      'a listener told of it closes the socket',
      ({ socket }: Staged) => socket.on('drop', () => socket.close()),
    ],
  ] as const)('[S7] one signal for many: none leaves instead of another, where %s', async ([, prepare]) => {
    const rig = await busy()
    const { signal, abort } = taking()
    for (const message of ['a', 'b', 'c']) rig.socket.send(message, { signal })
    prepare(rig)
    abort()
    await vi.advanceTimersByTimeAsync(4)
    expect(rig.Fake.last.sent).toEqual(['0'])
    expect(rig.record.of('drop')).toEqual(['a', 'b', 'c'].map((data) => ({ data, reason: 'withdrawn' })))
  })

  test('[S10] where it was the last that waited, all is drained', async () => {
    const { socket, Fake } = await busy()
    const { signal, abort } = taking()
    socket.send('a', { signal })
    const drained = vi.fn()
    void socket.drained().then(drained)
    Fake.last.drain()
    abort()
    await settle()
    expect(drained).toHaveBeenCalledOnce()
  })

  test('[S10] also where there is no connection, as after `queue.clear()`', async () => {
    const { socket } = await at('waiting')
    const { signal, abort } = taking()
    socket.send('a', { signal })
    const drained = vi.fn()
    void socket.drained().then(drained)
    abort()
    await settle()
    expect(drained).toHaveBeenCalledOnce()
  })

  test('[S7] it makes room: the next message fits', async () => {
    const { socket } = await at('waiting', { queue: { maxMessages: 1, maxBytes: 1 } })
    const { signal, abort } = taking()
    socket.send('a', { signal })
    expect(socket.send('b')).toBe('dropped')
    abort()
    expect(socket.send('c')).toBe('queued')
    expect(socket.queue.clear()).toEqual(['c'])
  })

  test('[S7] its listener may send and end what it likes', async () => {
    const { socket, Fake } = await busy()
    const { signal, abort } = taking()
    for (const message of ['a', 'b']) socket.send(message, { signal })
    socket.on('drop', ({ data }) => {
      socket.send(`for ${data}`)
      socket.reconnect()
    })
    abort()
    await settle()
    Fake.last.accept()
    Fake.last.drain()
    await vi.advanceTimersByTimeAsync(4)
    expect(Fake.last.sent).toEqual(['for a', 'for b'])
  })
})

describe('aborted before', () => {
  test.for(['idle', 'waiting', 'open'] as const)(
    '[S7] at the stage %s it is neither sent nor queued, and takes no place',
    async (stage) => {
      const { socket, record, Fake } = await at(stage, { queue: { maxMessages: 1, overflow: 'drop-oldest' } })
      if (stage === 'open') Fake.last.bufferedAmount = 2 ** 20
      const signal = AbortSignal.abort()
      socket.send('waits', { key: 'k' })
      expect(socket.send('same key', { key: 'k', signal })).toBe('dropped')
      expect(socket.send('no room', { signal })).toBe('dropped')
      expect(socket.send('now', { queue: false, signal })).toBe('dropped')
      expect(record.of('drop').map(({ data, reason }) => [data, reason])).toEqual([
        ['same key', 'withdrawn'],
        ['no room', 'withdrawn'],
        ['now', 'withdrawn'],
      ])
      expect(socket.queue.clear()).toEqual(['waits'])
    },
  )

  test('[S7] nor where it could leave at once', async () => {
    const { socket, Fake } = await at('open')
    expect(socket.send('a', { signal: AbortSignal.abort() })).toBe('dropped')
    expect(Fake.last.sent).toEqual([])
  })
})

describe('aborted while in the browser', () => {
  test('[S7] stuck there at a loss, it does not go again; the others do', async () => {
    const rig = await busy({ highWaterMark: 3 })
    const { signal, abort } = taking()
    for (const message of ['a', 'b', 'waits']) rig.socket.send(message, message === 'a' ? { signal } : {})
    abort()
    expect(rig.record.of('drop')).toEqual([])
    await again(rig)
    expect(rig.record.of('drop')).toEqual([{ data: 'a', reason: 'withdrawn' }])
    expect(rig.record.order.indexOf('drop')).toBeLessThan(rig.record.order.lastIndexOf('state connecting'))
    expect(rig.Fake.last.sent).toEqual(['0', 'b'])
    expect(rig.socket.queue.clear()).toEqual(['waits'])
  })

  test('[S7] gone from there, it is gone: nobody is told', async () => {
    const rig = await busy({ highWaterMark: 3 })
    const { signal, abort } = taking()
    rig.socket.send('a', { signal })
    abort()
    rig.Fake.last.drain()
    await again(rig)
    expect(rig.Fake.last.sent).toEqual([])
    expect(rig.record.of('drop')).toEqual([])
  })

  test('[S7] aborted only when it is back in the queue, it is withdrawn from there', async () => {
    const rig = await busy({ highWaterMark: 3 })
    const { signal, abort } = taking()
    rig.socket.send('a', { signal })
    rig.Fake.last.fail()
    expect(rig.socket.queue.length).toBe(2)
    abort()
    expect(rig.record.of('drop')).toEqual([{ data: 'a', reason: 'withdrawn' }])
    expect(rig.socket.queue.clear()).toEqual(['0'])
  })
})

describe('the place of another', () => {
  test('[S7] the signal of the newer one counts, that of the replaced one no more', async () => {
    const { socket, record } = await at('waiting')
    const [old, newer] = [taking(), taking()]
    socket.send('old', { key: 'k', signal: old.signal })
    socket.send('newer', { key: 'k', signal: newer.signal })
    old.abort()
    expect([socket.queue.length, record.of('drop')]).toEqual([1, []])
    newer.abort()
    expect(record.of('drop')).toEqual([{ data: 'newer', reason: 'withdrawn' }])
    expect(socket.queue.length).toBe(0)
    expect(socket.send('next', { key: 'k' })).toBe('queued')
    expect(socket.queue.clear()).toEqual(['next'])
  })

  test('[S7] a newer one without a signal cannot be withdrawn', async () => {
    const { socket, record } = await at('waiting')
    const { signal, abort } = taking()
    socket.send('old', { key: 'k', signal })
    socket.send('newer', { key: 'k' })
    abort()
    expect(record.of('drop')).toEqual([])
    expect(socket.queue.clear()).toEqual(['newer'])
  })
})

describe('listeners of the signal', () => {
  const ways: [string, options: SendOptions, (rig: Staged) => unknown][] = [
    [
      'sent',
      {},
      async ({ Fake }) => {
        Fake.last.drain()
        await vi.advanceTimersByTimeAsync(4)
        expect(Fake.last.sent).toContain('a')
      },
    ],
    ['replaced', { key: 'k' }, ({ socket }) => socket.send('b', { key: 'k' })],
    ['taken out', {}, ({ socket }) => socket.queue.clear()],
    ['dropped to make room', {}, ({ socket }) => ['b', 'c'].map((message) => socket.send(message))],
    [
      'expired',
      { ttl: 1 },
      async ({ Fake }) => {
        await vi.advanceTimersByTimeAsync(2)
        Fake.last.drain()
        await vi.advanceTimersByTimeAsync(4)
      },
    ],
    ['handed over by close()', {}, ({ socket }) => socket.close()],
  ]

  test.for(ways)(
    '[S7] there is one while the message waits, none when it was %s',
    async ([, options, end]) => {
      const rig = await busy({ highWaterMark: 1, maxMessages: 2, overflow: 'drop-oldest' })
      const { signal } = taking()
      const listeners = trackListeners(signal)
      expect(rig.socket.send('a', { ...options, signal })).toBe('queued')
      expect(listeners).toHaveLength(1)
      await end(rig)
      expect(listeners).toEqual([])
    },
  )

  test('[S7] none when it was withdrawn', async () => {
    const rig = await busy()
    const { signal, abort } = taking()
    const listeners = trackListeners(signal)
    rig.socket.send('a', { signal })
    abort()
    expect(listeners).toEqual([])
  })

  test('[S7] none for what is sent at once, however many; one for each that goes back', async () => {
    const { socket, Fake } = await at('open', { fake: { buffering: true } })
    const { signal } = taking()
    const listeners = trackListeners(signal)
    for (let count = 0; count < 10; count++) socket.send(`${count}`, { signal })
    expect(listeners).toEqual([])
    Fake.last.fail()
    expect(listeners).toHaveLength(10)
    socket.queue.clear()
    expect(listeners).toEqual([])
  })
})

function taking(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
