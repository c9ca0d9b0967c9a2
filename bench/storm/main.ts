/** Simulates the reconnect storm and writes docs/storm.md, docs/storm.svg and docs/storm.json. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { draw } from './figure.ts'
import { ours, policies } from './policies.ts'
import { tell } from './report.ts'
import { type Crowd, type Scenario, simulate, summarize } from './simulation.ts'

const crowd: Crowd = { clients: 1_000_000, seed: 20 }

/** Outages in s; of those that are not told in full, only whether this library meets its goals. */
const refusing = [2, 5, 10, 20, 60, 120, 300]
const hanging = [10, 60, 300]
const inFull = [60, 300]

const scenarios: readonly Scenario[] = [
  { title: 'The server is back at once', outage: 0, capacity: Infinity, inFull: true },
  ...refusing.map((seconds) => ({
    title: `The server refuses, and is back after ${seconds} s`,
    outage: seconds * 1_000,
    capacity: Infinity,
    inFull: inFull.includes(seconds),
  })),
  ...hanging.map((seconds) => ({
    title: `The server hangs, and is back after ${seconds} s`,
    outage: seconds * 1_000,
    capacity: Infinity,
    hangs: true,
    inFull: inFull.includes(seconds),
  })),
  {
    title: 'The server is back at once and takes 5 000 clients a second',
    outage: 0,
    capacity: 5_000,
    inFull: true,
  },
]

const results = scenarios.map((scenario) => {
  const able = scenario.inFull ? policies.filter(({ limit }) => limit || !scenario.hangs) : [ours]
  const outcomes = able.map((policy) => {
    const course = simulate(policy, scenario, crowd)
    return { policy, course, summary: summarize(course, scenario, crowd) }
  })
  console.log(scenario.title)
  console.table(Object.fromEntries(outcomes.map(({ policy: { name }, summary }) => [name, summary] as const)))
  return { scenario, outcomes }
})

const docs = new URL('../../docs/', import.meta.url)
mkdirSync(docs, { recursive: true })
const { svg, caption } = draw(results, crowd)
writeFileSync(new URL('storm.svg', docs), svg)
writeFileSync(new URL('storm.md', docs), tell(results, crowd, caption))
writeFileSync(
  new URL('storm.json', docs),
  `${JSON.stringify(
    {
      ...crowd,
      scenarios: results.map(({ scenario, outcomes }) => ({
        ...scenario,
        capacity: scenario.capacity === Infinity ? null : scenario.capacity,
        libraries: outcomes.map(({ policy: { name, version }, summary }) => ({ name, version, ...summary })),
      })),
    },
    null,
    2,
  )}\n`,
)
