/** The page: asks for jobs, does them one by one, answers. */
import { serverHandle } from '../../test/support/server-handle.ts'
import { candidates } from '../candidates/index.ts'
import type { Answer, Bench, Case, Hello, Job } from '../scenario.ts'
import { scenarios } from '../scenarios/index.ts'
import { recordNatives, settle } from './probe.ts'

async function ask<T>(path: string, body: unknown): Promise<T> {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) })
  const answer = (await response.json()) as Answer
  if ('error' in answer) throw new Error(answer.error)
  return answer.value as T
}

function find<T extends { name: string }>(list: readonly T[], name: string): T {
  const found = list.find((each) => each.name === name)
  if (!found) throw new Error(`There is no ${name} here`)
  return found
}

async function work(job: Job): Promise<unknown> {
  const scenario = find(scenarios, job.scenario)
  const bench: Bench<Case> = {
    candidate: find(candidates, job.candidate),
    case: job.case,
    prepared: job.prepared?.value,
    sink: job.sink,
    async openServer() {
      const origin = await ask<string>('/server/open', {})
      return serverHandle(origin, (method, args) => ask('/server/call', { origin, method, args }))
    },
    resetAfter: ({ origin }, messages) => ask('/server/reset-after', { origin, messages }),
  }
  await settle()
  return job.prepared ? scenario.measure(bench) : scenario.prepare?.(bench, job.quick)
}

recordNatives()
const hello: Hello = {
  candidates: candidates.map(({ name, package: from }) => ({ name, ...(from && { package: from }) })),
}
let job = await ask<Job>('/hello', hello)
for (;;) {
  const answer = await work(job).then(
    (value) => ({ value }),
    (error) => ({ error: String(error) }),
  )
  job = await ask<Job>('/next', answer)
}
