/** What may be given, in words and as a test, and how it is checked and read; and what the application's functions answer. */
import { expected, report } from './errors.ts'
import { demandSync } from './sync.ts'

/** What an option must be, in words and as a test, and what counts where it is not given. */
export type Rule = readonly [wanted: string, fits: (value: unknown) => boolean, fallback?: unknown]
export type Table = Readonly<Record<string, Rule>>

/** A group of options once it was read: each has a value, but those that have no fallback. */
export type Complete<Group, Optional extends keyof Group = never> = {
  [Key in keyof Group]-?: Exclude<Group[Key], undefined> | (Key extends Optional ? undefined : never)
}

export const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const number = (wanted: string, fits: (value: number) => boolean, fallback?: unknown): Rule => [
  wanted,
  (value) => typeof value === 'number' && fits(value),
  fallback,
]
export const atLeast0 = (fallback?: number): Rule =>
  number('a number from 0', (value) => value >= 0, fallback)
export const positive = (fallback?: number): Rule =>
  number('a positive number', (value) => value > 0, fallback)
/** What a timer can wait. */
export const delay = (fallback?: number): Rule =>
  number('a number of ms from 0 to 2147483647', (ms) => ms >= 0 && ms < 2 ** 31, fallback)
export const whole = (least: number, fallback: number = Infinity): Rule =>
  number(
    `a whole number from ${least} or Infinity`,
    (value) => value >= least && (Number.isInteger(value) || value === Infinity),
    fallback,
  )
/** The first of them is the fallback. */
export const oneOf = (...values: unknown[]): Rule => [
  values.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(' or '),
  (value) => values.includes(value),
  values[0],
]
export const aFunction: Rule = ['a function', isFunction]
export const group: Rule = ['an object', isObject]
export const either = ([first, fitsFirst]: Rule, [second, fitsSecond]: Rule, fallback?: unknown): Rule => [
  `${first} or ${second}`,
  (value) => fitsFirst(value) || fitsSecond(value),
  fallback,
]

export const signal: Rule = [
  'an AbortSignal',
  (value) => {
    const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>
    return typeof aborted === 'boolean' && isFunction(addEventListener) && isFunction(removeEventListener)
  },
]

/** @throws TypeError that names the option and shows the value */
export function check(name: string, value: unknown, [wanted, fits]: Rule, shown: unknown = value): void {
  let isFit = false
  try {
    isFit = fits(value)
  } catch {
    // A proxy that was revoked, a getter that throws.
  }
  if (!isFit) throw new TypeError(expected(name, `to be ${wanted}`, shown))
}

/** How many different letters of what was written are in a name, as a share of both. */
function likeness(name: string, written: string): number {
  const letters = name.toLowerCase()
  const shared = [...new Set(written.toLowerCase())].filter((letter) => letters.includes(letter))
  return shared.length / (name.length + written.length)
}

/** Answers every option of the table: the one given, checked, or the fallback. */
export function read<T>(table: Table, given: unknown, name = 'options', prefix = ''): T {
  check(name, given, group)
  for (const [option, value] of Object.entries(given as object)) {
    if (value === undefined || Object.hasOwn(table, option)) continue
    const nearest = Object.keys(table).reduce((best, each) =>
      likeness(each, option) > likeness(best, option) ? each : best,
    )
    throw new TypeError(`Unknown option \`${prefix}${option}\`; did you mean \`${nearest}\`?`)
  }
  const complete = Object.entries(table).map(([option, rule]) => {
    const value = (given as Record<string, unknown>)[option]
    if (value === undefined) return [option, rule[2]]
    check(prefix + option, value, rule)
    return [option, value]
  })
  return Object.fromEntries(complete) as T
}

/** The same of a group of options, which errors name in front of each. */
export function readGroup<T>(table: Table, given: unknown, name: string): T {
  return read(table, given, name, `${name}.`)
}

/**
 * Asks a function of the application's. What it throws is reported, and so is an answer that does not fit;
 * the answer is undefined then, and the default counts.
 */
export function ask<T>(name: string, rule: Rule, question: () => T): T | undefined {
  try {
    const answer = demandSync(name, question())
    if (rule[1](answer)) return answer
    throw new TypeError(expected(name, `to answer ${rule[0]}`, answer))
  } catch (error) {
    report(error)
    return undefined
  }
}
