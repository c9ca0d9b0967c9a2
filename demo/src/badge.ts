/** The badge: how the connection is, in words for everybody. */

import { type Status, type StatusSource, status } from 'steadysocket/status'
import { create, find } from './page.ts'

const words: Record<Status['name'], string> = {
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
const retry = create('button')
retry.type = 'button'
badge.replaceChildren(text, countdown, retry)

/** Answers its undo. */
export function showBadge(socket: StatusSource & { reconnect(): void }): () => void {
  let ticking: ReturnType<typeof setInterval> | undefined
  retry.onclick = () => socket.reconnect()
  const undo = status(socket).subscribe(({ name, at }) => {
    badge.dataset['status'] = name
    text.textContent = words[name]
    retry.textContent = name === 'closed' ? 'Connect' : 'Try now'
    retry.hidden = name !== 'reconnecting' && name !== 'closed'
    const tick = () => {
      const seconds = at === undefined ? 0 : Math.ceil((at - Date.now()) / 1000)
      countdown.textContent = seconds > 0 ? ` in ${seconds} s` : ''
    }
    tick()
    clearInterval(ticking)
    if (at !== undefined) ticking = setInterval(tick, 250)
  })
  return () => {
    clearInterval(ticking)
    undo()
  }
}
