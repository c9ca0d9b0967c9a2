/** How clients come back, library by library: what each waits, and for how long, with default options. */
import { advisedBackoff, type BackoffOptions, backoffDefaults, remainder } from '../../src/rules/backoff.ts'
import { freshPatience, learn, limitOf } from '../../src/rules/limit.ts'

export interface Policy {
  readonly name: string
  readonly version: string
  /** The formula in words, and where the library has it. */
  readonly formula: string
  readonly source: string
  /** How many retries in a row may fail before the client gives up. */
  readonly retries: number
  /** Whether chance has a part in the delays; where it has none, all clients do the same. */
  readonly random: boolean
  /**
   * Ms before retry `attempt`, which counts from 1.
   *
   * @param page a number from 0 up to 1 that the page drew once, when it loaded
   */
  delay(attempt: number, random: () => number, page: number): number
  /** Ms after which it gives up an attempt that nothing answers, the so many before it having ended so; if we know. */
  limit?(timeouts: number): number
  /** What is left of a delay, in ms, after an attempt that took so long. By default all of it. */
  remainder?(delay: number, elapsed: number, random: () => number): number
}

/** `first · factor^(attempt − 1)`, at most `most`; from a table, since powers are slow by the hundred million. */
function growing(first: number, factor: number, most: number): (attempt: number) => number {
  const values = Array.from({ length: 50 }, (_, index) => Math.min(most, first * factor ** index))
  return (attempt) => values[attempt - 1] ?? most
}

const growth = growing(1, 1.3, 1e6)
const partysocket = growing(3_000, 1.3, 10_000)
const rews = growing(150, 2, 10_000)
const socketIo = growing(1_000, 2, 1e9)
const centrifuge = growing(500, 2, 20_000)
const phoenix = [10, 50, 100, 150, 200, 250, 500, 1_000, 2_000]

/** That of the `connectTimeout` option. */
const connectTimeout = 5_000

/** The limits of attempts that time out in a row, first to last. */
function limitsInRow(): readonly number[] {
  let patience = freshPatience
  return Array.from({ length: 200 }, () => {
    const limit = limitOf(patience, connectTimeout)
    patience = learn(patience, 'timeout')
    return limit
  })
}

/** This library, with other options than its defaults if wanted. */
export function steadysocket(name: string, options: BackoffOptions = {}): Policy {
  const {
    baseDelay = backoffDefaults.baseDelay,
    maxDelay = backoffDefaults.maxDelay,
    factor = backoffDefaults.factor,
    jitter = backoffDefaults.jitter,
  } = options
  const limits = limitsInRow()
  const growth = factor === 2 ? 'doubles' : `grows by ${factor}`
  return {
    name,
    version: 'this one',
    formula:
      `first anywhere from 0 to ${seconds(baseDelay)}, then in the upper half below that, which ${growth}, up to ` +
      `${seconds(maxDelay)}; counted from the start of the attempt before`,
    source: '`src/rules/backoff.ts` and `limit.ts`',
    retries: Infinity,
    random: true,
    delay: (attempt, random) => advisedBackoff(attempt, 0, { baseDelay, maxDelay, factor, jitter }, random),
    limit: (timeouts) => limits[timeouts] as number,
    remainder,
  }
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`
}

export const ours: Policy = steadysocket('steadysocket')

/** Ours first. The others' formulas are told in our words; read in the published packages of these versions. */
export const policies: readonly Policy[] = [
  ours,
  {
    name: 'reconnecting-websocket',
    version: '4.4.0',
    formula: '1 to 5 s, drawn once for each page, times 1.3 with each retry, up to 10 s',
    source: '`DEFAULT` and `_getNextDelay` in `dist/reconnecting-websocket-mjs.js`',
    retries: Infinity,
    random: true,
    delay: (attempt, _, page) => Math.min(10_000, (1_000 + page * 4_000) * growth(attempt)),
    limit: () => 4_000,
  },
  {
    name: 'partysocket',
    version: '1.3.0',
    formula: '3 s, times 1.3 with each retry, up to 10 s; no chance in it',
    source: '`DEFAULT` and `_getNextDelay` in `dist/ws.js`',
    retries: Infinity,
    random: false,
    delay: partysocket,
    limit: () => 4_000,
  },
  {
    name: 'rews',
    version: '4.1.0',
    formula: 'anywhere in the upper half below 150 ms, which doubles up to 10 s',
    source: '`reconnectionDelay` in `esm/mod.js` of @nktkas/rews',
    retries: Infinity,
    random: true,
    delay: (attempt, random) => (rews(attempt) * (1 + random())) / 2,
    limit: () => 10_000,
  },
  {
    name: 'socket.io-client',
    version: '4.8.4',
    formula: '1 s, which doubles, more or less up to half of it, up to 5 s',
    source: '`build/esm/manager.js` and `build/esm/contrib/backo2.js`',
    retries: Infinity,
    random: true,
    delay(attempt, random) {
      const middle = socketIo(attempt)
      const chance = random()
      const sign = Math.floor(chance * 10) % 2 === 0 ? -1 : 1
      return Math.min(5_000, Math.floor(middle + sign * Math.floor(chance * 0.5 * middle)))
    },
  },
  {
    name: 'phoenix',
    version: '1.8.16',
    formula: '10, 50, 100, 150, 200, 250, 500 ms, 1 s, 2 s, then 5 s; no chance in it',
    source: '`reconnectAfterMs` in `assets/js/phoenix/socket.js`',
    retries: Infinity,
    random: false,
    delay: (attempt) => phoenix[attempt - 1] ?? 5_000,
  },
  {
    name: 'centrifuge',
    version: '5.8.0',
    formula: '500 ms plus anything up to 500 ms, which doubles; up to 20 s in all',
    source: '`minReconnectDelay`, `maxReconnectDelay` and the backoff function in `dist/centrifuge.js`',
    retries: Infinity,
    random: true,
    delay(attempt, random) {
      return Math.min(20_000, 500 + Math.floor(random() * (centrifuge(attempt) + 1)))
    },
  },
  {
    name: 'graphql-ws',
    version: '6.4.2',
    formula: '1 s, which doubles, plus 0.3 to 3 s; gives up after 5 retries',
    source: '`retryAttempts` and `retryWait` in `dist/client.js`',
    retries: 5,
    random: true,
    delay: (attempt, random) => 1_000 * 2 ** (attempt - 1) + Math.floor(300 + random() * 2_700),
  },
  {
    name: 'sockette',
    version: '2.0.6',
    formula: '1 s, always; no chance in it',
    source: '`reconnect` in `dist/sockette.mjs`',
    retries: Infinity,
    random: false,
    delay: () => 1_000,
  },
]
