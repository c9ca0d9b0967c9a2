/** All scenarios, in the order of the report. */
import type { Scenario } from '../scenario.ts'
import { throughput } from './throughput.ts'

export const scenarios: readonly Scenario[] = [throughput]
