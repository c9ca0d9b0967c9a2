/** The page's and the network's signs that it is time to look: one small source, shared by all sockets. */

/**
 * - `wake`: the network or the page is back
 * - `hide`: the page goes away, perhaps into the back/forward cache
 * - `show`: the page is back from that cache
 */
export type WakeSignal = 'wake' | 'hide' | 'show'

type Listener = (signal: WakeSignal) => void

const listeners = new Set<Listener>()
let hidden = false
/** Nobody watched for a time after `pagehide`. */
let mayHaveMissedShow = false

const onWake = (): void => tell('wake')
const onVisibility = (): void => {
  if (globalThis.document.visibilityState === 'visible') tell(hidden && mayHaveMissedShow ? 'show' : 'wake')
}
const onHide = (): void => tell('hide')
const onShow = (event: Event): void => {
  hidden = mayHaveMissedShow = false
  if ((event as PageTransitionEvent).persisted) tell('show')
}

/** Never `unload` or `beforeunload`: those keep a page out of the back/forward cache. */
const sources: ReadonlyArray<['window' | 'document', string, (event: Event) => void]> = [
  ['window', 'online', onWake],
  ['window', 'pagehide', onHide],
  ['window', 'pageshow', onShow],
  ['document', 'visibilitychange', onVisibility],
  ['document', 'resume', onWake],
]

function tell(signal: WakeSignal): void {
  if (signal !== 'wake') {
    hidden = signal === 'hide'
    mayHaveMissedShow = false
  }
  // Between pagehide and pageshow nothing may start.
  if (signal === 'wake' && hidden) return
  for (const listener of [...listeners]) if (listeners.has(listener)) listener(signal)
}

/** The global listeners exist only while somebody watches. Workers, Node and others lack some or all of them. */
function eachSource(method: 'addEventListener' | 'removeEventListener'): void {
  const { document, window = globalThis } = globalThis
  for (const [place, type, listener] of sources) {
    const target: Partial<EventTarget> | undefined = place === 'window' ? window : document
    target?.[method]?.(type, listener)
  }
}

/** Whether the page is between `pagehide` and `pageshow`, as far as anybody has watched. */
export function isPageHidden(): boolean {
  if (listeners.size === 0) forgetHiding()
  return hidden
}

/** While nobody watches, `pageshow` goes unheard; but a page in the back/forward cache is always hidden. */
function forgetHiding(): void {
  hidden &&= globalThis.document?.visibilityState === 'hidden'
}

/** Calls the listener at every signal, until `unwatch`. A listener that is watching already is not added again. */
export function watch(listener: Listener): void {
  if (listeners.size === 0) {
    forgetHiding()
    eachSource('addEventListener')
  }
  listeners.add(listener)
}

export function unwatch(listener: Listener): void {
  if (!listeners.delete(listener) || listeners.size > 0) return
  eachSource('removeEventListener')
  mayHaveMissedShow = hidden
}
