/** The reconnect storm, simulated: a server loses all its clients at once, and they come back politely. */
import { describe, expect, test } from 'vitest'
import { type Policy, policies } from '../../bench/storm/policies.ts'
import { type Scenario, type Summary, simulate, summarize } from '../../bench/storm/simulation.ts'

const ours = policies.find(({ name }) => name === 'steadysocket') as Policy

function storm(scenario: Omit<Scenario, 'title'>, seed = 1): Summary {
  const crowd = { clients: 200_000, seed }
  const titled = { title: '', ...scenario }
  return summarize(simulate(ours, titled, crowd), titled, crowd)
}

describe.for([1, 2, 3])('with default options, seed %d', (seed) => {
  test('[R10] a server that is back at once gets at most 4 % of all clients within 100 ms', () => {
    const { peakUp, attempts, nearlyAll } = storm({ outage: 0, capacity: Infinity }, seed)
    expect(peakUp).toBeLessThan(0.04)
    expect(attempts).toBe(1)
    expect(nearlyAll).toBeLessThan(20_000)
  })

  test('[R10] one that is down for 60 s gets at most 6 %, and 2 % once it is up', () => {
    const { peakDown, peakUp, nearlyAll } = storm({ outage: 60_000, capacity: Infinity }, seed)
    expect(peakDown).toBeGreaterThan(0.02)
    expect(peakDown).toBeLessThan(0.06)
    expect(peakUp).toBeGreaterThan(0.005)
    expect(peakUp).toBeLessThan(0.02)
    expect(nearlyAll).toBeLessThan(20_000)
  })
})

test('[R10] a server that takes 1 000 a second has everybody back hardly later than it could', () => {
  const { half, nearlyAll, lost } = storm({ outage: 0, capacity: 1_000 })
  expect(half).toBeLessThan(105_000)
  expect(nearlyAll).toBeLessThan(210_000)
  expect(lost).toBe(0)
})
