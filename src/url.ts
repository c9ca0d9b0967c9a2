/** Turns what the application calls a URL into the absolute ws: or wss: URL to connect to. */
import { show } from './errors.ts'

const schemes: Record<string, string> = { 'ws:': 'ws:', 'wss:': 'wss:', 'http:': 'ws:', 'https:': 'wss:' }

/**
 * WHATWG WebSockets, “get a URL record”: relative to `base`, `http(s):` means `ws(s):`, no fragment.
 * Engines older than that text refuse the first two, hence this.
 *
 * @throws DOMException `SyntaxError`, as the native constructor does
 */
export function resolveUrl(url: unknown, base: string | undefined = pageUrl()): string {
  const fail = (): never => {
    throw new DOMException(
      `Expected \`url\` to be a ws:, wss:, http:, https: or relative URL without a fragment, got ${show(url)}`,
      'SyntaxError',
    )
  }
  // By its tag: a frame's URL is no instance of this one.
  if (typeof url !== 'string' && Object.prototype.toString.call(url) !== '[object URL]') return fail()
  let absolute: URL
  try {
    absolute = new URL(String(url), base)
  } catch {
    return fail()
  }
  const scheme = schemes[absolute.protocol]
  if (scheme === undefined || absolute.href.includes('#')) return fail()
  // Not `absolute.protocol = scheme`: that setter is broken for ws: in some older engines.
  return scheme + absolute.href.slice(absolute.protocol.length)
}

/** Throws where `url` could not be right on any page; touches no page itself. */
export function checkUrl(url: unknown): void {
  resolveUrl(url, 'http://page.invalid/')
}

function pageUrl(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href
}
