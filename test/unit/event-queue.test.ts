/** The event queue by itself: one word after the other, however they come up. */
import { expect, vi } from 'vitest'
import { EventQueue } from '../../src/event-queue.ts'
import { settle, test } from './fixture.ts'

/** A queue of words, what it has delivered, and what a word brings up while it is delivered. */
function queueOf(reactions: Record<string, (events: EventQueue<string>) => void> = {}) {
  const delivered: string[] = []
  const events: EventQueue<string> = new EventQueue((word) => {
    delivered.push(word)
    reactions[word]?.(events)
    delivered.push(`/${word}`)
  })
  return { events, delivered }
}

test('[L4] what is posted is delivered in the same turn, in order', () => {
  const { events, delivered } = queueOf()
  events.post('a', 'b')
  expect(delivered).toEqual(['a', '/a', 'b', '/b'])
  events.post('c')
  expect(delivered.slice(4)).toEqual(['c', '/c'])
})

test('[L4] what comes up during a delivery waits for its end, and for those before it', () => {
  const { events, delivered } = queueOf({
    a: (events) => {
      events.post('x')
      events.post('y')
    },
    x: (events) => events.post('z'),
  })
  events.post('a', 'b')
  expect(delivered.filter((word) => !word.startsWith('/'))).toEqual(['a', 'b', 'x', 'y', 'z'])
  expect(delivered).toEqual(delivered.filter((_, i) => i % 2 === 0).flatMap((word) => [word, `/${word}`]))
})

test('[L4] a function is a step between two events, and may post in its turn', () => {
  const { events, delivered } = queueOf()
  events.post('a', () => events.post('from the step'), 'b')
  expect(delivered).toEqual(['a', '/a', 'b', '/b', 'from the step', '/from the step'])
})

test('[L4] held, nothing is delivered until released as many times', () => {
  const { events, delivered } = queueOf()
  events.hold()
  events.hold()
  events.post('a')
  events.release()
  expect(delivered).toEqual([])
  events.post('b')
  events.release()
  expect(delivered).toEqual(['a', '/a', 'b', '/b'])
})

test('[L4] held and released during a delivery, the delivery still comes first', () => {
  const { events, delivered } = queueOf({
    a: (events) => {
      events.hold()
      events.post('x')
      events.release()
    },
  })
  events.post('a')
  expect(delivered).toEqual(['a', '/a', 'x', '/x'])
})

test('[L4] what a listener or a step throws is reported once, and the rest is delivered', ({ reported }) => {
  const [bug, slip] = [new Error('bug'), new Error('slip')]
  const { events, delivered } = queueOf({
    a: () => {
      throw bug
    },
  })
  const step = (): void => {
    throw slip
  }
  events.post('a', step, 'b')
  expect(reported).toEqual([bug, slip])
  expect(delivered).toEqual(['a', 'b', '/b'])
  events.post('c')
  expect(delivered.slice(3)).toEqual(['c', '/c'])
})

test('[L4] even where `reportError` throws, the rest is delivered', async () => {
  vi.stubGlobal('reportError', (error: unknown) => {
    throw error
  })
  const bug = new Error('bug')
  const { events, delivered } = queueOf({
    a: () => {
      throw bug
    },
  })
  await expect(async () => {
    events.post('a', 'b')
    await settle()
  }).rejects.toBe(bug)
  events.post('c')
  expect(delivered).toEqual(['a', 'b', '/b', 'c', '/c'])
})

test('[S11] of very many words at once, none is moved for another', () => {
  const words = Array.from({ length: 300_000 }, (_, index) => index)
  const delivered: number[] = []
  const events = new EventQueue<number>((word) => delivered.push(word))
  events.hold()
  for (const word of words) events.post(word)
  // With `shift`, which moves all the rest each time, this would take minutes.
  events.release()
  expect(delivered).toEqual(words)
})
