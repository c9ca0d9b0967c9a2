/** Simulates single clients through outages of all lengths, and writes docs/policy.md: `npm run bench:policy -- --help`. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ours, type Policy, policies } from '../storm/policies.ts'
import { comeBack, crowding, failures, onSlowPath, type Return, type Window } from './compare.ts'
import { type Row, seconds, tell } from './report.ts'
import { searched, variants } from './variants.ts'

const usage = `npm run bench:policy -- [--search]

  --search    tries some 200 sets of options instead and prints those that are never behind, the least busy first;
              takes some minutes and writes nothing`

const long: Window[] = Array.from({ length: 13 }, (_, index) => {
  const from = 60_000 + index * 15_000
  return { from, to: from + 20_000 }
})
const short: Window[] = [
  { from: 2_000, to: 15_000 },
  { from: 15_000, to: 60_000 },
]
const peers = policies.filter((policy) => policy !== ours && policy.limit)

type Question = { failure: (typeof failures)[number]; window: Window }

const cache = new Map<string, Return>()

/** The best that any of the peers does, in each respect. */
function best({ failure, window }: Question, clients: number): Return {
  const key = JSON.stringify([failure, window, clients])
  const known = cache.get(key)
  if (known) return known
  const found = peers.map((peer) => comeBack(peer, failure, window, clients))
  const least = (of: (found: Return) => number): number => Math.min(...found.map(of))
  const answer = {
    half: least(({ half }) => half),
    nearlyAll: least(({ nearlyAll }) => nearlyAll),
    attempts: least(({ attempts }) => attempts),
  }
  cache.set(key, answer)
  return answer
}

function row(policy: Policy, clients: number): Row {
  return {
    policy,
    windows: [...short, ...long].map((window) => ({
      window,
      found: failures.map((failure) => ({
        failure,
        own: comeBack(policy, failure, window, clients),
        best: best({ failure, window }, clients),
      })),
    })),
    crowding: crowding(policy, 1_000_000),
    slow: onSlowPath(policy, clients),
  }
}

/** Options that are behind nobody in any window and polite, the least busy first. */
function search(clients: number): void {
  // By chance alone, the same policy differs by so much.
  const noise = 1.02
  const wins = (policy: Policy, window: Window): boolean =>
    failures.every((failure) => {
      const own = comeBack(policy, failure, window, clients)
      const { half, nearlyAll } = best({ failure, window }, clients)
      return own.half <= half * noise && own.nearlyAll <= nearlyAll * noise
    })
  const winners = [...searched()].filter((policy) =>
    [...short, ...long].every((window) => wins(policy, window)),
  )
  const minute = { from: 60_000, to: 60_001 }
  const found = winners
    .map((policy) => ({
      policy,
      ...crowding(policy, 1_000_000),
      ...comeBack(policy, 'refused', minute, clients),
    }))
    .filter(
      ({ most, onceUp, onceUpAfterHanging }) => most <= 0.04 && Math.max(onceUp, onceUpAfterHanging) <= 0.02,
    )
    .sort((a, b) => a.attempts - b.attempts)
  console.log(`${winners.length} are never behind, ${found.length} of them polite`)
  console.table(
    found.map(({ policy, half, nearlyAll, attempts, most, onceUp, onceUpAfterHanging }) => ({
      'baseDelay factor maxDelay': policy.name.split(';')[0],
      half: seconds(half),
      nearlyAll: seconds(nearlyAll),
      attempts: attempts.toFixed(1),
      most,
      onceUp,
      onceUpAfterHanging,
    })),
  )
}

const { values: flags } = parseArgs({ options: { help: { type: 'boolean' }, search: { type: 'boolean' } } })
if (flags.help) console.log(usage)
else if (flags.search) search(4_000)
else {
  const text = tell(
    variants.map((policy) => row(policy, 20_000)),
    peers,
  )
  console.log(text)
  writeFileSync(new URL('../../docs/policy.md', import.meta.url), text)
}
