/** Looks by themselves: promises for a condition, and subscribers to a value. */
import { describe, expect, vi } from 'vitest'
import type { WaitOptions } from '../../src/index.ts'
import { readWaitOptions } from '../../src/settings.ts'
import { createLooks, type Looks } from '../../src/until.ts'
import { pass, settle, test } from './fixture.ts'

/** Something has changed: everybody looks. */
function look(looks: Looks): void {
  for (const each of looks.all()) each()
}

/** Somebody waiting for `ready`, how it has ended so far, and what is left over of it. */
function waitFor(options: WaitOptions = {}, check?: () => boolean) {
  const looks = createLooks()
  const wait = {
    ready: false,
    outcome: 'pending' as unknown,
    looks,
  }
  looks
    .until('ready', check ?? (() => wait.ready), () => options)
    .then(
      () => (wait.outcome = 'resolved'),
      (error) => (wait.outcome = error),
    )
  return wait
}

describe('a promise for a condition', () => {
  test('[S10] what is so already resolves at once, and nobody waits', async () => {
    const wait = waitFor({ timeout: 1_000 }, () => true)
    expect([wait.looks.waiting, vi.getTimerCount()]).toEqual([0, 0])
    await settle()
    expect(wait.outcome).toBe('resolved')
  })

  test('[S10] what becomes so resolves at the next look, once', async () => {
    const wait = waitFor()
    wait.ready = true
    await settle()
    expect([wait.outcome, wait.looks.waiting]).toEqual(['pending', 1])
    look(wait.looks)
    expect(wait.looks.waiting).toBe(0)
    wait.ready = false
    look(wait.looks)
    await settle()
    expect(wait.outcome).toBe('resolved')
  })

  test('[S10] everybody looks, and each for himself', async () => {
    const looks = createLooks()
    const heard: string[] = []
    const listen = (name: string, check: () => boolean): void =>
      void looks.until(name, check, () => ({})).then(() => heard.push(name))
    listen('now', () => heard.length === 0)
    listen('never', () => false)
    listen('next', () => heard.length === 1)
    await settle()
    look(looks)
    await settle()
    expect(heard).toEqual(['now', 'next'])
    expect(looks.waiting).toBe(1)
  })

  test('[S10] a condition that cannot come true any more rejects with what it throws', async () => {
    const error = new Error('closed')
    let possible = true
    const wait = waitFor({ timeout: 1_000 }, () => {
      if (!possible) throw error
      return false
    })
    possible = false
    look(wait.looks)
    await settle()
    expect([wait.outcome, wait.looks.waiting, vi.getTimerCount()]).toEqual([error, 0, 0])
  })

  test('[S10] a condition that throws at the first look rejects, it does not throw', async () => {
    const error = new Error('closed')
    const wait = waitFor({}, () => {
      throw error
    })
    await settle()
    expect([wait.outcome, wait.looks.waiting]).toEqual([error, 0])
  })

  test('[S10] after `timeout` it rejects in a sentence with a code', async () => {
    const wait = waitFor({ timeout: 1_000 })
    await pass(999)
    expect(wait.outcome).toBe('pending')
    await pass(1)
    expect(wait.outcome).toMatchObject({ code: 'TIMEOUT', message: 'Not ready within 1000 ms' })
    expect(wait.looks.waiting).toBe(0)
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
    expect([wait.looks.waiting, vi.getTimerCount(), remove.mock.calls.length]).toEqual([0, 0, 1])
  })

  test('[S10] a `signal` aborted before rejects, even what is so already', async () => {
    const wait = waitFor({ signal: AbortSignal.abort('gone') }, () => true)
    await settle()
    expect([wait.outcome, wait.looks.waiting]).toEqual(['gone', 0])
  })

  test('[S10] when it has resolved, its signal holds nothing of it', async () => {
    const { signal } = new AbortController()
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    const wait = waitFor({ signal, timeout: 1_000 })
    wait.ready = true
    look(wait.looks)
    await settle()
    expect(add.mock.calls[0]?.slice(0, 2)).toEqual(remove.mock.calls[0]?.slice(0, 2))
    expect(vi.getTimerCount()).toBe(0)
  })

  test.for([
    [{ timeout: Number.NaN }, 'Expected `timeout` to be a number from 0, got NaN'],
    [{ timeout: '5s' }, 'Expected `timeout` to be a number from 0, got "5s"'],
    [{ signal: {} }, 'Expected `signal` to be an AbortSignal, got {}'],
  ] as const)('[L12] %o is refused, and nothing is left waiting', async ([options, message]) => {
    const looks = createLooks()
    const readWait = (): WaitOptions => readWaitOptions(options as never)
    await expect(looks.until('ready', () => false, readWait)).rejects.toThrow(new TypeError(message))
    expect(looks.waiting).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a subscriber to a value', () => {
  /** A value, and somebody who has heard of it. */
  function follow() {
    const looks = createLooks()
    const world = { value: 0, heard: [] as number[], looks }
    looks.subscribe(
      () => world.value,
      (value) => world.heard.push(value),
    )
    return world
  }

  test('[L4] hears of it at once, and again whenever a look finds another', () => {
    const world = follow()
    for (const value of [0, 1, 1, 2, 0]) {
      world.value = value
      look(world.looks)
    }
    expect(world.heard).toEqual([0, 1, 2, 0])
    expect(world.looks.waiting).toBe(0)
  })

  test('[L4] hears of one that its first call has brought about', () => {
    const looks = createLooks()
    let value = 'before'
    const heard: string[] = []
    looks.subscribe(
      () => value,
      (found) => {
        heard.push(found)
        value = 'after'
      },
    )
    expect(heard).toEqual(['before', 'after'])
  })

  test('[L4] hears nothing after its undo, not even of a look under way', () => {
    const looks = createLooks()
    const heard: string[] = []
    let value = 0
    const first = looks.subscribe(
      () => value,
      (found) => {
        heard.push(`first ${found}`)
        if (found === 1) second()
      },
    )
    const second = looks.subscribe(
      () => value,
      (found) => heard.push(`second ${found}`),
    )
    value = 1
    look(looks)
    first()
    value = 2
    look(looks)
    expect(heard).toEqual(['first 0', 'second 0', 'first 1'])
    expect(looks.all()).toEqual([])
  })

  test('[L4] that throws at once is one all the same, and reported', ({ reported }) => {
    const looks = createLooks()
    const boom = new Error('boom')
    const undo = looks.subscribe(
      () => 0,
      () => {
        throw boom
      },
    )
    expect(reported).toEqual([boom])
    expect(looks.all()).toHaveLength(1)
    undo()
    expect(looks.all()).toEqual([])
  })

  test('[L8] is forgotten with all others, and whoever waits is not', async () => {
    const world = follow()
    const done = vi.fn()
    void world.looks
      .until(
        '1',
        () => world.value === 1,
        () => ({}),
      )
      .then(done)
    world.looks.unsubscribeAll()
    world.value = 1
    look(world.looks)
    await settle()
    expect(world.heard).toEqual([0])
    expect(done).toHaveBeenCalledOnce()
  })
})
