/** Those who want to know when something has changed: subscribers, and promises for a condition. */
import { attempt, domException, SteadySocketError } from './errors.ts'
import type { WaitOptions } from './options.ts'
import { startTimer, type Timer } from './timer.ts'

export interface Looks {
  /** Promises that are not settled yet. */
  readonly waiting: number
  /** To be called when something has changed: everybody's look. */
  all(): Array<() => void>
  /** Calls the listener with the value, and again whenever a look finds another; answers its undo. */
  subscribe<T>(read: () => T, listener: (value: T) => void): () => void
  /** Resolves once `check` answers true, now or at a later look; rejects with what it throws. */
  until(what: string, check: () => boolean, readWait: () => WaitOptions): Promise<void>
  /** Forgets the subscribers. */
  unsubscribeAll(): void
}

export function createLooks(): Looks {
  const subscribers = new Set<() => void>()
  const waiters = new Set<() => void>()

  return {
    get waiting() {
      return waiters.size
    },

    all: () => [...subscribers, ...waiters],

    subscribe(read, listener) {
      let seen: unknown
      const look = (): void => {
        const value = read()
        if (value === seen || !subscribers.has(look)) return
        seen = value
        listener(value)
      }
      subscribers.add(look)
      // Twice, for what the first call may have brought about.
      for (const first of [look, look]) attempt(first)
      return () => {
        subscribers.delete(look)
      }
    },

    until: (what, check, readWait) =>
      new Promise((resolve, reject) => {
        // What this throws rejects.
        const { signal, timeout = Infinity } = readWait()
        let timer: Timer
        const settle = (outcome: () => void): void => {
          clearTimeout(timer)
          waiters.delete(look)
          outcome()
          signal?.removeEventListener('abort', abort)
        }
        const look = (): void => {
          try {
            if (check()) settle(resolve)
          } catch (error) {
            settle(() => reject(error))
          }
        }
        const abort = (): void =>
          settle(() => reject(signal?.reason ?? domException('AbortError', `Not ${what}: aborted`)))
        const isAborted = signal?.aborted
        // Before anybody waits: signals of others may throw.
        signal?.addEventListener('abort', abort)
        waiters.add(look)
        if (isAborted) abort()
        else look()
        if (!waiters.has(look)) return
        timer = startTimer(timeout, () =>
          settle(() => reject(new SteadySocketError('TIMEOUT', `Not ${what} within ${timeout} ms`))),
        )
      }),

    unsubscribeAll: () => subscribers.clear(),
  }
}
