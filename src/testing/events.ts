/** The `on…` attributes of a fake. */

export type Handler = ((event: Event) => unknown) | null

/** HTML, event handlers: a handler is a listener that stands where it stood when it was first set. */
export function handlerAttribute(type: string): PropertyDescriptor & ThisType<EventTarget> {
  const handlers = new WeakMap<EventTarget, Handler>()
  function call(this: EventTarget, event: Event): void {
    handlers.get(this)?.call(this, event)
  }
  return {
    get() {
      return handlers.get(this) ?? null
    },
    set(handler: unknown) {
      const isHandler = typeof handler === 'function'
      handlers.set(this, isHandler ? (handler as Handler) : null)
      if (isHandler) this.addEventListener(type, call)
      else this.removeEventListener(type, call)
    },
    enumerable: true,
    configurable: true,
  }
}
