/** The platform's timers, without their traps. */

/** Starts a timer; none for a delay of `Infinity`, nor for one so long that it would overflow and fire at once. */
export function startTimer(delay: number, run: () => void): ReturnType<typeof setTimeout> | undefined {
  // HTML, timer initialisation steps: the delay is a signed 32-bit integer.
  return delay < 2 ** 31 ? setTimeout(run, delay) : undefined
}

/** Runs in a microtask. Not by `queueMicrotask`, which test runners' fake timers hold back. */
export function soon(run: () => void): void {
  void Promise.resolve().then(run)
}
