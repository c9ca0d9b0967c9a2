/** What browsers do with the arguments and members of a native class, by the rules of Web IDL. */

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
