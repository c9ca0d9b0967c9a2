/** What follows the end of a connection: what a server or the application asks for, and how a bad answer is refused. */
import { describe, expect } from 'vitest'
import type { CloseDescription, ReconnectOptions } from '../../src/index.ts'
import { type Retry, whatFollows } from '../../src/rules/policy.ts'
import { readOptions } from '../../src/settings.ts'
import { test } from './fixture.ts'

function follows(code: number, options: ReconnectOptions = {}, elapsed = 0): Retry | string {
  const { reconnect } = readOptions({ reconnect: options })
  const close: CloseDescription = {
    code,
    reason: '',
    wasClean: true,
    opened: true,
    phase: 'open',
    unsentBytes: 0,
  }
  return whatFollows(reconnect, close, 1, elapsed)
}

describe('an attempt that took 4 s to end', () => {
  test.for<[code: number, Retry]>([
    [1006, { delay: 500, isAsked: false }],
    [1012, { delay: 2_500, isAsked: false }],
    [1013, { delay: 15_000, isAsked: true }],
  ])('[R2] code %i: %o, since what the server asks for counts from the close', ([code, retry]) => {
    expect(follows(code, {}, 4_000)).toEqual(retry)
  })
})

test('[R1] a verdict of false is one, and so is a delay of 0', () => {
  expect(follows(1006, { shouldReconnect: () => false })).toBe('refused')
  expect(follows(1008, { shouldReconnect: () => 0 })).toEqual({ delay: 0, isAsked: true })
  expect(follows(1008, { shouldReconnect: () => true, delay: () => 0 })).toEqual({ delay: 0, isAsked: false })
})

test('[R1] an answer that does not fit is reported in a sentence, and the default counts', ({ reported }) => {
  const bad = { shouldReconnect: () => 'no', delay: () => -1 } as never
  expect(follows(1006, bad)).toEqual({ delay: 1_500, isAsked: false })
  expect(reported.map(String)).toEqual([
    'TypeError: Expected `reconnect.shouldReconnect` to answer true or false or a number of ms from 0 to 2147483647, got "no"',
    'TypeError: Expected `reconnect.delay` to answer a number of ms from 0 to 2147483647, got -1',
  ])
})
