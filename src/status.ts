/** What to tell the user: one value for a badge, calm about short outages. */
import type { OpenState, State, SteadySocket, WaitingState } from './index.ts'
import { isServer } from './page/server.ts'
import { startTimer, type Timer } from './timer.ts'

/** A frozen value, a new one at each change. */
export interface Status {
  /**
   * - `connecting`: not open yet, and for less than `patience`; also where a server renders the page and nothing connects
   * - `online`: open; also after a loss, until that has lasted `patience`: what is mended by then nobody sees
   * - `reconnecting`: an outage, all its attempts and waits together, has lasted `patience`; a first connection that
   *   takes so long counts as one
   * - `offline`: not open, and the device says that it has no network; the socket goes on trying
   * - `closed`: closed, closing, or not started; nothing follows by itself
   *
   * Time for which the page was away (in the back/forward cache, or frozen) is no outage.
   */
  readonly name: 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'
  /**
   * Since when, in ms since 1970: of `online`, when it opened (losses that were not shown do not count); of `closed`, when
   * that was seen; else when the outage began.
   */
  readonly since: number
  /** When the next attempt starts, in ms since 1970, while one is waited for. Never with `online`. */
  readonly at?: number | undefined
  /** Only with `online`, for as long as that lasts: how many ms the outage took that was shown before. */
  readonly recovered?: number | undefined
}

export interface StatusOptions {
  /** Ms that an outage must have lasted before it is shown. @default 3000 */
  patience?: number | undefined
}

/** A store, as Svelte and React know them. */
export interface StatusStore {
  /** Worked out at each reading while nobody has subscribed; an outage is then as old as the readings know. */
  readonly value: Status
  /** Calls the listener at once with the value, and at every change of it until the function it answers is called. */
  subscribe(listener: (value: Status) => void): () => void
}

/** What is looked at of a socket; the type of its messages does not matter. */
export type StatusSource = Pick<SteadySocket, 'state' | 'readyState' | 'subscribe'>

interface AnyState extends Partial<Omit<OpenState, 'name'>>, Partial<Omit<WaitingState, 'name' | 'attempt'>> {
  readonly name: State['name']
}

/** The status of a socket. It sets no timer and listens to nothing while nobody has subscribed. */
export function status(socket: StatusSource, { patience = 3_000 }: StatusOptions = {}): StatusStore {
  let value: Status | undefined
  const subscribers = new Set<() => void>()
  /** Ms that the outage had lasted at the last look; whether it went on then, and whether it has been shown. */
  let lasted = 0
  let isLasting = false
  let isShown = false
  let lookedAt = 0

  const look = (): Status => {
    const { readyState } = socket
    const { name: state, since, at }: AnyState = socket.state
    // By the clock that is never set, and mostly stands still while the machine sleeps.
    const now = Math.round(performance.now())
    if (isLasting) lasted += now - lookedAt
    lookedAt = now
    isLasting = readyState === 0 && at !== Infinity

    let name: Status['name'] = 'connecting'
    let recovered: number | undefined
    if (readyState === 0) {
      // While nobody has subscribed, nobody knows when it was open.
      if (value?.name === 'online' && subscribers.size > 0) name = 'online'
      if (lasted >= patience) name = 'reconnecting'
      if (globalThis.navigator?.onLine === false) name = 'offline'
      isShown ||= name === 'reconnecting' || name === 'offline'
    } else {
      if (readyState === 1) {
        name = 'online'
        if (isShown) recovered = lasted
      } else if (state !== 'idle' || !isServer()) name = 'closed'
      lasted = 0
      isShown = false
    }

    const next = isLasting && name !== 'online' ? at : undefined
    if (name !== value?.name || next !== value?.at) {
      const began = name === value?.name ? value.since : since
      value = Object.freeze({ name, since: began ?? Date.now() - lasted, at: next, recovered })
    }
    return value as Status
  }

  return {
    get value() {
      return look()
    },

    subscribe(listener) {
      let told: Status | undefined
      let timer: Timer
      const tell = (): void => {
        const news = look()
        clearTimeout(timer)
        if (isLasting && lasted < patience) timer = startTimer(patience - lasted, tell)
        if (news === told) return
        told = news
        listener(news)
      }
      const signs = ['online', 'offline'] as const
      // What was known before may be old.
      look()
      subscribers.add(tell)
      const unsubscribe = socket.subscribe(tell)
      for (const sign of signs) globalThis.addEventListener?.(sign, tell)
      return () => {
        subscribers.delete(tell)
        unsubscribe()
        clearTimeout(timer)
        for (const sign of signs) globalThis.removeEventListener?.(sign, tell)
      }
    },
  }
}
