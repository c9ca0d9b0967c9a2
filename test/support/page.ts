/** What a browser tells a page of itself: online, visible, hidden, shown again, activated; and who listens to that. */
import { vi } from 'vitest'

function tell(target: EventTarget, type: string, more: object = {}, init: EventInit = {}): void {
  target.dispatchEvent(Object.assign(new Event(type, init), more))
}

function turn(visibilityState: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(visibilityState)
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(visibilityState === 'hidden')
  tell(document, 'visibilitychange', {}, { bubbles: true })
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
  /** From now on it is prerendered, until it is activated. */
  prerender(): void {
    Object.defineProperty(document, 'prerendering', { value: true, configurable: true })
  },
  activate(): void {
    Reflect.deleteProperty(document, 'prerendering')
    tell(document, 'prerenderingchange')
  },
  /** What a page is told that goes: one that was hidden before is told nothing more of that. */
  leave(): void {
    const wasVisible = document.visibilityState === 'visible'
    page.hide()
    if (wasVisible) page.turnHidden()
  },
  /** Into the back/forward cache, and out again: all that a page is told of it, in that order. */
  enterCache(): void {
    page.leave()
    page.freeze()
  },
  leaveCache(): void {
    page.resume()
    page.turnVisible()
    page.show()
  },
}

/** What says that the network or the page is back, to a page that has not been in the cache. */
export const wakeSignals = ['online', 'turnVisible', 'resume'] as const

type Place = 'window' | 'document'

interface Registration {
  place: Place
  type: string
  listener: unknown
  capture: boolean
}

export interface PageListeners {
  /** Those that are there now. */
  present: () => string[]
  /** All types there ever were. */
  ever: () => string[]
  /** Removes them all, as `document.open()` does. */
  strip: () => void
}

/** Watches the listeners on the page's window and document from now on. */
export function watchPageListeners(): PageListeners {
  const registrations: Registration[] = []
  const ever = new Set<string>()
  const targets: Record<Place, EventTarget> = { window: globalThis as never, document }
  for (const place of ['window', 'document'] as const) {
    const target = targets[place]
    const add = target.addEventListener.bind(target)
    const remove = target.removeEventListener.bind(target)
    const find = (type: string, listener: unknown, capture: boolean): number =>
      registrations.findIndex(
        (each) =>
          each.place === place &&
          each.type === type &&
          each.listener === listener &&
          each.capture === capture,
      )
    vi.spyOn(target, 'addEventListener').mockImplementation((type, listener, options) => {
      const capture = isCapturing(options)
      ever.add(type)
      // The platform does not add it a second time.
      if (find(type, listener, capture) === -1) registrations.push({ place, type, listener, capture })
      add(type, listener, options)
    })
    vi.spyOn(target, 'removeEventListener').mockImplementation((type, listener, options) => {
      const index = find(type, listener, isCapturing(options))
      if (index !== -1) registrations.splice(index, 1)
      remove(type, listener, options)
    })
  }
  return {
    present: () => registrations.map(({ place, type }) => `${place} ${type}`).sort(),
    ever: () => [...ever].sort(),
    strip() {
      for (const { place, type, listener, capture } of [...registrations]) {
        targets[place].removeEventListener(type, listener as EventListener, capture)
      }
    },
  }
}

function isCapturing(options: boolean | EventListenerOptions | undefined): boolean {
  return typeof options === 'boolean' ? options : (options?.capture ?? false)
}
