/** A promise for a condition, by itself. */
import { expect, vi } from 'vitest'
import type { WaitOptions } from '../../src/options.ts'
import { Waiters } from '../../src/until.ts'
import { pass, settle, test } from './fixture.ts'

/** Somebody waiting for `ready`, how it has ended so far, and what is left over of it. */
function waitFor(options: WaitOptions = {}, check?: () => boolean) {
  const waiters = new Waiters()
  const wait = {
    ready: false,
    outcome: 'pending' as unknown,
    waiters,
  }
  waiters.until('ready', check ?? (() => wait.ready), options).then(
    () => (wait.outcome = 'resolved'),
    (error) => (wait.outcome = error),
  )
  return wait
}

test('[S10] what is so already resolves at once, and nobody waits', async () => {
  const wait = waitFor({ timeout: 1_000 }, () => true)
  expect([wait.waiters.size, vi.getTimerCount()]).toEqual([0, 0])
  await settle()
  expect(wait.outcome).toBe('resolved')
})

test('[S10] what becomes so resolves at the next look, once', async () => {
  const wait = waitFor()
  wait.ready = true
  await settle()
  expect([wait.outcome, wait.waiters.size]).toEqual(['pending', 1])
  wait.waiters.look()
  expect(wait.waiters.size).toBe(0)
  wait.ready = false
  wait.waiters.look()
  await settle()
  expect(wait.outcome).toBe('resolved')
})

test('[S10] everybody looks, and each for himself', async () => {
  const waiters = new Waiters()
  const heard: string[] = []
  const listen = (name: string, check: () => boolean): void =>
    void waiters.until(name, check, {}).then(() => heard.push(name))
  listen('now', () => heard.length === 0)
  listen('never', () => false)
  listen('next', () => heard.length === 1)
  await settle()
  waiters.look()
  await settle()
  expect(heard).toEqual(['now', 'next'])
  expect(waiters.size).toBe(1)
})

test('[S10] a condition that cannot come true any more rejects with what it throws', async () => {
  const error = new Error('closed')
  let possible = true
  const wait = waitFor({ timeout: 1_000 }, () => {
    if (!possible) throw error
    return false
  })
  possible = false
  wait.waiters.look()
  await settle()
  expect([wait.outcome, wait.waiters.size, vi.getTimerCount()]).toEqual([error, 0, 0])
})

test('[S10] a condition that throws at the first look rejects, it does not throw', async () => {
  const error = new Error('closed')
  const wait = waitFor({}, () => {
    throw error
  })
  await settle()
  expect([wait.outcome, wait.waiters.size]).toEqual([error, 0])
})

test('[S10] after `timeout` it rejects in a sentence with a code', async () => {
  const wait = waitFor({ timeout: 1_000 })
  await pass(999)
  expect(wait.outcome).toBe('pending')
  await pass(1)
  expect(wait.outcome).toMatchObject({ code: 'TIMEOUT', message: 'Not ready within 1000 ms' })
  expect(wait.waiters.size).toBe(0)
})

test('[S10] a `timeout` of 0 leaves no time', async () => {
  const wait = waitFor({ timeout: 0 })
  await settle()
  expect(wait.outcome).toMatchObject({ code: 'TIMEOUT' })
})

test.for([Infinity, 2 ** 31, 2 ** 40])(
  '[S10] a `timeout` of %d is no timer that overflows',
  async (timeout) => {
    const wait = waitFor({ timeout })
    expect(vi.getTimerCount()).toBe(0)
    await pass(60_000)
    expect(wait.outcome).toBe('pending')
  },
)

test('[S10] an aborted `signal` rejects with its reason, and nothing is left over', async () => {
  const controller = new AbortController()
  const remove = vi.spyOn(controller.signal, 'removeEventListener')
  const wait = waitFor({ signal: controller.signal, timeout: 1_000 })
  const reason = new Error('left the page')
  controller.abort(reason)
  await settle()
  expect(wait.outcome).toBe(reason)
  expect([wait.waiters.size, vi.getTimerCount(), remove.mock.calls.length]).toEqual([0, 0, 1])
})

test('[S10] a `signal` aborted before rejects, even what is so already', async () => {
  const wait = waitFor({ signal: AbortSignal.abort('gone') }, () => true)
  await settle()
  expect([wait.outcome, wait.waiters.size]).toEqual(['gone', 0])
})

test('[S10] when it has resolved, its signal holds nothing of it', async () => {
  const { signal } = new AbortController()
  const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
  const wait = waitFor({ signal, timeout: 1_000 })
  wait.ready = true
  wait.waiters.look()
  await settle()
  expect(add.mock.calls[0]?.slice(0, 2)).toEqual(remove.mock.calls[0]?.slice(0, 2))
  expect(vi.getTimerCount()).toBe(0)
})

test.for([
  [{ timeout: Number.NaN }, 'Expected `timeout` to be a number from 0, got NaN'],
  [{ timeout: '5s' }, 'Expected `timeout` to be a number from 0, got "5s"'],
  [{ signal: {} }, 'Expected `signal` to be an AbortSignal, got {}'],
] as const)('[L12] %o is refused, and nothing is left waiting', async ([options, message]) => {
  const waiters = new Waiters()
  await expect(waiters.until('ready', () => false, options as never)).rejects.toThrow(new TypeError(message))
  expect(waiters.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})
