/** Where there is no `DOMException`, as in React Native: errors of the same names. */
import { beforeEach, describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { at, scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

beforeEach<{ clock: undefined }>(({ clock: _ }) => {
  vi.stubGlobal('DOMException', undefined)
})

function thrownBy(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe.for(['close', 'reconnect'] as const)('%s()', (method) => {
  test(`[L2] ${method}() refuses a code with an InvalidAccessError`, async () => {
    const { socket } = await at('open')
    const error = thrownBy(() => socket[method](1))
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'InvalidAccessError', message: expect.stringContaining('`code`') })
    expect(socket.state.name).toBe('open')
  })

  test(`[L2] ${method}() refuses a reason with a SyntaxError`, async () => {
    const { socket } = await at('open')
    const error = thrownBy(() => socket[method](1000, 'x'.repeat(124)))
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'SyntaxError', message: expect.stringContaining('`reason`') })
  })
})

test('[L2] a bad URL is a SyntaxError', () => {
  const error = thrownBy(() => new SteadySocket('ftp://test/'))
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'SyntaxError', message: expect.stringContaining('`url`') })
})

test('[L2] a bad URL from a function is a failed attempt', async () => {
  const { record } = scripted({ url: () => 'ftp://test/' })
  await settle()
  expect(record.of('error')).toMatchObject([{ code: 'PROVIDER_FAILED', cause: { name: 'SyntaxError' } }])
})

test.for(['opened', 'drained'] as const)(
  '[L2] %s() rejects with an AbortError where the signal has no reason',
  async (method) => {
    const { socket } = scripted({ autoConnect: false })
    socket.send('x')
    const aborted = { aborted: true, addEventListener: () => {}, removeEventListener: () => {} }
    await expect(socket[method]({ signal: aborted as never })).rejects.toMatchObject({ name: 'AbortError' })
  },
)
