/** Whether this is a server, where there is no page, and nobody waits for a connection. */

/**
 * Whether this is a server: no document, no worker, no React Native; or a runtime for servers that says so. That there is
 * a `WebSocket` says nothing, Node 22 has one, and so has Next.js anywhere.
 */
export function isServer(): boolean {
  const { document, navigator } = globalThis
  if (document) return false
  const { userAgent = '', product } = (navigator ?? {}) as Partial<Navigator>
  if (/^(Cloudflare-Workers|Node\.js|Deno|Bun)/.test(userAgent)) return true
  return !('WorkerGlobalScope' in globalThis) && product !== 'ReactNative'
}
