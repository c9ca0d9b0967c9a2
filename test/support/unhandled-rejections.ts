/** Rejections that nobody handles, made a matter of the test in which they happen. */
import { onTestFinished, vi } from 'vitest'

/** Collects from now on; the function it answers gives, at the end of a test, what there was. */
export function unhandledRejections(): () => Promise<unknown[]> {
  const unhandled: unknown[] = []
  const listener = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', listener)
  onTestFinished(() => void process.off('unhandledRejection', listener))
  return async () => {
    // Node reports them when a task ends: one real task later all are known.
    vi.useRealTimers()
    await new Promise((resolve) => setTimeout(resolve))
    return unhandled
  }
}
