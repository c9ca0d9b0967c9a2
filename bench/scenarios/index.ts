/** All scenarios, in the order of the report. */
import type { Scenario } from '../scenario.ts'
import { backlog } from './backlog.ts'
import { bufferedAmount } from './buffered-amount.ts'
import { receive } from './receive.ts'
import { reset } from './reset.ts'
import { sendCost } from './send-cost.ts'
import { slowReader } from './slow-reader.ts'
import { throughput } from './throughput.ts'

export const scenarios: readonly Scenario[] = [
  throughput,
  slowReader,
  reset,
  backlog,
  receive,
  sendCost,
  bufferedAmount,
]
