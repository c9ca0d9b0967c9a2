/** One engine through everything that can go wrong, in the order that a seed draws. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import type { Engine } from '../../bench/browsers.ts'
import { Chance } from './chance.ts'
import { type Fault, faults, mend, type Rig } from './faults.ts'
import { add, judge, type Ledger } from './ledger.ts'
import type { Growth } from './page/heap.ts'
import { SoakServer } from './server.ts'
import { Visitor } from './visitor.ts'

export interface Plan {
  readonly seed: number
  /** Whether there is time for so many faults. */
  goesOn(faults: number): boolean
  /** Ms in which all must be well again; far more than it takes, since only what never comes back is wedged. */
  readonly patience: number
  /** Is told of every fault and every moment of calm, as it is over. */
  readonly note?: (what: string, ms: number) => void
  /** In one block of five, where the heap is measured; 0 for not at all. */
  readonly reconnects: number
}

export interface Outcome {
  readonly engine: string
  readonly title: string
  readonly ledgers: Ledger[]
  readonly faults: Record<string, number>
  readonly upgrades: number
  /** Times that something did not come back, or not to exactly one connection each, after the faults had stopped. */
  readonly wedged: number
  /** Ms until all was well again, each time. */
  readonly recoveries: number[]
  readonly leftOpen: number
  readonly uncaught: string[]
  readonly restored: number
  readonly reloaded: number
  readonly heap: Growth | undefined
}

/** Faults between two moments of calm. */
const row = 8

export type Files = Map<string, string | Uint8Array>

export async function buildPage(): Promise<Files> {
  const { output } = (await build({
    configFile: false,
    root: fileURLToPath(new URL('page', import.meta.url)),
    logLevel: 'warn',
    build: { write: false, target: 'es2022' },
  })) as Rolldown.RolldownOutput
  return new Map(output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]))
}

export async function run(engine: Engine, plan: Plan, files: Files): Promise<Outcome> {
  const chance = new Chance(plan.seed)
  const server = await SoakServer.open(new Chance(plan.seed + 1))
  const site = await openSite(files)
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
  const page = await engine.launch()
  try {
    const query = new URLSearchParams({ server: server.url, seed: String(plan.seed) })
    const visitor = new Visitor(page, `${origin}/index.html?${query}`, `${origin}/elsewhere`)
    return await soak(engine, plan, { server, visitor, chance })
  } finally {
    await page.close()
    await server.close()
    site.close()
    site.closeAllConnections()
  }
}

async function soak(engine: Engine, plan: Plan, rig: Rig): Promise<Outcome> {
  const { server, visitor } = rig
  const tally: Record<string, number> = {}
  await visitor.open()
  let wedged = 0
  const recoveries: number[] = []
  const calm = async (): Promise<void> => {
    await visitor.pause()
    server.isTalking = false
    await mend(rig)
    const start = Date.now()
    if (!(await settles(rig, plan.patience))) wedged++
    const took = Date.now() - start
    recoveries.push(took)
    plan.note?.('well again', took)
    await visitor.collectUncaught()
  }
  const bustle = async (): Promise<void> => {
    server.isTalking = true
    await visitor.resume()
  }
  await bustle()
  const draw = drawer(rig.chance)
  let count = 0
  // What is not well again would only hide what comes after.
  while (wedged === 0 && plan.goesOn(count)) {
    const [fault, other] = [draw(), rig.chance.happens(0.3) ? draw() : undefined]
    const both = other && other !== fault && !(fault.drives && other.drives) ? [fault, other] : [fault]
    for (const { name } of both) tally[name] = (tally[name] ?? 0) + 1
    const start = Date.now()
    await Promise.all(both.map((each) => each.run(rig)))
    plan.note?.(both.map(({ name }) => name).join(' and '), Date.now() - start)
    count += both.length
    await sleep(rig.chance.between(0, 400))
    if (count % row < both.length) {
      await calm()
      await bustle()
    }
  }
  if (wedged === 0) await calm()
  const reports = await visitor.report()
  const judged = [
    ...visitor.gone.map((report) => judge(report, server.of(report.name), true)),
    ...reports.map((report) => judge(report, server.of(report.name), false)),
  ]
  await visitor.retire()
  await until(() => server.peers.size === 0, 10_000)
  const leftOpen = server.peers.size
  const heap =
    plan.reconnects === 0 ? undefined : await visitor.heapGrowth(`${server.url}heap/0`, plan.reconnects)
  await visitor.collectUncaught()
  return {
    engine: engine.name,
    title: `${engine.title} ${visitor.page.version}`,
    ledgers: reports.map(({ driver: name }) => judged.filter(({ driver }) => driver === name).reduce(add)),
    faults: tally,
    upgrades: server.upgrades,
    wedged,
    recoveries,
    leftOpen,
    uncaught: visitor.uncaught,
    restored: visitor.restored,
    reloaded: visitor.reloaded,
    heap,
  }
}

/** Each fault once before any comes again. */
function drawer(chance: Chance): () => Fault {
  let left: Fault[] = []
  return () => {
    if (left.length === 0) left = [...faults]
    return left.splice(chance.between(0, left.length - 1), 1)[0] as Fault
  }
}

/** Whether all is well again: exactly one connection each, nothing held, the newest message there, everything told. */
async function settles({ server, visitor }: Rig, patience: number): Promise<boolean> {
  const end = Date.now() + patience
  while (Date.now() < end) {
    const marks = Object.entries(await visitor.mark())
    const haveCome = (): boolean =>
      marks.every(([name, number]) => server.of(name).numbers.has(number) && server.open(name) === 1)
    if (!(await until(haveCome, 1_000))) continue
    const reports = await visitor.report()
    const isDone = reports.every(({ name, state, held, queued, lastReceived: [connection, number] }) => {
      const told = server.of(name).told
      const newest = Math.max(...told.keys())
      const all = told.get(newest) ?? 0
      const isTold = all === 0 || (connection === newest && number === all)
      return state === 'open' && held.length === 0 && queued === 0 && isTold
    })
    if (isDone) return true
  }
  return false
}

async function until(done: () => boolean, limit: number): Promise<boolean> {
  const end = Date.now() + limit
  while (!done() && Date.now() < end) await sleep(20)
  return done()
}

async function openSite(files: Files): Promise<Server> {
  const site = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://site')
    response.setHeader('Content-Type', pathname.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(files.get(pathname) ?? '<!doctype html>')
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  return site
}
