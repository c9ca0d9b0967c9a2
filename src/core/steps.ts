/** Steps one after the other, in order, however deep inside a listener they come up. */
import { attempt } from '../errors.ts'

/**
 * Mostly a step tells an event. A listener may call any method, and that may bring further steps: those wait until the
 * present one has reached every listener, so that all see the same order. What a step throws is reported, once.
 */
export interface Steps {
  /** Takes the step now, or as soon as those under way are done. */
  run(step: () => void): void
  /** No step is taken until `run` is over: together they tell of one change. */
  together<T>(run: () => T): T
  /** No step is taken until as many calls of `release`. */
  hold(): void
  release(): void
}

export function createSteps(): Steps {
  const waiting: Array<() => void> = []
  let holds = 0

  const takeAll = (): void => {
    hold()
    // By index: what comes up meanwhile is appended, and taking from the front of a long array is slow.
    for (let index = 0; index < waiting.length; index++) attempt(waiting[index] as () => void)
    waiting.length = 0
    holds -= 1
  }

  const hold = (): void => {
    holds += 1
  }

  const release = (): void => {
    holds -= 1
    if (holds === 0 && waiting.length > 0) takeAll()
  }

  return {
    run(step) {
      if (holds > 0) {
        waiting.push(step)
        return
      }
      // Nothing waits, as when a message comes.
      holds += 1
      attempt(step)
      release()
    },
    together(run) {
      hold()
      try {
        return run()
      } finally {
        release()
      }
    },
    hold,
    release,
  }
}
