/** The platform's timers, without their traps. */

export type Timer = ReturnType<typeof setTimeout> | undefined

/** Starts a timer; none for a delay of `Infinity`, nor for one so long that it would overflow and fire at once. */
export function startTimer(delay: number, run: () => void): Timer {
  // HTML, timer initialisation steps: the delay is a signed 32-bit integer.
  return delay < 2 ** 31 ? setTimeout(run, delay) : undefined
}

/** Runs in the next task, also where timers are slowed; answers its undo. */
export function startTask(run: () => void): () => void {
  if (typeof MessageChannel !== 'function') {
    const timer = setTimeout(run)
    return () => clearTimeout(timer)
  }
  const { port1, port2 } = new MessageChannel()
  port2.onmessage = () => {
    port2.close()
    run()
  }
  port1.postMessage(0)
  return () => port2.close()
}

/** Runs in a microtask. Not by `queueMicrotask`, which test runners' fake timers hold back. */
export function soon(run: () => void): void {
  void Promise.resolve().then(run)
}
