/** Errors: a sentence for people, a code for programs, a cause for debuggers. */
import { runInNewContext } from 'node:vm'
import { describe, expect, vi } from 'vitest'
import { messageOf, report, show } from '../../src/errors.ts'
import { SteadySocketError } from '../../src/index.ts'
import { isPromise } from '../../src/sync.ts'
import { pass, test } from './fixture.ts'

describe('SteadySocketError', () => {
  test('[M4] is an Error with a name, a code, a cause and the data it is about', () => {
    const cause = new Error('why')
    const error = new SteadySocketError('DECODE_FAILED', 'No sense', { cause, data: '?' })
    expect(error).toBeInstanceOf(Error)
    expect(String(error)).toBe('SteadySocketError: No sense')
    expect({ ...error, cause: error.cause }).toEqual({
      name: 'SteadySocketError',
      code: 'DECODE_FAILED',
      data: '?',
      cause,
    })
    expect(error.stack).toContain('errors.test.ts')
  })

  test('[M4] a cause of undefined is one; where none was given, there is none', () => {
    expect(Object.hasOwn(new SteadySocketError('TIMEOUT', 'Late', { cause: undefined }), 'cause')).toBe(true)
    expect(Object.hasOwn(new SteadySocketError('TIMEOUT', 'Late'), 'cause')).toBe(false)
  })
})

describe('how a value is shown', () => {
  const circle: { self?: unknown } = {}
  circle.self = circle

  test.for([
    ['text "quoted"', '"text \\"quoted\\""'],
    ['', '""'],
    [-1, '-1'],
    [Number.NaN, 'NaN'],
    [10n, '10n'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [{ a: 1 }, '{"a":1}'],
    [['a'], '["a"]'],
    [circle, '[object Object]'],
    [{ toJSON: () => undefined }, '[object Object]'],
    [function named() {}, 'function named'],
    [class Named {}, 'function Named'],
    [(() => () => {})(), 'function (anonymous)'],
    [new TypeError('bad type'), 'TypeError: bad type'],
  ] as const)('[L12] %o as %s', ([value, shown]) => {
    expect(show(value)).toBe(shown)
  })
})

test('[M4] a long value is cut: an error message is no place for a whole message', () => {
  expect(show({ text: 'x'.repeat(1_000_000) }).length).toBeLessThan(1_000)
})

test('[M4] what fills 100 characters is shown whole, one more is cut to as many', () => {
  expect(show(BigInt('1'.repeat(99)))).toBe(`${'1'.repeat(99)}n`)
  expect(show(BigInt('1'.repeat(100)))).toBe(`${'1'.repeat(99)}…`)
})

test('[L12] what throws whenever it is looked at is shown by its kind', () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  expect(show(proxy)).toBe('object')
  expect(messageOf(proxy)).toBe('object')
  expect(isPromise(proxy)).toBe(false)
})

describe("what somebody else's error says", () => {
  test.for([
    [new TypeError('bad type'), 'bad type'],
    [new DOMException('bad state', 'InvalidStateError'), 'bad state'],
    ['just text', '"just text"'],
    [undefined, 'undefined'],
    [{ code: 5 }, '{"code":5}'],
    [{ message: 5 }, '{"message":5}'],
    [new Error(''), ''],
    [null, 'null'],
  ] as const)('[M4] %o: %s', ([error, message]) => {
    expect(messageOf(error)).toBe(message)
  })

  test('[M4] an error of another realm says what it says', () => {
    const foreign: unknown = runInNewContext('new TypeError("bad type")')
    expect(foreign).not.toBeInstanceOf(Error)
    expect(messageOf(foreign)).toBe('bad type')
  })
})

describe('report', () => {
  test('[L4] hands the very same error to `reportError`, once', ({ reported }) => {
    const error = new Error('bug')
    report(error)
    expect(reported).toEqual([error])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('[L4] where `reportError` throws, what it throws is an uncaught one', async () => {
    const thrown = new Error('of the reporter')
    vi.stubGlobal('reportError', () => {
      throw thrown
    })
    report(new Error('bug'))
    await expect(pass(1)).rejects.toBe(thrown)
  })

  test('[L4] where there is no `reportError`, the error is an uncaught one, and not for the caller', async () => {
    vi.stubGlobal('reportError', undefined)
    const error = new Error('bug')
    report(error)
    await expect(pass(1)).rejects.toBe(error)
  })
})
