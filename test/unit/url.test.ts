/** From what the application calls a URL to the one that the native socket gets. */
import { describe, expect, onTestFinished, vi } from 'vitest'
import { resolveUrl } from '../../src/page/url.ts'
import { scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

test('[L13] a URL of another realm is a URL', () => {
  const foreign = { [Symbol.toStringTag]: 'URL', toString: () => 'https://test/a' }
  expect(resolveUrl(foreign)).toBe('wss://test/a')
})

const page = 'https://page.test:8443/app/index.html?a=b#c'

describe('resolveUrl', () => {
  test.for([
    ['ws://test', 'ws://test/'],
    ['wss://test/live?x=y', 'wss://test/live?x=y'],
    ['http://test/live', 'ws://test/live'],
    ['https://test/live', 'wss://test/live'],
    ['HTTPS://TEST/Live', 'wss://test/Live'],
    ['http://test:80/', 'ws://test/'],
    ['https://test:443/', 'wss://test/'],
    ['http://test:443/', 'ws://test:443/'],
    ['ws://name:secret@test/', 'ws://name:secret@test/'],
    ['ws://münchen.test/', 'ws://xn--mnchen-3ya.test/'],
    ['ws://[::1]:8080/', 'ws://[::1]:8080/'],
    ['  ws://test/\n', 'ws://test/'],
    ['/live', 'wss://page.test:8443/live'],
    ['live', 'wss://page.test:8443/app/live'],
    ['./live', 'wss://page.test:8443/app/live'],
    ['../live', 'wss://page.test:8443/live'],
    ['?x=y', 'wss://page.test:8443/app/index.html?x=y'],
    ['', 'wss://page.test:8443/app/index.html?a=b'],
    ['//other.test/live', 'wss://other.test/live'],
    ['https:live', 'wss://page.test:8443/app/live'],
    ['/a b?c=%23', 'wss://page.test:8443/a%20b?c=%23'],
  ])('[L13] %o is %s', ([url = '', resolved]) => {
    expect(resolveUrl(url, page)).toBe(resolved)
  })

  test('[L13] relative to a page without encryption it has none', () => {
    expect(resolveUrl('/live', 'http://page.test/')).toBe('ws://page.test/live')
    expect(resolveUrl('//other.test/', 'http://page.test/')).toBe('ws://other.test/')
  })

  test('[L13] a URL object is as its text', () => {
    expect(resolveUrl(new URL('http://test/live?x=y'), page)).toBe('ws://test/live?x=y')
  })

  test.for([
    'ws://test/#',
    'ws://test/#here',
    '#here',
    '/live#here',
    'ftp://test/',
    'file:///live',
    'data:,live',
    'javascript:live',
    'mailto:a@test',
    'ws://',
    'ws://test:65536/',
    'http://a b/',
  ])('[L13] %o is a SyntaxError', (url) => {
    expect(() => resolveUrl(url, page)).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
  })

  test.for(['about:blank', 'data:text/html,', 'blob:https://page.test/1', undefined])(
    '[L13] relative to %s there is nothing but a SyntaxError, and absolute URLs work',
    (base) => {
      // A default parameter would come in for undefined.
      vi.stubGlobal('document', undefined)
      vi.stubGlobal('location', undefined)
      expect(() => resolveUrl('/live', base)).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
      expect(resolveUrl('https://test/', base)).toBe('wss://test/')
    },
  )
})

describe('the native socket', () => {
  /** The URL with which it was built. */
  async function builtWith(url: string | URL | (() => string)): Promise<string> {
    const { Fake } = scripted({ url })
    await settle()
    return Fake.last.url
  }

  function addBase(href: string): HTMLBaseElement {
    const base = document.createElement('base')
    base.href = href
    document.head.append(base)
    onTestFinished(() => base.remove())
    return base
  }

  test('[L13] gets an absolute ws: or wss: URL', async () => {
    expect(location.href).toBe('http://localhost:3000/')
    expect(await builtWith('/live')).toBe('ws://localhost:3000/live')
    expect(await builtWith('https://test/live')).toBe('wss://test/live')
    expect(await builtWith(new URL('http://test/live'))).toBe('ws://test/live')
    expect(await builtWith(() => 'live')).toBe('ws://localhost:3000/live')
  })

  test('[L13] a base element counts', async () => {
    addBase('https://base.test/dir/')
    expect(await builtWith('live')).toBe('wss://base.test/dir/live')
    expect(await builtWith(() => '/live')).toBe('wss://base.test/live')
    expect(await builtWith('ws://test/')).toBe('ws://test/')
  })

  test.for([
    ['as natively, one that is given is made absolute once and for all', 'live', 'wss://base.test/dir/live'],
    ['one from a function is, at each attempt', () => 'live', 'wss://moved.test/live'],
  ] as const)('[L13] %s', async ([, url, afterwards]) => {
    addBase('https://base.test/dir/')
    const { Fake, socket } = scripted({ url })
    await settle()
    expect(Fake.last.url).toBe('wss://base.test/dir/live')
    // As an application does that shows another of its views, by `history.pushState`.
    document.querySelector('base')?.setAttribute('href', 'https://moved.test/')
    socket.reconnect()
    await settle()
    expect(Fake.last.url).toBe(afterwards)
  })

  test('[L13] in a worker, its own address counts', async () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('WorkerGlobalScope', class WorkerGlobalScope {})
    vi.stubGlobal('location', { href: 'https://worker.test/js/worker.js' })
    expect(await builtWith('/live')).toBe('wss://worker.test/live')
  })

  test('[L13] where there is no page, a relative URL from a function is a failed attempt', async () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('location', undefined)
    const { Fake, record } = scripted({ url: () => '/live', wake: false, autoConnect: true })
    await settle()
    expect(record.of('error')).toMatchObject([{ code: 'PROVIDER_FAILED', cause: { name: 'SyntaxError' } }])
    expect(Fake.instances).toHaveLength(0)
  })

  test('[L13] `url` is what the native socket says', async () => {
    const { socket, Fake } = scripted({ url: '/live' })
    expect(socket.url).toBe('')
    await settle()
    expect(socket.url).toBe('ws://localhost:3000/live')
    Fake.last.fail()
    expect(socket.url).toBe('')
  })
})
