/** Close events without a code, as Deno and Playwright's routed sockets give them: they are 1006. */
import { describe, expect } from 'vitest'
import { at } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

const codes: [string, object][] = [
  ['code 0', { code: 0 }],
  ['no code', {}],
  ['a code of undefined', { code: undefined }],
  ['a code of null', { code: null }],
  ['a code that is no number', { code: Number.NaN }],
]

describe.for(codes)('%s', ([what, init]) => {
  const close = (): Event => Object.assign(new Event('close'), { reason: '', wasClean: true, ...init })

  test.for(['connecting', 'handshake', 'open'] as const)(
    `[L11] ${what} at the stage %s is 1006`,
    async (stage) => {
      const { Fake, record, socket } = await at(stage)
      Fake.last.readyState = 3
      Fake.last.dispatchEvent(close())
      await settle()
      expect(record.of('close')).toMatchObject([{ code: 1006, willRetry: true }])
      expect(socket.state).toMatchObject({ name: 'waiting', close: { code: 1006 } })
    },
  )

  test(`[L11] ${what} after close() is 1006`, async () => {
    const { Fake, record, socket } = await at('closing')
    Fake.last.readyState = 3
    Fake.last.dispatchEvent(close())
    await settle()
    expect(record.of('close')).toMatchObject([{ code: 1006, willRetry: false }])
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested', close: { code: 1006 } })
  })

  test(`[R1] ${what} is 1006 for the policy, too`, async () => {
    const asked: number[] = []
    const shouldReconnect = ({ code }: { code: number }): boolean => asked.push(code) > 0
    const { Fake } = await at('open', { reconnect: { shouldReconnect } })
    Fake.last.readyState = 3
    Fake.last.dispatchEvent(close())
    expect(asked).toEqual([1006])
  })
})
