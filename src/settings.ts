/** The options as the code uses them: checked and complete. */
import { type Codec, text } from './codec.ts'
import { expected } from './errors.ts'
import type { Terms } from './frame.ts'
import type {
  HeartbeatOptions,
  QueueOptions,
  ReconnectOptions,
  SendOptions,
  SteadySocketOptions,
  WaitOptions,
} from './options.ts'
import { backoffDefaults } from './rules/backoff.ts'

type Complete<Group, Optional extends keyof Group = never> = {
  [Key in keyof Group]-?: Exclude<Group[Key], undefined> | (Key extends Optional ? undefined : never)
}

export type Settings<In, Out> = Complete<
  Omit<SteadySocketOptions<In, Out>, 'reconnect' | 'queue' | 'codec' | 'heartbeat'>,
  'signal' | 'handshake' | 'WebSocket' | 'autoConnect'
> & {
  codec: Codec<In, Out>
  reconnect: Complete<ReconnectOptions, 'delay' | 'shouldReconnect'> | false
  queue: Complete<QueueOptions> & { whileNotOpen: boolean }
  heartbeat: HeartbeatOptions<In, Out> | undefined
}

/** What an option must be, in words and as a test, and what counts where it is not given. */
export type Rule = readonly [wanted: string, fits: (value: unknown) => boolean, fallback?: unknown]
type Table = Readonly<Record<string, Rule>>

const isFunction = (value: unknown): boolean => typeof value === 'function'
const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const number = (wanted: string, fits: (value: number) => boolean, fallback?: unknown): Rule => [
  wanted,
  (value) => typeof value === 'number' && fits(value),
  fallback,
]
const atLeast0 = (fallback?: number): Rule => number('a number from 0', (value) => value >= 0, fallback)
const positive = (fallback?: number): Rule => number('a positive number', (value) => value > 0, fallback)
/** What a timer can wait. */
export const delay = (fallback?: number): Rule =>
  number('a number of ms from 0 to 2147483647', (ms) => ms >= 0 && ms < 2 ** 31, fallback)
const whole = (least: number): Rule =>
  number(
    `a whole number from ${least} or Infinity`,
    (value) => value >= least && (Number.isInteger(value) || value === Infinity),
    Infinity,
  )
export const oneOf = (...values: unknown[]): Rule => [
  values.map((value) => (typeof value === 'string' ? `'${value}'` : value)).join(' or '),
  (value) => values.includes(value),
  values[0],
]
const aFunction: Rule = ['a function', isFunction]
const group: Rule = ['an object', isObject]
export const either = ([first, fitsFirst]: Rule, [second, fitsSecond]: Rule, fallback?: unknown): Rule => [
  `${first} or ${second}`,
  (value) => fitsFirst(value) || fitsSecond(value),
  fallback,
]

// RFC 6455 4.1: a subprotocol is an HTTP token, and none may be named twice.
const token = /^[!#$%&'*+\-.^_`|~\w]+$/
const protocols: Rule = [
  'a subprotocol name, or an array of different ones',
  (value) => {
    const names: unknown[] = [value].flat()
    return (
      names.every((name) => typeof name === 'string' && token.test(name)) &&
      new Set(names.map((name) => String(name).toLowerCase())).size === names.length
    )
  },
]

const signal: Rule = [
  'an AbortSignal',
  (value) => {
    const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignal>
    return typeof aborted === 'boolean' && isFunction(addEventListener) && isFunction(removeEventListener)
  },
]

const codec: Rule = [
  'an object with the functions encode and decode',
  (value) => {
    const { encode, decode } = (value ?? {}) as Partial<Codec<unknown, unknown>>
    return isFunction(encode) && isFunction(decode)
  },
  text,
]

const optionTable: Table = {
  protocols: either(protocols, aFunction, []),
  binaryType: oneOf('blob', 'arraybuffer'),
  codec,
  autoConnect: either(oneOf(true), oneOf(false)),
  connectTimeout: positive(5_000),
  closeTimeout: atLeast0(5_000),
  signal,
  handshake: aFunction,
  WebSocket: aFunction,
  reconnect: either(group, oneOf(true, false), true),
  queue: either(group, oneOf(true, false), true),
  heartbeat: either(group, oneOf(false)),
  wake: oneOf(true, false),
  hiddenTimeout: atLeast0(Infinity),
}

const reconnectTable: Table = {
  baseDelay: delay(backoffDefaults.baseDelay),
  maxDelay: delay(backoffDefaults.maxDelay),
  factor: number('a finite number from 1', (value) => value >= 1 && value < Infinity, backoffDefaults.factor),
  jitter: oneOf('spread', 'full', 'equal', 'none'),
  maxAttempts: whole(0),
  stableAfter: atLeast0(5_000),
  delay: aFunction,
  shouldReconnect: aFunction,
}

const queueTable: Table = {
  maxBytes: positive(64 * 1024 * 1024),
  maxMessages: whole(1),
  overflow: oneOf('reject', 'drop-oldest'),
  highWaterMark: either(oneOf('auto'), positive(), 'auto'),
  resendUnsent: either(oneOf(true, false), whole(0), true),
}

const heartbeatTable: Table = {
  interval: positive(),
  timeout: positive(),
  message: ['a message to send', (value) => value !== undefined],
  isPong: aFunction,
}

const sendTable: Table = {
  ttl: atLeast0(),
  key: ['a string, number or symbol', (value) => ['string', 'number', 'symbol'].includes(typeof value)],
  queue: oneOf(true, false),
  signal,
}

const waitTable: Table = { signal, timeout: atLeast0() }

/** @throws TypeError that names the option and shows the value */
function check(name: string, value: unknown, [wanted, fits]: Rule): void {
  if (!fits(value)) throw new TypeError(expected(name, `to be ${wanted}`, value))
}

/** Throws unless `value` may be given to the native constructor as `protocols`. */
export function checkProtocols(value: unknown): void {
  check('protocols', value, protocols)
}

/** How many different letters of what was written are in a name, as a share of both. */
function likeness(name: string, written: string): number {
  const letters = name.toLowerCase()
  const shared = [...new Set(written.toLowerCase())].filter((letter) => letters.includes(letter))
  return shared.length / (name.length + written.length)
}

/** Answers every option of the table: the one given, checked, or the fallback. */
function read<T>(table: Table, given: unknown, name = ''): T {
  check(name || 'options', given, group)
  const prefix = name && `${name}.`
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

/**
 * Checks every option and fills in the defaults.
 *
 * @throws TypeError that names the option and shows the value
 */
export function readOptions<In, Out>(options: SteadySocketOptions<In, Out> = {}): Settings<In, Out> {
  const settings: SteadySocketOptions<In, Out> = read(optionTable, options)
  const { reconnect, queue, heartbeat, protocols } = settings
  const groupOf = (value: unknown): unknown => (typeof value === 'boolean' ? {} : value)
  return {
    ...settings,
    // As natively, later changes of the list change nothing.
    protocols: Array.isArray(protocols) ? [...protocols] : protocols,
    reconnect: reconnect !== false && read(reconnectTable, groupOf(reconnect), 'reconnect'),
    queue: { whileNotOpen: queue !== false, ...read<object>(queueTable, groupOf(queue), 'queue') },
    heartbeat: heartbeat ? readHeartbeat(heartbeat) : undefined,
  } as Settings<In, Out>
}

function readHeartbeat<In, Out>(given: HeartbeatOptions<In, Out>): HeartbeatOptions<In, Out> {
  const { interval, message }: HeartbeatOptions<In, Out> = read(heartbeatTable, given, 'heartbeat')
  const pings = interval !== undefined || message !== undefined
  for (const name of pings ? (['interval', 'message'] as const) : (['timeout'] as const))
    check(`heartbeat.${name}`, given[name], heartbeatTable[name] as Rule)
  return given
}

/** @throws TypeError that names the option of `send()` and shows the value */
export function readSendOptions(options: SendOptions | undefined): Terms | undefined {
  if (options === undefined) return undefined
  const { queue, ...terms }: SendOptions = read(sendTable, options)
  const since = { wall: Date.now(), steady: performance.now() }
  return {
    ...terms,
    ...(terms.ttl !== undefined && { since }),
    delivery: queue === false ? 'now-or-never' : undefined,
  }
}

/** @throws TypeError that names the option of `opened()` or `drained()` and shows the value */
export function readWaitOptions(options: WaitOptions | undefined): WaitOptions {
  return options === undefined ? {} : read(waitTable, options)
}
