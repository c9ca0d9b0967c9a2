/** Pages and workers to which no URL can be relative. */
import { describe, expect, vi } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const bases = [
  'file:///C:/app/index.html',
  'blob:https://page.test/6f1e',
  'blob:null/6f1e',
  'data:text/html,hello',
  'about:blank',
  'chrome-extension://abcdef/popup.html',
]

const places: [string, (base: string) => void][] = [
  ['a page', (base) => void vi.spyOn(document, 'baseURI', 'get').mockReturnValue(base)],
  [
    'a worker',
    (base) => {
      vi.stubGlobal('document', undefined)
      vi.stubGlobal('WorkerGlobalScope', class WorkerGlobalScope {})
      vi.stubGlobal('location', { href: base })
    },
  ],
]

describe.for(places)('%s', ([place, pretend]) => {
  describe.for(bases)('%s', (base) => {
    test(`[L12] in ${place} at ${base} a relative URL throws from the constructor`, async () => {
      pretend(base)
      const Fake = createFakeWebSocket()
      for (const autoConnect of [true, false]) {
        expect(() => new SteadySocket('/live', { WebSocket: Fake, autoConnect })).toThrow(
          expect.objectContaining({ name: 'SyntaxError', message: expect.stringContaining('`url`') }),
        )
      }
      await pass(60_000)
      expect(Fake.instances).toHaveLength(0)
      expect(vi.getTimerCount()).toBe(0)
    })

    test(`[L12] in ${place} at ${base} absolute URLs work, and a function's relative one is a failed attempt`, async () => {
      pretend(base)
      const absolute = scripted({ url: 'https://test/live', wake: false })
      const relative = scripted({ url: () => '/live', wake: false })
      await settle()
      expect(absolute.Fake.last.url).toBe('wss://test/live')
      expect(relative.record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    })
  })
})
