/** Knows the listeners of an event target, of those that were added while it looked. */

export interface Registration {
  type: string
  listener: unknown
}

/** Answers a list that changes with the target. */
export function trackListeners(target: EventTarget): Registration[] {
  const registered: Registration[] = []
  const { addEventListener, removeEventListener } = target
  const find = (type: string, listener: unknown): number =>
    registered.findIndex((each) => each.type === type && each.listener === listener)
  target.addEventListener = (type, listener, options) => {
    addEventListener.call(target, type, listener, options)
    if (find(type, listener) < 0) registered.push({ type, listener })
  }
  target.removeEventListener = (type, listener, options) => {
    removeEventListener.call(target, type, listener, options)
    const index = find(type, listener)
    if (index >= 0) registered.splice(index, 1)
  }
  return registered
}
