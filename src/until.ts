/** Promises: one for a condition, and how to know one. */
import { SteadySocketError } from './errors.ts'
import { checkWaitOptions, type WaitOptions } from './options.ts'
import { startTimer } from './timer.ts'

/** Those who wait for something to become true. */
export class Waiters {
  private readonly looks = new Set<() => void>()

  get size(): number {
    return this.looks.size
  }

  /** Something has changed: everybody looks. */
  look(): void {
    for (const look of [...this.looks]) look()
  }

  /** Resolves once `check` answers true, now or at a later look; rejects with what it throws. */
  until(what: string, check: () => boolean, options: WaitOptions): Promise<void> {
    const { signal, timeout = Infinity } = options
    return new Promise((resolve, reject) => {
      checkWaitOptions(options)
      const settle = (outcome: () => void): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
        this.looks.delete(look)
        outcome()
      }
      const look = (): void => {
        try {
          if (check()) settle(resolve)
        } catch (error) {
          settle(() => reject(error))
        }
      }
      const abort = (): void => settle(() => reject(signal?.reason))
      const timer = startTimer(timeout, () =>
        settle(() => reject(new SteadySocketError('TIMEOUT', `Not ${what} within ${timeout} ms`))),
      )
      this.looks.add(look)
      signal?.addEventListener('abort', abort)
      if (signal?.aborted) abort()
      else look()
    })
  }
}

/** By its method: promises of other realms, and of zone.js, are no instances of this `Promise`. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
}
