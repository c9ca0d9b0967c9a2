/** Steps by themselves: one after the other, however they come up. */
import { expect, vi } from 'vitest'
import { createSteps, type Steps } from '../../src/core/steps.ts'
import { settle, test } from './fixture.ts'

/** Steps that are words, what has been said, and what a word brings up while it is said. */
function speech(reactions: Record<string, () => void> = {}) {
  const steps: Steps = createSteps()
  const said: string[] = []
  /** All of them before any is said. */
  const say = (...words: string[]): void => {
    steps.hold()
    for (const word of words) {
      steps.run(() => {
        said.push(word)
        reactions[word]?.()
        said.push(`/${word}`)
      })
    }
    steps.release()
  }
  return { ...steps, said, say }
}

/** Each word and its end, with nothing in between. */
function oneByOne(...words: string[]): string[] {
  return words.flatMap((word) => [word, `/${word}`])
}

test('[L4] a step is taken in the same turn, in order', () => {
  const { said, say } = speech()
  say('a', 'b')
  expect(said).toEqual(oneByOne('a', 'b'))
  say('c')
  expect(said).toEqual(oneByOne('a', 'b', 'c'))
})

test('[L4] what comes up during a step waits for its end, and for those before it', () => {
  const { said, say } = speech({
    a: () => {
      say('x')
      say('y')
    },
    x: () => say('z'),
  })
  say('a', 'b')
  expect(said).toEqual(oneByOne('a', 'b', 'x', 'y', 'z'))
})

test('[L4] held, none is taken until released as many times', () => {
  const { hold, release, said, say } = speech()
  hold()
  hold()
  say('a')
  release()
  expect(said).toEqual([])
  say('b')
  release()
  expect(said).toEqual(oneByOne('a', 'b'))
})

test('[L4] a release with nothing to take takes nothing, and the next step comes at once', () => {
  const { hold, release, said, say } = speech()
  hold()
  release()
  expect(said).toEqual([])
  say('a')
  expect(said).toEqual(oneByOne('a'))
})

test('[L4] held and released during a step, that step still comes first', () => {
  const { hold, release, said, say } = speech({
    a: () => {
      hold()
      say('x')
      release()
    },
  })
  say('a')
  expect(said).toEqual(oneByOne('a', 'x'))
})

test('[L4] a step that brings up nothing else takes none a second time', () => {
  const { said, say, hold, release } = speech()
  say('a')
  hold()
  release()
  say('b')
  expect(said).toEqual(oneByOne('a', 'b'))
})

test('[L4] what a step throws is reported once, and the rest is taken', ({ reported }) => {
  const [bug, slip] = [new Error('bug'), new Error('slip')]
  const { run, said, say } = speech({
    a: () => {
      throw bug
    },
  })
  say('a')
  run(() => {
    throw slip
  })
  run(() => said.push('after the slip'))
  say('b')
  expect(reported).toEqual([bug, slip])
  expect(said).toEqual(['a', 'after the slip', ...oneByOne('b')])
})

test('[L4] even where `reportError` throws, the rest is taken', async () => {
  vi.stubGlobal('reportError', (error: unknown) => {
    throw error
  })
  const bug = new Error('bug')
  const { said, say } = speech({
    a: () => {
      throw bug
    },
  })
  await expect(async () => {
    say('a', 'b')
    await settle()
  }).rejects.toBe(bug)
  say('c')
  expect(said).toEqual(['a', ...oneByOne('b', 'c')])
})

test('[S11] of very many steps at once, none is moved for another', () => {
  const numbers = Array.from({ length: 300_000 }, (_, index) => index)
  const taken: number[] = []
  const { run, hold, release } = createSteps()
  hold()
  for (const number of numbers) run(() => taken.push(number))
  // With `shift`, which moves all the rest each time, this would take minutes.
  release()
  expect(taken).toEqual(numbers)
})
