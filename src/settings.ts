/** The options as the code uses them: checked and complete. */
import { type Codec, text } from './codec.ts'
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
import { isSubprotocol } from './rules/subprotocols.ts'
import {
  aFunction,
  atLeast0,
  type Complete,
  check,
  delay,
  either,
  group,
  isFunction,
  number,
  oneOf,
  positive,
  type Rule,
  read,
  readGroup,
  signal,
  type Table,
  whole,
} from './validation.ts'

export type Settings<In, Out> = Complete<
  Omit<SteadySocketOptions<In, Out>, 'reconnect' | 'queue' | 'codec' | 'heartbeat'>,
  'signal' | 'handshake' | 'WebSocket' | 'autoConnect'
> & {
  codec: Codec<In, Out>
  reconnect: Complete<ReconnectOptions, 'delay' | 'shouldReconnect'> | false
  queue: Complete<QueueOptions> & { whileNotOpen: boolean }
  heartbeat: HeartbeatOptions<In, Out> | undefined
}

const protocols: Rule = [
  'a subprotocol name, or an array of different ones',
  (value) => {
    // Holes, too, would go out as `undefined`.
    const names: unknown[] = Array.isArray(value) ? [...value] : [value]
    // As web-platform-tests ask for; engines tell cases apart.
    const different = new Set(names.map((name) => String(name).toLowerCase()))
    return names.every(isSubprotocol) && different.size === names.length
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

export const optionTable: Table = {
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

export const reconnectTable: Table = {
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

/** Throws unless `value` may be given to the native constructor as `protocols`; without showing it, since it may be a token. */
export function checkProtocols(value: unknown): void {
  check('protocols', value, protocols, typeof value)
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
    reconnect: reconnect !== false && readGroup(reconnectTable, groupOf(reconnect), 'reconnect'),
    queue: { whileNotOpen: queue !== false, ...readGroup<object>(queueTable, groupOf(queue), 'queue') },
    heartbeat: heartbeat ? readHeartbeat(heartbeat) : undefined,
  } as Settings<In, Out>
}

function readHeartbeat<In, Out>(given: HeartbeatOptions<In, Out>): HeartbeatOptions<In, Out> {
  const { interval, message }: HeartbeatOptions<In, Out> = readGroup(heartbeatTable, given, 'heartbeat')
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
