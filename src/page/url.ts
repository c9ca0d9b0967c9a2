/** Turns what the application calls a URL into the absolute ws: or wss: URL to connect to. */
import { domException, show, tagOf } from '../errors.ts'

/**
 * WHATWG WebSockets, “get a URL record”: relative to `base`, `http(s):` means `ws(s):`, no fragment.
 * Engines older than that text refuse the first two, hence this.
 *
 * @throws DOMException `SyntaxError`, as the native constructor does
 */
export function resolveUrl(url: unknown, base: string | undefined = pageUrl()): string {
  // By its tag: a frame's URL is no instance of this one.
  let isText = typeof url === 'string' || tagOf(url) === '[object URL]'
  try {
    if (isText) {
      const { href } = new URL(String(url), base)
      if (/^(http|ws)s?:[^#]*$/.test(href)) return href.replace(/^http/, 'ws')
    }
  } catch {
    isText = typeof url === 'string'
  }
  const wanted = 'to be a ws:, wss:, http:, https: or relative URL without a fragment'
  const shown = masked(show(isText ? masked(String(url)) : url))
  throw domException('SyntaxError', `Expected \`url\` ${wanted}, got ${shown}`)
}

/** Without what may be secret: errors are logged. A password that is not escaped goes up to the last `@`. */
function masked(text: string): string {
  return text
    .replace(/((?:ws|http)s?:[/\\]*|[/\\]{2}).*@/is, '$1…@')
    .replace(/\?[^#]*(#?).*/s, '?…$1')
    .replace(/#.*=.*/s, '#…')
}

/**
 * A static URL as natively, made absolute once and for all; where there is no page, as on a server, a relative one stays so.
 *
 * @throws DOMException `SyntaxError` where it cannot be right: on this page, or where there is none, on any
 */
export function readUrl(url: unknown): string {
  const base = pageUrl()
  const href = resolveUrl(url, base ?? 'http://page.invalid/')
  return base ? href : String(url)
}

/** What relative URLs are relative to. */
export function pageUrl(): string | undefined {
  return globalThis.document?.baseURI ?? globalThis.location?.href
}
