/** The engines of this machine, each with the switches that measuring needs. */
import { findChromium, findFirefox, findWebKit } from '../test/support/find-browsers.ts'
import {
  type DrivenPage,
  launchChromium,
  launchFirefox,
  launchWebKit,
} from '../test/support/launch-browsers.ts'

export interface Engine {
  name: string
  title: string
  launch(): Promise<DrivenPage>
}

export function findEngines(): Engine[] {
  const chromium = findChromium()
  const firefox = findFirefox()
  const webkit = findWebKit()
  const found: Engine[] = []
  if (chromium) {
    // Garbage is collected between measurements, and the size of the heap is told exactly.
    const switches = ['--enable-precise-memory-info', '--js-flags=--expose-gc']
    found.push({ name: 'chromium', title: 'Chromium', launch: () => launchChromium(chromium, { switches }) })
  }
  if (firefox) found.push({ name: 'firefox', title: 'Firefox', launch: () => launchFirefox(firefox) })
  if (webkit) found.push({ name: 'webkit', title: 'WebKitGTK', launch: () => launchWebKit(webkit) })
  return found
}
