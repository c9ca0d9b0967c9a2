/** The badge: how the connection is, in words for everybody. */

import type { State } from 'steadysocket'
import { create, find } from './page.ts'

interface Socket {
  subscribe(listener: (state: State) => void): () => void
  reconnect(): void
}

type Status = 'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'

const words: Record<Status, string> = {
  connecting: 'Connecting…',
  online: 'Connected',
  reconnecting: 'Reconnecting',
  offline: 'No network',
  closed: 'Disconnected',
}

const badge = find('div', 'badge')
const text = create('span')
text.role = 'status'
// Apart, so that a screen reader does not read out every second.
const countdown = create('span')
const retry = create('button', 'Try now')
retry.type = 'button'
badge.replaceChildren(text, countdown, retry)

/** Answers its undo. */
export function showBadge(socket: Socket): () => void {
  let ticking: ReturnType<typeof setInterval> | undefined
  retry.onclick = () => socket.reconnect()
  const undo = socket.subscribe((state) => {
    const status = statusOf(state)
    clearInterval(ticking)
    badge.dataset['status'] = status
    text.textContent = words[status]
    retry.textContent = status === 'closed' ? 'Connect' : 'Try now'
    retry.hidden = status !== 'reconnecting' && status !== 'closed'
    const tick = () => {
      const seconds = state.name === 'waiting' ? Math.ceil((state.at - Date.now()) / 1000) : 0
      countdown.textContent = seconds > 0 && seconds < Infinity ? ` in ${seconds} s` : ''
    }
    tick()
    if (state.name === 'waiting') ticking = setInterval(tick, 250)
  })
  return () => {
    clearInterval(ticking)
    undo()
  }
}

function statusOf(state: State): Status {
  switch (state.name) {
    case 'open':
      return 'online'
    case 'idle':
    case 'closing':
    case 'closed':
      return 'closed'
    default:
      if (!navigator.onLine) return 'offline'
      return state.attempt === 0 && !('reconnected' in state && state.reconnected)
        ? 'connecting'
        : 'reconnecting'
  }
}
