/** The page's and the network's signs that it is time to look: one small source, shared by all sockets. */

/**
 * - `wake`: the network or the page is back
 * - `leave`: the page goes away, perhaps into the back/forward cache, or is frozen
 */
export type WakeSignal = 'wake' | 'leave'

type Listener = (signal: WakeSignal) => void

/** Ms that a page may take to leave. */
const LEAVING = 1_000

const listeners = new Set<Listener>()
/** `left`: between `pagehide` and `pageshow`; `frozen`: between `freeze` and `resume`, outside the cache. */
let away: 'left' | 'frozen' | undefined
let awaySince = 0
/** Nobody watched for a time while it was away. */
let mayHaveMissedReturn = false

const onWake = (): void => tell('wake')
const onVisibility = (): void => {
  if (globalThis.document.visibilityState !== 'visible') return
  if (away === 'frozen' || (away && mayHaveMissedReturn)) comeBack()
  else tell('wake')
}
const onHide = (): void => leave('left')
const onShow = (event: Event): void => {
  if ((event as PageTransitionEvent).persisted) comeBack()
  else away = undefined
}
// Chromium closes the sockets of a frozen page, and tells so only after `resume`, when nothing would start any more.
const onFreeze = (): void => {
  if (!away) leave('frozen')
}
const onResume = (): void => {
  if (away === 'frozen') comeBack()
  else tell('wake')
}

/** Never `unload` or `beforeunload`: those keep a page out of the back/forward cache. */
const sources: ReadonlyArray<['window' | 'document', string, (event: Event) => void]> = [
  ['window', 'online', onWake],
  ['window', 'pagehide', onHide],
  ['window', 'pageshow', onShow],
  ['document', 'visibilitychange', onVisibility],
  ['document', 'freeze', onFreeze],
  ['document', 'resume', onResume],
]

function leave(how: 'left' | 'frozen'): void {
  away = how
  awaySince = performance.now()
  mayHaveMissedReturn = false
  tell('leave')
}

function comeBack(): void {
  away = undefined
  tell('wake')
}

function tell(signal: WakeSignal): void {
  // While the page is away nothing may start.
  if (signal === 'wake' && away) return
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

/** Whether the page is away, as far as anybody has watched. */
export function isPageAway(): boolean {
  if (listeners.size === 0) forgetAway()
  return away !== undefined
}

/**
 * While nobody watches, its return goes unheard. But a page that is away is always hidden, and runs nothing after the
 * listeners that are told of its leaving.
 */
function forgetAway(): void {
  if (!away) return
  const isHidden = globalThis.document?.visibilityState === 'hidden'
  if (!isHidden || performance.now() - awaySince > LEAVING) away = undefined
}

/** Calls the listener at every signal, until `unwatch`. A listener that is watching already is not added again. */
export function watch(listener: Listener): void {
  if (listeners.size === 0) {
    forgetAway()
    eachSource('addEventListener')
  }
  listeners.add(listener)
}

export function unwatch(listener: Listener): void {
  if (!listeners.delete(listener) || listeners.size > 0) return
  eachSource('removeEventListener')
  mayHaveMissedReturn = away !== undefined
}
