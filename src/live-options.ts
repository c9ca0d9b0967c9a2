/** Options whose functions may be new at any time: they are looked up when they are called. */

const functions = [
  'url',
  'protocols',
  'handshake',
  'encode',
  'decode',
  'decodeBinary',
  'delay',
  'shouldReconnect',
  'message',
  'isPong',
]
const groups = ['options', 'codec', 'reconnect', 'heartbeat']

type Options = Record<string, unknown>

/**
 * The options as they are now; but each function in them calls the one that `read` finds in its place by then, if there
 * is one.
 */
export function liveOptions<T extends object>(read: () => T): T {
  const given = read() as Options
  const live: Options = { ...given }
  for (const name of functions) {
    if (typeof given[name] !== 'function') continue
    live[name] = (...args: unknown[]) => {
      const now = read() as Options
      const owner = typeof now[name] === 'function' ? now : given
      return (owner[name] as (...args: unknown[]) => unknown)(...args)
    }
  }
  for (const name of groups) {
    const group = given[name]
    if (typeof group === 'object' && group) live[name] = liveOptions(() => Object((read() as Options)[name]))
  }
  return live as T
}
