/** Time that moves only when told: the platform's clocks and timers, replaced for as long as a run takes. */
import { setImmediate as realTask } from 'node:timers/promises'

export interface Clock {
  readonly now: number
  /** Lets so many ms pass, one after the other, with all that is due in each. */
  pass(milliseconds: number, each?: (now: number) => void): Promise<void>
}

/** Runs in time of its own, from 0 on. */
export async function inOwnTime(run: (clock: Clock) => Promise<void>): Promise<void> {
  let now = 0
  let count = 0
  const timers = new Map<number, { at: number; run: () => void }>()

  const runDue = async (): Promise<void> => {
    for (;;) {
      await realTask()
      const [next] = [...timers]
        .filter(([, { at }]) => at <= now)
        .sort(([, one], [, other]) => one.at - other.at)
      if (!next) return
      timers.delete(next[0])
      next[1].run()
    }
  }

  const clock: Clock = {
    get now() {
      return now
    },
    async pass(milliseconds, each) {
      await runDue()
      for (const end = now + milliseconds; now < end; ) {
        now += 1
        each?.(now)
        await runDue()
      }
    },
  }

  const setTimeout = (run: (...values: unknown[]) => void, delay = 0, ...values: unknown[]): number => {
    count += 1
    timers.set(count, { at: now + Math.max(1, delay), run: () => run(...values) })
    return count
  }
  const undo = [
    replace(globalThis, 'setTimeout', setTimeout),
    replace(globalThis, 'clearTimeout', (timer: number) => timers.delete(timer)),
    // Without it, the library takes a timer for the next task.
    replace(globalThis, 'MessageChannel', undefined),
    replace(performance, 'now', () => now),
    replace(Date, 'now', () => now),
  ]
  try {
    await run(clock)
  } finally {
    for (const each of undo) each()
  }
}

function replace(owner: object, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(owner, name)
  Object.defineProperty(owner, name, { value, configurable: true, writable: true })
  return () => {
    if (own) Object.defineProperty(owner, name, own)
    else Reflect.deleteProperty(owner, name)
  }
}
