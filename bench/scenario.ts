/** What a scenario is, and what the runner, the page and the report say to each other. */
import type { ServerHandle } from '../test/support/server-handle.ts'
import type { Candidate } from './candidates/candidate.ts'

/** One figure; null where the candidate or the engine does not tell. */
export type Values = Record<string, number | null>

/** What a candidate is measured with: a size, a count. */
export interface Case {
  name: string
}

export interface Plan<C extends Case> {
  cases: readonly C[]
  /** How often each candidate has its turn with each case. */
  rounds: number
  /** The same for all but native and steadysocket, where a turn is long. @default rounds */
  peerRounds?: number
}

export interface Column {
  key: string
  title: string
  /** What a value is multiplied by to be shown. @default 1 */
  scale?: number
  /** Whether to show also how it compares to the native class in the same round. */
  ratio?: boolean
}

/** The page's side: everything that a measurement has to work with. */
export interface Bench<C extends Case, Prepared = unknown> {
  candidate: Candidate
  case: C
  /** What `prepare` answered for this case. */
  prepared: Prepared
  /** The `ws:` origin of the server that only counts, in a process of its own. */
  sink: string
  /** Opens a test server behind a fault proxy. */
  openServer(): Promise<ServerHandle>
  /** Resets all connections of that server once it has received so many messages. */
  resetAfter(server: ServerHandle, messages: number): Promise<void>
}

/** The measurements of one candidate with one case in one engine, by round; null where it did not finish. */
export interface Row {
  engine: string
  case: string
  candidate: string
  rounds: Array<Values | null>
}

/** Something promised, and what was found. */
export interface Goal {
  goal: string
  engine: string
  found: string
  met: boolean
}

/** `prepare` and `measure` run in the page, all else in Node. */
export interface Scenario<C extends Case = Case, Prepared = unknown> {
  /** On the command line. */
  name: string
  title: string
  explanation: string
  columns: readonly Column[]
  /** Candidates that are left out. */
  without?: readonly string[]
  /** Ms that one measurement may take. @default 30000 */
  limit?: number
  plan(quick: boolean): Plan<C>
  /** Runs once for each engine and case, with the native class. */
  prepare?(bench: Omit<Bench<C>, 'prepared'>, quick: boolean): Promise<Prepared>
  measure(bench: Bench<C, Prepared>): Promise<Values>
  goals?(rows: readonly Row[], engine: string): Goal[]
}

/** Keeps the types of a scenario's own cases and preparation inside it. */
export function defineScenario<C extends Case, Prepared = undefined>(
  scenario: Scenario<C, Prepared>,
): Scenario {
  return scenario as unknown as Scenario
}

/** What the page is asked to do. */
export interface Job {
  scenario: string
  case: Case
  candidate: string
  sink: string
  quick: boolean
  /** Absent: it is `prepare` that is asked for. */
  prepared?: { value: unknown }
}

export type Answer = { value: unknown } | { error: string }

/** What the page says first. */
export interface Hello {
  candidates: Array<{ name: string; package?: string }>
}
