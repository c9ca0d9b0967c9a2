/** What a class needs to pass for a native one: arguments and members by the rules of Web IDL, and the platform's events. */

/** A `(DOMString or sequence<DOMString>)`. */
export function toProtocols(value: unknown): string | string[] {
  const isSequence = Object(value) === value && (value as Partial<Iterable<unknown>>)[Symbol.iterator] != null
  return isSequence ? Array.from(value as Iterable<unknown>, (each) => `${each}`) : `${value}`
}

/** That there is one: `undefined` would do. */
export function demandArgument({ length }: ArrayLike<unknown>): void {
  if (length === 0) throw new TypeError('Expected an argument')
}

/** Makes a class look like an interface: its members are listed, its constants on both sides, and it has a tag. */
export function dress(Class: { readonly prototype: object }, tag: string, constants: object): void {
  const { prototype } = Class
  const { constructor: _, ...members } = Object.getOwnPropertyDescriptors(prototype) as PropertyDescriptorMap
  for (const member of Object.values(members)) member.enumerable = true
  const fixed = Object.getOwnPropertyDescriptors(Object.freeze(constants)) as PropertyDescriptorMap
  Object.defineProperties(Class, fixed)
  Object.defineProperties(prototype, {
    ...members,
    ...fixed,
    [Symbol.toStringTag]: { value: tag, configurable: true },
  })
}

/** An event, also where the platform lacks its class (Node 20 has no `CloseEvent`). */
export function createEvent(type: string, name?: 'MessageEvent' | 'CloseEvent', init: object = {}): Event {
  const Class = name && (globalThis[name] as (new (type: string, init: object) => Event) | undefined)
  return Class ? new Class(type, init) : Object.assign(new Event(type), init)
}
