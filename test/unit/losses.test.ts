/** A lost connection as each engine tells it: one close, and what was stuck in the browser goes again, once. */
import { describe, expect } from 'vitest'
import { type Manner, manners } from '../support/fake-websocket.ts'
import { at, type Scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

type Way = Manner | 'error alone'

const ways: Way[] = [...manners, 'error alone']
const buffering = { buffering: true }
/** So long that an attempt is not made again while the old native socket is still telling. */
const later = { delay: () => 100 }

/** The connection is lost, and all that is told of it has been told. */
async function lose({ Fake }: Scripted, way: Way): Promise<void> {
  if (way === 'error alone') Fake.last.fail({ close: false })
  else Fake.last.lose(way)
  await pass(5)
}

/** The next connection. */
async function again({ Fake }: Scripted): Promise<void> {
  await pass(100)
  Fake.last.accept()
}

const stages = ['connecting', 'handshake', 'open', 'closing'] as const

test.for(ways.flatMap((way) => stages.map((stage) => [way, stage] as const)))(
  '[L11] %s, at the stage %s: one close, one next step',
  async ([way, stage]) => {
    const rig = await at(stage, { reconnect: later })
    await lose(rig, way)
    const isLast = stage === 'closing'
    expect(rig.record.of('close')).toMatchObject([{ code: 1006, wasClean: false, willRetry: !isLast }])
    expect(rig.record.of('retry')).toHaveLength(isLast ? 0 : 1)
    await pass(150)
    expect(rig.Fake.instances).toHaveLength(isLast ? 1 : 2)
    expect(rig.record.of('close')).toHaveLength(1)
  },
)

describe.for(ways)('%s', (way) => {
  test('[S9] what was stuck goes back, in order, and out again, once', async () => {
    const rig = await at('open', { fake: buffering, reconnect: later })
    const { socket, Fake, record } = rig
    socket.send('left')
    Fake.last.drain()
    for (const message of ['stuck', 'too']) socket.send(message)
    await lose(rig, way)
    expect(record.of('close')).toMatchObject([{ unsentBytes: 8 }])
    expect([socket.queue.length, socket.stats.requeued]).toEqual([2, 2])
    await again(rig)
    Fake.last.drain()
    await lose(rig, way)
    await again(rig)
    expect(Fake.instances.map(({ sent }) => sent)).toEqual([['left', 'stuck', 'too'], ['stuck', 'too'], []])
    expect([socket.stats.requeued, socket.stats.dropped]).toEqual([2, 0])
  })

  test('[S9] without `resendUnsent` it is told as dropped, once', async () => {
    const rig = await at('open', { fake: buffering, reconnect: later, queue: { resendUnsent: false } })
    for (const message of ['stuck', 'too']) rig.socket.send(message)
    await lose(rig, way)
    expect(rig.record.of('drop')).toEqual([
      { data: 'stuck', reason: 'unsent' },
      { data: 'too', reason: 'unsent' },
    ])
    expect(rig.socket.queue.length).toBe(0)
  })

  test('[S9] what is sent between the events waits behind it', async () => {
    const rig = await at('open', { fake: buffering, reconnect: later })
    rig.socket.send('stuck')
    const [lost] = [rig.Fake.last]
    for (const type of ['error', 'close']) lost.addEventListener(type, () => rig.socket.send(type))
    await lose(rig, way)
    await again(rig)
    const told = { chromium: ['close'], 'error alone': ['error'] } as Partial<Record<Way, string[]>>
    expect(rig.Fake.last.sent).toEqual(['stuck', ...(told[way] ?? ['error', 'close'])])
  })

  test('[S9] after close() nothing goes back: it may have arrived', async () => {
    const rig = await at('open', { fake: buffering })
    rig.socket.send('on its way')
    rig.socket.close()
    await lose(rig, way)
    rig.socket.connect()
    await settle()
    rig.Fake.last.accept()
    expect(rig.Fake.last.sent).toEqual([])
    expect(rig.socket.stats).toMatchObject({ requeued: 0, dropped: 0 })
  })
})
