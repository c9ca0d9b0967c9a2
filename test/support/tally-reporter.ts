/** Ends a run with one line that programs can read: `N passed, N failed`. */
import type { Reporter, TestModule, Vitest } from 'vitest/node'

export class TallyReporter implements Reporter {
  private vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tally = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      const tests = [...module.children.allTests()]
      for (const test of tests) tally[test.result().state]++
      // A file that did not load, or a hook that threw, fails without a failed test.
      if (module.state() === 'failed' && !tests.some((test) => test.result().state === 'failed'))
        tally.failed++
    }
    const skipped = tally.skipped + tally.pending
    this.vitest?.logger.log(
      `${tally.passed} passed, ${tally.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    )
  }
}
