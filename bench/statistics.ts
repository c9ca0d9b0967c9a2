/** Medians and spread, round by round. */
import type { Row } from './scenario.ts'

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** The value that so many of them do not exceed: `part` is 0.99 for 99 of 100. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN
}

/** What was found in the rounds that finished, where there was something to find. */
export function figures(row: Row | undefined, key: string): number[] {
  return row ? row.rounds.flatMap((values) => values?.[key] ?? []) : []
}

/** A candidate's figures over those of the native class in the same rounds. */
export function ratios(row: Row, native: Row | undefined, key: string): number[] {
  return row.rounds.flatMap((values, round) => {
    const own = values?.[key] ?? undefined
    const other = native?.rounds[round]?.[key] ?? undefined
    return own === undefined || other === undefined || other === 0 ? [] : [own / other]
  })
}

/** The row of the native class with the same case in the same engine. */
export function nativeBeside(rows: readonly Row[], beside: Row): Row | undefined {
  return rows.find(
    (row) => row.engine === beside.engine && row.case === beside.case && row.candidate === 'native',
  )
}

/** Whether the quantile of one sample is later than that of another by more than chance explains (bootstrap, 95 %). */
export function isLater(ours: readonly number[], theirs: readonly number[], part: number): boolean {
  const draw = (values: readonly number[]): number =>
    quantile(
      values.map(() => values[Math.floor(Math.random() * values.length)] as number),
      part,
    )
  const rounds = 1_000
  let later = 0
  for (let round = 0; round < rounds; round++) if (draw(ours) > draw(theirs)) later += 1
  return later >= rounds * 0.95
}
