/** Messages that are given up: counted, and told without letting a listener hold the page. */
import type { Frame } from '../frame.ts'
import { soon, startTask } from '../timer.ts'
import type { Context } from './context.ts'
import type { DropInfo, DropReason } from './events.ts'

/**
 * A listener that sends what was dropped again, into a full queue, at once or after an `await`, shall not keep the page
 * from everything else: what is dropped while a drop is being told, or in a later turn of the same task, is told in a task of
 * its own.
 */
export function createDrops<In, Out>({
  counters,
  steps,
  tell,
}: Context<In, Out>): (frame: Frame, reason: DropReason) => 'dropped' {
  /** Whether what is dropped now is told in a task of its own. */
  let isDeferring = false
  /** Whether the end of this task will be noticed. */
  let isTaskWatched = false

  const setDeferring = (value: boolean) => (): void => {
    isDeferring = value
  }

  const tellDrop = (info: DropInfo): void => {
    if (!isTaskWatched) {
      isTaskWatched = true
      soon(setDeferring(true))
      startTask(() => {
        isDeferring = isTaskWatched = false
      })
    }
    steps.run(setDeferring(true))
    tell(['drop', info])
    steps.run(setDeferring(false))
  }

  return ({ data }, reason) => {
    counters.dropped += 1
    const told = (): void => tellDrop({ data, reason })
    if (isDeferring) startTask(told)
    else told()
    return 'dropped'
  }
}
