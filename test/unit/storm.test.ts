/** The reconnect storm, simulated: a server loses all its clients at once, and they come back politely. */
import { describe, expect, test } from 'vitest'
import { ours } from '../../bench/storm/policies.ts'
import { type Scenario, type Summary, simulate, summarize } from '../../bench/storm/simulation.ts'

function storm(scenario: Omit<Scenario, 'title'>, seed = 1): Summary {
  const crowd = { clients: 200_000, seed }
  const titled = { title: '', ...scenario }
  return summarize(simulate(ours, titled, crowd), titled, crowd)
}

describe.for([1, 2, 3])('with default options, seed %d', (seed) => {
  test.for([0, 2_000, 5_000, 20_000, 60_000, 120_000])(
    '[R10] a server that refuses for %d ms gets at most 4 % of all clients within 100 ms, and 99 % within 8.5 s',
    (outage) => {
      const { peakDown, peakUp, nearlyAll } = storm({ outage, capacity: Infinity }, seed)
      expect(peakDown).toBeLessThan(0.04)
      expect(peakUp).toBeGreaterThan(0.005)
      expect(peakUp).toBeLessThan(outage < 60_000 ? 0.04 : 0.02)
      expect(nearlyAll).toBeLessThan(8_500)
    },
  )

  test.for([10_000, 60_000])(
    '[R10] one that hangs for %d ms gets at most 4 % within 100 ms, and 2 % once it is up after a minute',
    (outage) => {
      const { peakDown, peakUp } = storm({ outage, capacity: Infinity, hangs: true }, seed)
      expect(peakDown).toBeLessThan(0.04)
      expect(peakUp).toBeLessThan(outage < 60_000 ? 0.04 : 0.02)
    },
  )
})

test('[R10] a server that takes 1 000 a second has everybody back hardly later than it could', () => {
  const { half, nearlyAll, lost } = storm({ outage: 0, capacity: 1_000 })
  expect(half).toBeLessThan(105_000)
  expect(nearlyAll).toBeLessThan(210_000)
  expect(lost).toBe(0)
})
