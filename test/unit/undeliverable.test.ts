/** A message that ends every connection: it goes again so many times, and then out of the way of all others. */
import { describe, expect, vi } from 'vitest'
import { at, type Script, type Staged } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

type Queue = Script<string, string>['queue']

/** An open socket on whose connections nothing leaves by itself. */
function open(queue: Queue = {}): Promise<Staged> {
  return at('open', { fake: { buffering: true }, reconnect: { delay: () => 0 }, queue })
}

/** The server ends the connection, and the next one is open. */
async function again({ Fake }: Staged, code = 1006): Promise<void> {
  Fake.last.serverClose(code, '', code !== 1006)
  await settle()
  Fake.last.accept()
}

/** What each connection was given. */
function sent({ Fake }: Staged): unknown[][] {
  return Fake.instances.map((native) => native.sent)
}

/** Only the oldest message is in the browser, the rest waits here. */
const oneByOne = { highWaterMark: 1 }

describe('the oldest in the browser at loss after loss', () => {
  test.for<[resendUnsent: boolean | number, times: number]>([
    [true, 4],
    [3, 4],
    [1, 2],
    [7, 8],
  ])(
    '[S9] with `resendUnsent: %j` it is handed over %i times, then told; what waits behind it leaves',
    async ([resendUnsent, times]) => {
      const rig = await open({ ...oneByOne, resendUnsent })
      for (const message of ['bad', 'after']) rig.socket.send(message)
      for (let count = 1; count < times; count++) await again(rig)
      expect(rig.record.of('drop')).toEqual([])
      const before = rig.record.order.length
      await again(rig, 4000)
      expect(rig.record.of('drop')).toEqual([{ data: 'bad', reason: 'undeliverable' }])
      expect(rig.record.of('error')).toMatchObject([
        {
          code: 'UNDELIVERABLE',
          message: 'A message ends every connection (4000)',
          data: 'bad',
          cause: { code: 4000 },
        },
      ])
      expect(rig.record.order.slice(before, before + 5)).toEqual([
        'state waiting',
        'close',
        'retry',
        'error',
        'drop',
      ])
      expect(sent(rig)).toEqual([...Array(times).fill(['bad']), ['after']])
      expect(rig.socket.stats).toMatchObject({ requeued: times - 1, dropped: 1 })
    },
  )

  test('[S9] those that were in the browser with it go again, in order', async () => {
    const rig = await open()
    for (const message of ['bad', 'b', 'c']) rig.socket.send(message)
    for (let count = 0; count < 4; count++) await again(rig)
    expect(sent(rig)).toEqual([...Array(4).fill(['bad', 'b', 'c']), ['b', 'c']])
    expect(rig.record.of('drop')).toEqual([{ data: 'bad', reason: 'undeliverable' }])
  })

  test('[S9] so it is where the browser counts more at the end than it was given', async () => {
    const rig = await open(oneByOne)
    for (const message of ['bad', 'after']) rig.socket.send(message)
    for (let count = 0; count < 4; count++) {
      rig.Fake.last.bufferedAmount += 100
      await again(rig)
    }
    expect(rig.record.of('drop')).toEqual([{ data: 'bad', reason: 'undeliverable' }])
  })

  test('[S9] with `resendUnsent: Infinity` it goes again for ever', async () => {
    const rig = await open({ ...oneByOne, resendUnsent: Number.POSITIVE_INFINITY })
    rig.socket.send('bad')
    for (let count = 0; count < 40; count++) await again(rig)
    expect(sent(rig)).toEqual(Array(41).fill(['bad']))
    expect(rig.record.of('drop')).toEqual([])
  })

  test.for([false, 0])(
    '[S9] with `resendUnsent: %j` it is not sent again, and no error',
    async (resendUnsent) => {
      const rig = await open({ ...oneByOne, resendUnsent })
      for (const message of ['bad', 'after']) rig.socket.send(message)
      await again(rig)
      expect(sent(rig)).toEqual([['bad'], ['after']])
      expect(rig.record.of('drop')).toEqual([{ data: 'bad', reason: 'unsent' }])
      expect(rig.record.of('error')).toEqual([])
    },
  )

  test('[S9] once it was delivered, the next one has the whole number before it', async () => {
    const rig = await open(oneByOne)
    for (const message of ['slow', 'bad', 'after']) rig.socket.send(message)
    for (let count = 0; count < 3; count++) await again(rig)
    rig.Fake.last.drain()
    await vi.advanceTimersByTimeAsync(4)
    for (let count = 0; count < 4; count++) await again(rig)
    expect(sent(rig)).toEqual([
      ...Array(3).fill(['slow']),
      ['slow', 'bad'],
      ...Array(3).fill(['bad']),
      ['after'],
    ])
    expect(rig.record.of('drop')).toEqual([{ data: 'bad', reason: 'undeliverable' }])
  })

  test('[S9] one that went before it at one loss sets the count back', async () => {
    const rig = await open()
    rig.socket.send('a')
    for (let count = 0; count < 2; count++) await again(rig)
    // What a listener of `open` sends leaves before what waits.
    rig.socket.once('open', () => rig.socket.send('first', { queue: false }))
    await again(rig)
    expect(rig.Fake.last.sent).toEqual(['first', 'a'])
    for (let count = 0; count < 4; count++) await again(rig)
    expect(rig.record.of('drop')).toEqual([{ data: 'first', reason: 'unsent' }])
    await again(rig)
    expect(rig.record.of('drop').slice(1)).toEqual([{ data: 'a', reason: 'undeliverable' }])
  })

  test('[S9] attempts that fail in between neither count nor set it back', async () => {
    const rig = await open(oneByOne)
    for (const message of ['bad', 'after']) rig.socket.send(message)
    for (let count = 0; count < 4; count++) {
      rig.Fake.last.serverClose(1006, '', false)
      for (let failed = 0; failed < 3; failed++) {
        await settle()
        rig.Fake.last.fail()
      }
      await settle()
      rig.Fake.last.accept()
    }
    expect(sent(rig).filter((messages) => messages.length > 0)).toEqual([
      ...Array(4).fill(['bad']),
      ['after'],
    ])
    expect(rig.record.of('drop')).toEqual([{ data: 'bad', reason: 'undeliverable' }])
  })
})

describe('the server closes over a message', () => {
  const rejections: [code: number, reason: string][] = [
    [1009, 'too-big'],
    [1002, 'undeliverable'],
    [1003, 'undeliverable'],
    [1007, 'undeliverable'],
  ]

  test.for(rejections)(
    '[S9] with %i, of which part had left: it is %s, the others go again',
    async ([code, reason]) => {
      const rig = await open()
      for (const message of ['left', 'oldest', 'b', 'c']) rig.socket.send(message)
      rig.Fake.last.drain('left'.length + 1)
      await again(rig, code)
      expect(rig.record.of('drop')).toEqual([{ data: 'oldest', reason }])
      expect(rig.record.of('error')).toMatchObject(
        code === 1009 ? [] : [{ code: 'UNDELIVERABLE', data: 'oldest', cause: { code } }],
      )
      expect(rig.Fake.last.sent).toEqual(['b', 'c'])
      expect(rig.socket.stats).toMatchObject({ requeued: 2, dropped: 1 })
    },
  )

  test.for(rejections)('[S9] with %i, of which nothing had left: all go again', async ([code]) => {
    const rig = await open()
    for (const message of ['left', 'oldest', 'b']) rig.socket.send(message)
    rig.Fake.last.drain('left'.length)
    await again(rig, code)
    expect(rig.record.of('drop')).toEqual([])
    expect(rig.Fake.last.sent).toEqual(['oldest', 'b'])
  })

  test.for(rejections)('[S9] with %i again and again: no more often than any', async ([code]) => {
    const rig = await open(oneByOne)
    for (const message of ['bad', 'after']) rig.socket.send(message)
    for (let count = 0; count < 4; count++) await again(rig, code)
    expect(sent(rig)).toEqual([...Array(4).fill(['bad']), ['after']])
    expect(rig.record.of('drop')).toEqual([{ data: 'bad', reason: 'undeliverable' }])
  })

  test.for([1000, 1001, 1006, 1011, 4000])(
    '[S9] with %i, part of the oldest had left: all go again',
    async (code) => {
      const rig = await open()
      for (const message of ['oldest', 'b']) rig.socket.send(message)
      rig.Fake.last.drain(1)
      await again(rig, code)
      expect(rig.record.of('drop')).toEqual([])
      expect(rig.Fake.last.sent).toEqual(['oldest', 'b'])
    },
  )
})
