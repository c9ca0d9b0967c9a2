/** Messages that end every connection: sent again a few times, then dropped and reported, so that the rest goes on. */
import { describe, expect } from 'vitest'
import type { SteadySocketOptions } from '../../src/index.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

type Resends = Exclude<SteadySocketOptions['queue'], boolean | undefined>['resendUnsent']

/** Open, with a native buffer that nothing leaves by itself. */
async function stuck(resendUnsent?: Resends): Promise<Staged> {
  return at('open', { fake: { buffering: true }, queue: { resendUnsent }, reconnect: { delay: () => 0 } })
}

/** The connection is lost with all that is in the browser, and the next one opens. */
async function loseAndReturn({ Fake }: Staged, code = 1006): Promise<void> {
  Fake.last.serverClose(code)
  await pass(1)
  Fake.last.accept()
  await settle()
}

/** How often each message was handed to a native socket. */
function handedOver({ Fake }: Staged): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { sent } of Fake.instances) {
    for (const data of sent) counts[String(data)] = (counts[String(data)] ?? 0) + 1
  }
  return counts
}

describe('the oldest in the browser at one loss after the other', () => {
  test.for<[Resends, number]>([
    [undefined, 4],
    [true, 4],
    [1, 2],
    [5, 6],
  ])(
    '[S9] with resendUnsent %s it is handed over %d times, then dropped; what is behind it goes on',
    async ([resendUnsent, times]) => {
      const rig = await stuck(resendUnsent)
      rig.socket.send('poison')
      rig.socket.send('after')
      for (let loss = 0; loss < times; loss++) await loseAndReturn(rig)
      expect(rig.record.of('drop')).toEqual([{ data: 'poison', reason: 'undeliverable' }])
      expect(rig.record.of('error')).toMatchObject([
        { code: 'UNDELIVERABLE', data: 'poison', cause: { code: 1006, phase: 'open' } },
      ])
      expect(handedOver(rig)).toEqual({ poison: times, after: times + 1 })
      expect(rig.Fake.last.sent).toEqual(['after'])
    },
  )

  test('[S9] with Infinity it never is', async () => {
    const rig = await stuck(Infinity)
    rig.socket.send('stubborn')
    for (let loss = 0; loss < 20; loss++) await loseAndReturn(rig)
    expect(rig.record.of('drop')).toEqual([])
    expect(rig.Fake.last.sent).toEqual(['stubborn'])
  })

  test.for([false, 0] as const)(
    '[S9] with %s nothing is sent again, and no message is blamed',
    async (never) => {
      const rig = await stuck(never)
      rig.socket.send('one')
      rig.socket.send('two')
      await loseAndReturn(rig)
      expect(rig.record.of('drop')).toEqual([
        { data: 'one', reason: 'unsent' },
        { data: 'two', reason: 'unsent' },
      ])
      expect(rig.record.of('error')).toEqual([])
    },
  )

  test('[S9] a message that was delivered meanwhile sets the count back', async () => {
    const rig = await stuck(1)
    rig.socket.send('slow')
    rig.socket.send('next')
    await loseAndReturn(rig)
    rig.Fake.last.drain(4)
    await loseAndReturn(rig)
    expect(rig.Fake.last.sent).toEqual(['next'])
    await loseAndReturn(rig)
    expect(rig.record.of('drop')).toEqual([{ data: 'next', reason: 'undeliverable' }])
  })

  test('[S9] losses with an empty buffer blame nobody', async () => {
    const rig = await stuck(1)
    for (let loss = 0; loss < 5; loss++) await loseAndReturn(rig)
    rig.socket.send('late')
    await loseAndReturn(rig)
    expect(rig.Fake.last.sent).toEqual(['late'])
  })
})

describe('a server that will not have it', () => {
  test.for<[number, string]>([
    [1002, 'undeliverable'],
    [1003, 'undeliverable'],
    [1007, 'undeliverable'],
    [1009, 'too-big'],
  ])(
    '[S9] after %d the oldest is dropped at once as %s if part of it has left, the rest goes again',
    async ([code, reason]) => {
      const rig = await stuck()
      rig.socket.send('too much')
      rig.socket.send('after')
      rig.Fake.last.drain(3)
      await loseAndReturn(rig, code)
      expect(rig.record.of('drop')).toEqual([{ data: 'too much', reason }])
      expect(rig.Fake.last.sent).toEqual(['after'])
    },
  )

  test.for([1002, 1003, 1007, 1009])('[S9] after %d, whole in the browser, it goes again', async (code) => {
    const rig = await stuck()
    rig.socket.send('whole')
    await loseAndReturn(rig, code)
    expect(rig.record.of('drop')).toEqual([])
    expect(rig.Fake.last.sent).toEqual(['whole'])
  })

  test('[S9] after any other code it goes again, part of it gone or not', async () => {
    const rig = await stuck()
    rig.socket.send('partly')
    rig.Fake.last.drain(3)
    await loseAndReturn(rig, 4000)
    expect(rig.Fake.last.sent).toEqual(['partly'])
  })
})
