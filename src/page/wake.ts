/** The page's and the network's signs: that it is time to look, and that the page goes away and is back. */
import { startTimer, type Timer } from '../timer.ts'

/** Ms that a page may take to leave. */
const LEAVING = 1_000

export interface PageHost {
  /** The network or the page is back. */
  wake(): void
  /** The page goes away, or has been hidden for too long: hang up, and start nothing until `back`. */
  hangUp(phase: 'pagehide' | 'hidden'): void
  /** It is back. Whatever was not hung up by then is dead. */
  back(): void
}

export interface Page {
  /** Whether nothing may start. */
  readonly isAway: boolean
  /** Listens, also where something has stripped the listeners, as `document.open()` does. */
  watch(): void
  unwatch(): void
}

/**
 * One socket's view of the page, with listeners of its own: zone.js runs a listener in the zone that added it.
 * Workers, Node and others lack some or all of what is listened to.
 *
 * @param hiddenTimeout ms after which a hidden page is away
 */
export function createPage(host: PageHost, hiddenTimeout: number): Page {
  /** The event that will bring the page back. */
  let awaits: 'pageshow' | 'resume' | 'visible' | 'prerenderingchange' | undefined
  let awaySince = 0
  let hiddenTimer: Timer
  let isWatching = false

  const leave = (until: typeof awaits, phase: 'pagehide' | 'hidden' = 'pagehide'): void => {
    stopHiding()
    awaits = until
    awaySince = performance.now()
    host.hangUp(phase)
  }

  const back = (event: typeof awaits): void => {
    if (awaits !== event) return
    awaits = undefined
    host.back()
  }

  const wake = (): void => {
    if (!awaits) host.wake()
  }

  const isVisible = (): boolean => globalThis.document?.visibilityState !== 'hidden'

  const startHiding = (): void => {
    if (!awaits && !isVisible()) hiddenTimer ??= startTimer(hiddenTimeout, () => leave('visible', 'hidden'))
  }
  const stopHiding = (): void => {
    clearTimeout(hiddenTimer)
    hiddenTimer = undefined
  }

  // We hang up as late as can be, since whoever is told before may still send; a listener that is removed and added again is
  // the last one. What comes when a page goes (WHATWG HTML, unloading documents):
  // - visible: `pagehide`, then `visibilitychange`, on the window last: `onLast` hangs up, moved back just before
  // - hidden: `pagehide` alone: `onHide` hangs up, moved back when the page was hidden
  const onHide = (): void => {
    awaits = 'pageshow'
    awaySince = performance.now()
    if (!isVisible()) leave('pageshow')
  }
  const onLast = (): void => {
    if (awaits === 'pageshow' && !isVisible()) leave('pageshow')
  }
  const onVisibility = (): void => {
    stopHiding()
    if (isVisible()) {
      back('visible')
      back('resume')
      wake()
      return
    }
    const { window } = globalThis
    const [type, listener] = awaits
      ? (['visibilitychange', onLast] as const)
      : (['pagehide', onHide] as const)
    window.removeEventListener(type, listener)
    window.addEventListener(type, listener)
    startHiding()
  }
  const onShow = (event: Event): void => {
    const { persisted } = event as PageTransitionEvent
    if (!persisted && awaits !== 'pageshow') return
    awaits = undefined
    // One that was not in the cache after all starts with the next sign.
    if (persisted) host.back()
  }
  // Chromium closes the sockets of a frozen page, and tells so only after `resume`, when nothing would start any more.
  const onFreeze = (): void => {
    if (!awaits) leave('resume')
  }
  const onResume = (): void => {
    back('resume')
    wake()
  }

  const onActivate = (): void => back('prerenderingchange')

  /** Never `unload` or `beforeunload`: those keep a page out of the back/forward cache. */
  const listen = (method: 'addEventListener' | 'removeEventListener'): void => {
    const { document, window = globalThis } = globalThis
    const on = (
      target: Partial<EventTarget> | undefined,
      type: string,
      listener: (event: Event) => void,
    ): void => target?.[method]?.(type, listener)
    on(window, 'online', wake)
    on(window, 'pagehide', onHide)
    on(window, 'pageshow', onShow)
    on(window, 'visibilitychange', onLast)
    on(document, 'visibilitychange', onVisibility)
    on(document, 'freeze', onFreeze)
    on(document, 'resume', onResume)
    on(document, 'prerenderingchange', onActivate)
  }

  return {
    get isAway() {
      // While nobody listened its return went unheard; but a page that is away is hidden, and runs nothing any more.
      if (!isWatching) {
        if (isVisible() || awaits === 'prerenderingchange' || performance.now() - awaySince > LEAVING)
          awaits = undefined
        // It may have been told already.
        else if (awaits === 'pageshow') awaits = 'visible'
      }
      // Chromium defers the sockets of a page that is prerendered, while their time runs.
      if (!awaits && (globalThis.document as { prerendering?: boolean } | undefined)?.prerendering)
        awaits = 'prerenderingchange'
      return awaits !== undefined
    },
    watch() {
      isWatching = true
      listen('addEventListener')
      startHiding()
    },
    unwatch() {
      isWatching = false
      listen('removeEventListener')
      stopHiding()
    },
  }
}
