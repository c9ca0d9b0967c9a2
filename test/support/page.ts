/** What a browser tells a page of itself: online, visible, hidden, shown again; and who listens to that. */
import { vi } from 'vitest'

function tell(target: EventTarget, type: string, more: object = {}): void {
  target.dispatchEvent(Object.assign(new Event(type), more))
}

function turn(visibilityState: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibilityState)
  tell(document, 'visibilitychange')
}

export const page = {
  online: (): void => tell(window, 'online'),
  offline: (): void => tell(window, 'offline'),
  turnVisible: (): void => turn('visible'),
  turnHidden: (): void => turn('hidden'),
  freeze: (): void => tell(document, 'freeze'),
  resume: (): void => tell(document, 'resume'),
  hide: (persisted = true): void => tell(window, 'pagehide', { persisted }),
  show: (persisted = true): void => tell(window, 'pageshow', { persisted }),
  /** Into the back/forward cache, and out again: all that a page is told of it, in that order. */
  enterCache(): void {
    page.hide()
    page.turnHidden()
    page.freeze()
  },
  leaveCache(): void {
    page.resume()
    page.turnVisible()
    page.show()
  },
}

/** What says that the network or the page is back. */
export const wakeSignals = ['online', 'turnVisible', 'resume', 'show'] as const

type Listen = EventTarget['addEventListener']

/** The listeners that are on the page's window and document, and all types there ever were, from now on. */
export function watchPageListeners(): { present: () => string[]; ever: () => string[] } {
  const present: string[] = []
  const ever = new Set<string>()
  for (const [name, target] of Object.entries<EventTarget>({ window: globalThis, document })) {
    const add: Listen = target.addEventListener.bind(target)
    const remove: Listen = target.removeEventListener.bind(target)
    vi.spyOn(target, 'addEventListener').mockImplementation((type, listener) => {
      present.push(`${name} ${type}`)
      ever.add(type)
      add(type, listener)
    })
    vi.spyOn(target, 'removeEventListener').mockImplementation((type, listener) => {
      const index = present.indexOf(`${name} ${type}`)
      if (index !== -1) present.splice(index, 1)
      remove(type, listener)
    })
  }
  return { present: () => [...present].sort(), ever: () => [...ever].sort() }
}
