/** Answers that are wanted now: how to know a promise, and how to refuse one. */

/** By its method: promises of other realms, and of zone.js, are no instances of this `Promise`. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  try {
    return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function'
  } catch {
    return false
  }
}

/** Answers the value, unless it is a promise, which is refused and not left unhandled. */
export function demandSync<T>(name: string, value: T): Exclude<T, Promise<unknown>> {
  if (!isPromise(value)) return value as Exclude<T, Promise<unknown>>
  // Adopted first, since a `then` of the application's may throw.
  Promise.resolve(value).catch(() => {})
  throw new TypeError(`Expected \`${name}\` to answer at once, got a promise`)
}
