/** The bounds of the queue, and its view from outside. */
import { describe, expect } from 'vitest'
import type { DropReason } from '../../src/index.ts'
import { at, type Scripted, scripted, stages } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

function drops({ record }: Scripted): [unknown, DropReason][] {
  return record.of('drop').map(({ data, reason }) => [data, reason])
}

async function connect({ socket, Fake }: Scripted): Promise<void> {
  if (socket.state.name === 'waiting') await pass(socket.state.delay)
  else socket.connect()
  await settle()
  Fake.last.accept()
}

describe('bounds', () => {
  test('[S6] `reject` refuses the new message', async () => {
    const rig = scripted({ queue: { maxMessages: 2 } })
    const { socket } = rig
    await settle()
    expect(['1', '2', '3', '4'].map((message) => socket.send(message))).toEqual([
      ...['queued', 'queued'],
      ...['dropped', 'dropped'],
    ])
    expect(drops(rig)).toEqual([
      ['3', 'overflow'],
      ['4', 'overflow'],
    ])
    expect(socket.stats.dropped).toBe(2)
    await connect(rig)
    expect(rig.Fake.last.sent).toEqual(['1', '2'])
  })

  test('[S6] `drop-oldest` refuses the oldest message', async () => {
    const rig = scripted({ queue: { maxMessages: 2, overflow: 'drop-oldest' } })
    const { socket } = rig
    await settle()
    expect(['1', '2', '3', '4'].map((message) => socket.send(message))).toEqual(Array(4).fill('queued'))
    expect(drops(rig)).toEqual([
      ['1', 'overflow'],
      ['2', 'overflow'],
    ])
    expect(socket.stats.dropped).toBe(2)
    await connect(rig)
    expect(rig.Fake.last.sent).toEqual(['3', '4'])
  })

  test('[S6] bytes are counted as on the wire', async () => {
    const rig = scripted({ queue: { maxBytes: 10 } })
    const { socket } = rig
    await settle()
    const messages = ['ab', 'ü€', 'ab', 'c', new Uint8Array(1), '']
    expect(messages.map((message) => socket.send(message as string))).toEqual([
      ...['queued', 'queued', 'queued', 'queued', 'dropped', 'queued'],
    ])
    expect(socket.queue).toMatchObject({ length: 5, bytes: 10 })
    expect(socket.bufferedAmount).toBe(10)
    expect(drops(rig)).toEqual([[new Uint8Array(1), 'overflow']])
  })

  test('[S6] `bufferedAmount` is what waits, here and in the browser', async () => {
    const { socket } = await at('open', { fake: { buffering: true }, queue: { highWaterMark: 1 } })
    for (const message of ['1234', '56']) socket.send(message)
    expect(socket.queue.bytes).toBe(2)
    expect(socket.bufferedAmount).toBe(6)
  })

  test('[S6] `drop-oldest` makes as much room as a large message needs, one drop each', async () => {
    const rig = scripted({ queue: { maxBytes: 10, overflow: 'drop-oldest' } })
    await settle()
    for (const message of ['1111', '222', '33', '4444444']) rig.socket.send(message)
    expect(drops(rig)).toEqual([
      ['1111', 'overflow'],
      ['222', 'overflow'],
    ])
    expect(rig.socket.queue.clear()).toEqual(['33', '4444444'])
  })

  test.for(['reject', 'drop-oldest'] as const)(
    '[S6] with `%s` a message that is over the bound by itself is the only casualty',
    async (overflow) => {
      const rig = scripted({ queue: { maxBytes: 10, overflow } })
      await settle()
      rig.socket.send('small')
      expect(rig.socket.send('x'.repeat(11))).toBe('dropped')
      expect(drops(rig)).toEqual([['x'.repeat(11), 'overflow']])
      expect(rig.socket.queue.clear()).toEqual(['small'])
    },
  )

  test('[S6] the bounds hold while open, too', async () => {
    const rig = await at('open', { queue: { highWaterMark: 1, maxMessages: 1 }, fake: { buffering: true } })
    expect(['1', '2', '3'].map((message) => rig.socket.send(message))).toEqual(['sent', 'queued', 'dropped'])
    expect(drops(rig)).toEqual([['3', 'overflow']])
  })

  test('[S6] a message that casualties make room for cannot be overtaken by what their listeners send', async () => {
    const rig = scripted({ queue: { maxMessages: 2, overflow: 'drop-oldest' } })
    await settle()
    rig.socket.send('1')
    rig.socket.send('2')
    rig.socket.once('drop', () => rig.socket.send('4'))
    rig.socket.send('3')
    expect(rig.socket.queue.clear()).toEqual(['3', '4'])
  })
})

describe('queue: false', () => {
  test.for(stages)('[S6] at the stage %s nothing is held', async (stage) => {
    const rig = await at(stage, { queue: false })
    const reason = stage === 'closing' || stage === 'closed' ? 'closed' : 'not-open'
    expect(rig.socket.send('x')).toBe(stage === 'open' ? 'sent' : 'dropped')
    expect(drops(rig)).toEqual(stage === 'open' ? [] : [['x', reason]])
    expect(rig.socket.queue.length).toBe(0)
  })

  test('[S6] what waits for the browser when the connection is lost is dropped and told', async () => {
    const rig = await at('open', { queue: false, fake: { buffering: true } })
    const { socket, Fake } = rig
    const large = 'x'.repeat(256 * 1024)
    expect(socket.send(large)).toBe('sent')
    expect(socket.send('waits')).toBe('queued')
    Fake.last.fail()
    expect(socket.queue.length).toBe(0)
    expect(drops(rig)).toEqual([
      [large, 'unsent'],
      ['waits', 'not-open'],
    ])
    await connect(rig)
    expect(Fake.last.sent).toEqual([])
  })

  test('[S6] what a listener of open sends goes out', async () => {
    const rig = scripted({ queue: false })
    rig.socket.on('open', () => rig.socket.send('hello'))
    await connect(rig)
    expect(rig.Fake.last.sent).toEqual(['hello'])
  })
})

describe('the view', () => {
  test('[S6] it shows what waits, at any time', async () => {
    const rig = scripted({ autoConnect: false })
    const { queue } = rig.socket
    expect(queue).toMatchObject({ length: 0, bytes: 0 })
    rig.socket.send('four')
    rig.socket.send('€')
    expect(queue).toMatchObject({ length: 2, bytes: 7 })
    await connect(rig)
    expect(queue).toMatchObject({ length: 0, bytes: 0 })
    expect(rig.socket.queue).toBe(queue)
  })

  test('[S6] it cannot be written to', () => {
    const { socket } = scripted({ autoConnect: false })
    expect(() => Object.assign(socket.queue, { length: 1 })).toThrow(TypeError)
    expect(() => Object.assign(socket.queue, { bytes: 1 })).toThrow(TypeError)
  })

  test('[S6] clear() gives back what waited, in order, and none of it goes out', async () => {
    const rig = scripted()
    await settle()
    const bytes = Uint8Array.of(1, 2, 3)
    const blob = new Blob(['blob'])
    rig.socket.send('a')
    rig.socket.send(bytes)
    rig.socket.send(blob)
    expect(rig.socket.queue.clear()).toEqual(['a', bytes, blob])
    expect(rig.socket.queue).toMatchObject({ length: 0, bytes: 0 })
    expect(rig.socket.queue.clear()).toEqual([])
    rig.socket.send('b')
    await connect(rig)
    expect(rig.Fake.last.sent).toEqual(['b'])
    expect(drops(rig)).toEqual([])
    expect(rig.socket.stats.dropped).toBe(0)
  })

  test.for(stages)('[S6] clear() works at the stage %s', async (stage) => {
    const rig = await at(stage)
    const { socket } = rig
    const queued = socket.send('x') === 'queued'
    expect(socket.queue.clear()).toEqual(queued ? ['x'] : [])
    expect(socket.queue.length).toBe(0)
  })

  test('[S6] clear() forgets keys', async () => {
    const { socket } = scripted()
    socket.send('old', { key: 'k' })
    socket.queue.clear()
    socket.send('first')
    socket.send('new', { key: 'k' })
    expect(socket.queue.clear()).toEqual(['first', 'new'])
  })

  test('[S6] clear() takes nothing back that the browser has', async () => {
    const { socket, Fake } = await at('open', { queue: { highWaterMark: 1 }, fake: { buffering: true } })
    socket.send('1')
    socket.send('2')
    socket.send('3')
    expect(socket.queue.clear()).toEqual(['2', '3'])
    Fake.last.drain()
    await pass(100)
    expect(Fake.last.sent).toEqual(['1'])
  })

  test('[S6] clear() in a listener of open spares what listeners have sent', async () => {
    const rig = scripted()
    const cleared: unknown[] = []
    rig.socket.send('stale')
    rig.socket.once('open', () => {
      rig.socket.send('hello')
      cleared.push(...rig.socket.queue.clear())
      rig.socket.send('fresh')
    })
    await connect(rig)
    expect(cleared).toEqual(['stale'])
    expect(rig.Fake.last.sent).toEqual(['hello', 'fresh'])
  })
})
