/** What was promised and what came of it, for one engine and one way to use the library. */
import type { Report } from './page/client.ts'
import type { Arrivals } from './server.ts'

export interface Ledger {
  driver: string
  sent: number
  delivered: number
  /** Given back by the browser to the library, and sent again. */
  putBack: number
  /** Had left the browser, or was in it when the connection was given up, and has not arrived. */
  lostAfterLeaving: number
  dropped: Record<string, number>
  replaced: number
  cleared: number
  received: number
  unreadable: number
  attempts: number
  connections: number
  ends: Record<string, number>
  /** Held by pages that the engine has not kept. */
  goneWithPage: number
  /** Each must be 0. */
  broken: Record<Promise, number>
  /** Numbers of messages, the first few of each kind, to look into. */
  evidence: string[]
}

export const promises = {
  duplicated: 'delivered twice',
  reordered: 'out of order',
  lostHeld: 'lost although the library held them',
  lostLiving: 'lost on a connection that lives',
  contradicted: 'delivered although told dropped, replaced or cleared',
  garbled: 'not as they were sent',
  inDuplicated: 'told twice to the page',
  inReordered: 'told to the page out of order',
  inMissing: 'not told to the page',
} as const

type Promise = keyof typeof promises

/** @param isGone whether the page was left and not kept: what it did after its report is not known */
export function judge(report: Report, arrivals: Arrivals, isGone: boolean): Ledger {
  const evidence: string[] = []
  const found = (what: string, numbers: Iterable<unknown>): number => {
    const list = [...numbers]
    if (list.length > 0) evidence.push(`${report.name}: ${what}: ${list.slice(0, 12).join(', ')}`)
    return list.length
  }
  const given = new Map(report.given)
  const all = new Set(report.given.flatMap(([, numbers]) => numbers))
  const hasArrived = (number: number): boolean => arrivals.numbers.has(number)
  const missing = (numbers: readonly number[]): number[] => numbers.filter((number) => !hasArrived(number))
  const living = report.living === undefined ? [] : (given.get(report.living) ?? [])
  const onTheWay = [...arrivals.byConnection].filter(([connection, numbers]) => {
    const own = given.get(connection) ?? []
    return numbers.some((number, index) => own[index] !== number)
  })
  const taken = new Set(report.taken)
  const lost = missing([...all]).filter((number) => !taken.has(number) && !report.held.includes(number))
  const lostLiving = isGone ? [] : missing(living)
  found('came', report.odd)
  const again = new Set(arrivals.duplicated)
  const stuck = new Map(report.stuck)
  const places = [...arrivals.byConnection].flatMap(([connection, numbers]) =>
    numbers
      .filter((number) => again.has(number))
      .map((number) => `${number} on ${connection} (${stuck.get(connection) ?? 'nothing left'})`),
  )
  found('twice', places)
  // Of connections that have ended, what was on the way is lost.
  const told = report.living === undefined ? 0 : (arrivals.told.get(report.living) ?? 0)
  const [connection, number] = report.lastReceived
  const isTold = told === 0 || (connection === report.living && number >= told)
  return {
    driver: report.driver,
    sent: report.sent,
    delivered: arrivals.numbers.size,
    putBack: report.putBack,
    lostAfterLeaving: lost.length - lostLiving.length,
    dropped: report.dropped,
    replaced: report.replaced,
    cleared: report.cleared,
    received: report.received,
    unreadable: report.unreadable,
    attempts: report.attempts,
    connections: report.connections,
    ends: report.ends,
    goneWithPage: isGone ? report.held.length : 0,
    broken: {
      duplicated: arrivals.duplicated.length,
      reordered:
        found('left late', report.reordered) +
        (isGone
          ? 0
          : found(
              'arrived in another order on connection',
              onTheWay.map(([number]) => number),
            )),
      lostHeld: isGone ? 0 : found('held', report.held),
      lostLiving: found('lost on the living connection', lostLiving),
      contradicted: found('delivered all the same', report.taken.filter(hasArrived)),
      garbled: arrivals.garbled,
      inDuplicated: report.receivedDuplicated,
      inReordered: report.receivedReordered,
      inMissing:
        report.receivedMissing +
        (isGone ? 0 : found('told too little', isTold ? [] : [`${connection}.${number}`])),
    },
    evidence,
  }
}

export function add(one: Ledger, other: Ledger): Ledger {
  return Object.fromEntries(
    Object.entries(one).map(([name, value]) => [name, sum(value, other[name as keyof Ledger])]),
  ) as unknown as Ledger
}

function sum(one: unknown, other: unknown): unknown {
  if (typeof one === 'number') return one + (other as number)
  if (typeof one === 'string') return one
  if (Array.isArray(one)) return [...one, ...(other as unknown[])]
  const both = { ...(other as Record<string, number>) }
  for (const [name, value] of Object.entries(one as Record<string, number>))
    both[name] = (both[name] ?? 0) + value
  return both
}
