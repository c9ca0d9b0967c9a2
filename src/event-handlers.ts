/** The event handlers of one target: what its `on…` attributes hold. */

type Handler<Type extends keyof WebSocketEventMap> =
  | ((this: WebSocket, event: WebSocketEventMap[Type]) => unknown)
  | null

export interface Handlers {
  get<Type extends keyof WebSocketEventMap>(type: Type): Handler<Type>
  /** A handler has the place among the listeners at which it was first set; `null` gives it up. */
  set<Type extends keyof WebSocketEventMap>(type: Type, value: Handler<Type>): void
}

/** As HTML says (8.1.8.1, event handlers): any object is held, and called if it is a function. */
export function createHandlers(target: EventTarget): Handlers {
  const held = new Map<string, unknown>()
  const call = (event: Event): void => {
    const handler = held.get(event.type)
    if (typeof handler === 'function' && handler.call(target, event) === false) event.preventDefault()
  }
  return {
    get: (type) => (held.get(type) ?? null) as never,
    set(type, value) {
      if (Object(value) === value) {
        held.set(type, value)
        // Added a second time, it stays where it is.
        target.addEventListener(type, call)
      } else {
        held.delete(type)
        target.removeEventListener(type, call)
      }
    },
  }
}
