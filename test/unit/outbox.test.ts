/** The outbox by itself: one letter after the other, however they come up. */
import { expect, vi } from 'vitest'
import { Outbox } from '../../src/outbox.ts'
import { settle, test } from './fixture.ts'

/** An outbox of words, what it has delivered, and what a word brings up while it is delivered. */
function outboxOf(reactions: Record<string, (outbox: Outbox<string>) => void> = {}) {
  const delivered: string[] = []
  const outbox: Outbox<string> = new Outbox((letter) => {
    delivered.push(letter)
    reactions[letter]?.(outbox)
    delivered.push(`/${letter}`)
  })
  return { outbox, delivered }
}

test('[L4] what is posted is delivered in the same turn, in order', () => {
  const { outbox, delivered } = outboxOf()
  outbox.post('a', 'b')
  expect(delivered).toEqual(['a', '/a', 'b', '/b'])
  outbox.post('c')
  expect(delivered.slice(4)).toEqual(['c', '/c'])
})

test('[L4] what comes up during a delivery waits for its end, and for those before it', () => {
  const { outbox, delivered } = outboxOf({
    a: (outbox) => {
      outbox.post('x')
      outbox.post('y')
    },
    x: (outbox) => outbox.post('z'),
  })
  outbox.post('a', 'b')
  expect(delivered.filter((letter) => !letter.startsWith('/'))).toEqual(['a', 'b', 'x', 'y', 'z'])
  expect(delivered).toEqual(
    delivered.filter((_, i) => i % 2 === 0).flatMap((letter) => [letter, `/${letter}`]),
  )
})

test('[L4] a function is a step between two events, and may post in its turn', () => {
  const { outbox, delivered } = outboxOf()
  outbox.post('a', () => outbox.post('from the step'), 'b')
  expect(delivered).toEqual(['a', '/a', 'b', '/b', 'from the step', '/from the step'])
})

test('[L4] held, nothing is delivered until released as many times', () => {
  const { outbox, delivered } = outboxOf()
  outbox.hold()
  outbox.hold()
  outbox.post('a')
  outbox.release()
  expect(delivered).toEqual([])
  outbox.post('b')
  outbox.release()
  expect(delivered).toEqual(['a', '/a', 'b', '/b'])
})

test('[L4] held and released during a delivery, the delivery still comes first', () => {
  const { outbox, delivered } = outboxOf({
    a: (outbox) => {
      outbox.hold()
      outbox.post('x')
      outbox.release()
    },
  })
  outbox.post('a')
  expect(delivered).toEqual(['a', '/a', 'x', '/x'])
})

test('[L4] what a listener or a step throws is reported once, and the rest is delivered', ({ reported }) => {
  const [bug, slip] = [new Error('bug'), new Error('slip')]
  const { outbox, delivered } = outboxOf({
    a: () => {
      throw bug
    },
  })
  const step = (): void => {
    throw slip
  }
  outbox.post('a', step, 'b')
  expect(reported).toEqual([bug, slip])
  expect(delivered).toEqual(['a', 'b', '/b'])
  outbox.post('c')
  expect(delivered.slice(3)).toEqual(['c', '/c'])
})

test('[L4] even where `reportError` throws, the rest is delivered', async () => {
  vi.stubGlobal('reportError', (error: unknown) => {
    throw error
  })
  const bug = new Error('bug')
  const { outbox, delivered } = outboxOf({
    a: () => {
      throw bug
    },
  })
  await expect(async () => {
    outbox.post('a', 'b')
    await settle()
  }).rejects.toBe(bug)
  outbox.post('c')
  expect(delivered).toEqual(['a', 'b', '/b', 'c', '/c'])
})

test('[S11] of very many letters at once, none is moved for another', () => {
  const letters = Array.from({ length: 300_000 }, (_, index) => index)
  const delivered: number[] = []
  const outbox = new Outbox<number>((letter) => delivered.push(letter))
  outbox.hold()
  for (const letter of letters) outbox.post(letter)
  // With `shift`, which moves all the rest each time, this would take minutes.
  outbox.release()
  expect(delivered).toEqual(letters)
})
