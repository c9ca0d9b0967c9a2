/** The platform's timers, without their traps. */

export type Timer = ReturnType<typeof setTimeout> | undefined

/** A timer this much late, in ms, was held back: by a throttled tab or a busy page. */
const LATE = 50
/** And this much late, by a machine that slept, or a page that stood still. */
const ASLEEP = 1_500

/** Starts a timer; none for a delay of `Infinity`, nor for one so long that it would overflow and fire at once. */
export function startTimer(delay: number, run: () => void): Timer {
  // HTML, timer initialisation steps: the delay is a signed 32-bit integer.
  return delay < 2 ** 31 ? setTimeout(run, delay) : undefined
}

/**
 * Starts a timer that ends something, and answers its undo. Lateness alone ends nothing: what the timer waited for may
 * be there already, behind it. Late, it runs a task later; very late, `again` runs instead, where given.
 */
export function startLimit(delay: number, run: () => void, again?: () => void): () => void {
  const due = performance.now() + delay
  const timer = startTimer(delay, () => {
    const late = performance.now() - due
    if (late > ASLEEP && again) again()
    else if (late > LATE) stop = startTask(run)
    else run()
  })
  let stop = (): void => clearTimeout(timer)
  return () => stop()
}

/** The same, with its full time once more where it comes very late. */
export function startFairLimit(delay: number, run: () => void): () => void {
  let stop = startLimit(delay, run, () => {
    stop = startLimit(delay, run)
  })
  return () => stop()
}

/** Runs in the next task, also where timers are slowed; answers its undo. */
export function startTask(run: () => void): () => void {
  const hop = createHop(() => {
    hop.close()
    run()
  })
  hop.start()
  return hop.close
}

/** What runs the same in the next task, again and again, until it is closed. */
export interface Hop {
  start(): void
  close(): void
}

/** For many tasks: WebKit takes some ms to open a channel. */
export function createHop(run: () => void): Hop {
  if (typeof MessageChannel !== 'function') {
    let timer: Timer
    return {
      start() {
        timer = setTimeout(run)
      },
      close: () => clearTimeout(timer),
    }
  }
  const { port1, port2 } = new MessageChannel()
  port2.onmessage = run
  return { start: () => port1.postMessage(0), close: () => port2.close() }
}

/** Runs in a microtask. Not by `queueMicrotask`, which test runners' fake timers hold back. */
export function soon(run: () => void): void {
  void Promise.resolve().then(run)
}

/** The same, always in the context of now: zone.js runs what follows a promise in the zone that called `then`. */
export function keepContext(): (run: () => void) => void {
  const wanted: Array<() => void> = []
  let go: () => void
  const prepare = (): void =>
    void new Promise<void>((resolve) => {
      go = resolve
    }).then(() => {
      prepare()
      for (const run of wanted.splice(0)) run()
    })
  prepare()
  return (run) => {
    wanted.push(run)
    go()
  }
}
