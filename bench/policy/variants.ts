/** Policies that could take the place of the defaults, and how they do. */
import { ours, type Policy, steadysocket } from '../storm/policies.ts'

/** The first three attempts that time out in a row get no longer: an outage of some seconds is not slept through. */
function patientLater(policy: Policy): Policy {
  const { limit = () => Infinity } = policy
  return {
    ...policy,
    name: `${policy.name}; long limits from the fourth timeout in a row on`,
    limit: (timeouts) => limit(timeouts > 2 ? timeouts : 0),
  }
}

const cap7 = steadysocket('`maxDelay: 7_000`', { maxDelay: 7_000 })
const slower = steadysocket('`baseDelay: 4_500, factor: 1.15`', { baseDelay: 4_500, factor: 1.15 })
const both = steadysocket('`baseDelay: 4_500, factor: 1.15, maxDelay: 7_500`', {
  baseDelay: 4_500,
  factor: 1.15,
  maxDelay: 7_500,
})
const defaults: Policy = { ...ours, name: 'the defaults' }

export const variants: readonly Policy[] = [
  defaults,
  patientLater(defaults),
  cap7,
  patientLater(cap7),
  slower,
  patientLater(slower),
  both,
  patientLater(both),
]

/** All that `--search` tries; `jitter` stays as it is. */
export function* searched(): Generator<Policy> {
  for (const baseDelay of [2_500, 3_000, 3_500, 4_000, 4_500, 5_000])
    for (const factor of [1.1, 1.15, 1.2, 1.3, 1.5, 1.75, 2])
      for (const maxDelay of [7_000, 7_500, 8_000, 9_000, 10_000])
        yield patientLater(
          steadysocket(`${baseDelay} ${factor} ${maxDelay}`, { baseDelay, factor, maxDelay }),
        )
}
