/** Chromium on a path on which every connect takes 12 s: longer than an attempt may take at first. */
import { chromium } from 'playwright'
import { expect } from 'vitest'
import type { SteadySocket as Class } from '../../src/index.ts'
import { test } from '../server/fixture.ts'
import { findChromium } from '../support/find-browsers.ts'
import { chromiumSwitches } from '../support/launch-browsers.ts'

test.skipIf(!findChromium())(
  '[R6] a path on which every connect takes 12 s opens within a minute',
  async ({ server }) => {
    // The request takes half of it, the answer the other.
    await server.delay(6_000)
    const executablePath = findChromium() as string
    const browser = await chromium.launch({ executablePath, args: chromiumSwitches() })
    try {
      const page = await browser.newPage()
      await page.addScriptTag({ path: 'dist/steadysocket.umd.js' })
      const told = await page.evaluate(async (url) => {
        const { SteadySocket } = globalThis as unknown as { SteadySocket: typeof Class }
        const socket = new SteadySocket(url)
        const states: string[] = []
        socket.on('state', ({ name }) => states.push(name))
        await socket.opened({ timeout: 60_000 })
        return states
      }, server.url('/echo'))
      expect(told).toContain('waiting')
      expect(told.at(-1)).toBe('open')
    } finally {
      await browser.close()
    }
  },
  // A socket that never opens says so itself.
  75_000,
)
