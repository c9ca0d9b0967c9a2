/** `test` for unit tests: time moves only when told, and chance always says one half. */
import { setImmediate as realTask } from 'node:timers/promises'
import { test as base, type TestAPI, vi } from 'vitest'

interface Fixtures {
  clock: undefined
  /** What was handed to `reportError`. */
  reported: unknown[]
}

export const test: TestAPI<Fixtures> = base.extend<Fixtures>({
  clock: [
    async ({}, use) => {
      vi.useFakeTimers()
      vi.spyOn(Math, 'random').mockReturnValue(0.5)
      await use(undefined)
      // Tasks that a test has begun and not waited for are none for the next test.
      await realTask()
      await realTask()
      // First what a test has put over the fake timers.
      vi.unstubAllGlobals()
      vi.restoreAllMocks()
      vi.useRealTimers()
    },
    { auto: true },
  ],
  reported: async ({ clock: _ }, use) => {
    const reported: unknown[] = []
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
    await use(reported)
  },
})

/** Lets promises settle and timers of no delay run. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}

export async function pass(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds)
}
