/** What may be offered as a subprotocol. */

/** RFC 6455 4.1: an HTTP token (RFC 9110 5.6.2). */
export function isSubprotocol(name: unknown): boolean {
  return typeof name === 'string' && /^[!#$%&'*+\-.^_`|~\w]+$/.test(name)
}
