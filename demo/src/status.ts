/** What to tell the user of a socket: one value for a badge. */

import type { State, SteadySocket } from 'steadysocket'

export interface Status {
  name: 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'
  /** When the next attempt starts, in ms since 1970, if one is waited for. */
  at?: number | undefined
}

export type StatusSource = Pick<SteadySocket, 'state' | 'readyState' | 'subscribe'>

/** `subscribe` calls the listener at once and at every change, and answers its undo. */
export function status(socket: StatusSource): { subscribe(listener: (status: Status) => void): () => void } {
  return {
    subscribe(listener) {
      const tell = () => listener({ name: nameOf(socket.state), at: nextOf(socket.state) })
      const unsubscribe = socket.subscribe(tell)
      const signs = new AbortController()
      for (const sign of ['online', 'offline']) addEventListener(sign, tell, { signal: signs.signal })
      return () => {
        unsubscribe()
        signs.abort()
      }
    },
  }
}

function nameOf(state: State): Status['name'] {
  if (state.name === 'open') return 'online'
  if (state.name !== 'connecting' && state.name !== 'waiting') return 'closed'
  if (!navigator.onLine) return 'offline'
  return state.attempt === 0 ? 'connecting' : 'reconnecting'
}

function nextOf(state: State): number | undefined {
  return state.name === 'waiting' && Number.isFinite(state.at) ? state.at : undefined
}
