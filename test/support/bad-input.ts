/** What fits where, and what comes of all else: the one table behind the test of nonsense and `docs/bad-input.md`. */
import { backoff, json, SteadySocket, type SteadySocketOptions } from '../../src/index.ts'
import { messages, readable, writable } from '../../src/streams.ts'
import type { FakeWebSocketClass } from './fake-websocket.ts'

export interface Rig {
  readonly socket: SteadySocket
  readonly Fake: FakeWebSocketClass
}

export interface Row {
  /** What is given, as the documentation calls it. */
  readonly member: string
  readonly fits: string
  /** Besides `undefined`, which is as if not given unless said otherwise. */
  readonly isFit: (value: unknown) => boolean
  /** How the text of the error calls it. */
  readonly name: string
  /** The `name` of the error. */
  readonly error: string
  /** Where undefined is as bad as the rest. */
  readonly isNeeded?: boolean
  /** Whether the members of the value are read, so that its getters and traps throw what they throw. */
  readonly isGroup?: boolean
  readonly give: (value: unknown, rig: Rig) => unknown
}

export interface Section {
  readonly title: string
  readonly outcome: string
  readonly rows: readonly Row[]
}

type Fit = readonly [fits: string, isFit: (value: unknown) => boolean]

const isNumber = (value: unknown): value is number => typeof value === 'number'
const isFunction = (value: unknown): boolean => typeof value === 'function'

const aBoolean: Fit = ['`true` or `false`', (value) => value === true || value === false]
const aFunction: Fit = ['a function', isFunction]
const positive: Fit = ['a number above 0, `Infinity` included', (value) => isNumber(value) && value > 0]
const from0: Fit = ['a number from 0, `Infinity` included', (value) => isNumber(value) && value >= 0]
const aDelay: Fit = [
  'a number of ms from 0 to 2147483647',
  (value) => isNumber(value) && value >= 0 && value <= 2147483647,
]
const whole = (least: number): Fit => [
  `a whole number from ${least}, or \`Infinity\``,
  (value) => isNumber(value) && value >= least && (value === Infinity || value % 1 === 0),
]
const oneOf = (...texts: string[]): Fit => [
  texts.map((text) => `\`'${text}'\``).join(', '),
  (value) => texts.includes(value as string),
]
const or = ([a, fitsA]: Fit, [b, fitsB]: Fit): Fit => [
  `${a}; or ${b}`,
  (value) => fitsA(value) || fitsB(value),
]
const aSignal: Fit = [
  'an `AbortSignal`, or an object with `aborted`, `addEventListener` and `removeEventListener` like one',
  () => false,
]
/** Nothing in it that could be taken for an option. */
const aGroup: Fit = [
  'an object of known names, no array',
  (value) => {
    try {
      return (
        typeof value === 'object' &&
        value !== null &&
        !Array.isArray(value) &&
        Object.keys(value).length === 0
      )
    } catch {
      return false
    }
  },
]
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const subprotocols: Fit = [
  'a subprotocol (an HTTP token); or an array of different ones, whatever their case',
  (value) => {
    try {
      const names: unknown[] = Array.isArray(value) ? Array.from(value) : [value]
      const known = names.map((name) =>
        typeof name === 'string' && token.test(name) ? name.toLowerCase() : undefined,
      )
      return !known.includes(undefined) && new Set(known).size === names.length
    } catch {
      return false
    }
  },
]

/** `{ queue: { maxBytes: 1 } }` for `queue.maxBytes`; a heartbeat is complete otherwise. */
function optionsWith(path: string, value: unknown): SteadySocketOptions {
  const [name = '', inner] = path.split('.')
  if (inner === undefined) return { [name]: value }
  return { [name]: { ...(name === 'heartbeat' && { interval: 1_000, message: 'ping' }), [inner]: value } }
}

function row(member: string, [fits, isFit]: Fit, give: Row['give'], more: Partial<Row> = {}): Row {
  return { member, fits, isFit, name: member, error: 'TypeError', give, ...more }
}

const option = (path: string, fit: Fit, more: Partial<Row> = {}): Row =>
  row(
    path,
    fit,
    (value, { Fake }) => new SteadySocket('ws://test/', { WebSocket: Fake, ...optionsWith(path, value) }),
    more,
  )

const build = SteadySocket as unknown as new (...args: unknown[]) => SteadySocket

const sendWith = (name: string, fit: Fit): Row =>
  row(name, fit, (value, { socket }) => socket.send('x', { [name]: value } as object))

const waitWith = (method: 'opened' | 'drained'): Row[] => [
  row(`${method}(options)`, aGroup, (value, { socket }) => socket[method](value as object), {
    name: 'options',
    isGroup: true,
  }),
  row(`${method}({ signal })`, aSignal, (value, { socket }) => socket[method]({ signal: value } as object), {
    name: 'signal',
  }),
  row(`${method}({ timeout })`, from0, (value, { socket }) => socket[method]({ timeout: value } as object), {
    name: 'timeout',
  }),
]

const aCode: Fit = ['what becomes 1000 or 3000 to 4999, as natively; `undefined` is no code', () => false]

const backoffWith = (name: string, fit: Fit): Row => row(name, fit, (value) => backoff(2, { [name]: value }))

type Stream = (socket: SteadySocket, options: object) => unknown

const streamRows = (title: string, make: Stream, more: Readonly<Record<string, Fit>>): Row[] => [
  row(`${title}(socket)`, ['a `SteadySocket`', () => false], (value) => make(value as SteadySocket, {}), {
    name: 'socket',
    isNeeded: true,
  }),
  row(`${title}(socket, options)`, aGroup, (value, { socket }) => make(socket, value as object), {
    name: 'options',
    isGroup: true,
  }),
  ...Object.entries({ signal: aSignal, ...more }).map(([name, fit]) =>
    row(`${title}(socket, { ${name} })`, fit, (value, { socket }) => make(socket, { [name]: value }), {
      name,
    }),
  ),
]

export const sections: readonly Section[] = [
  {
    title: '`new SteadySocket(url, options)`',
    outcome: 'throws; there is no socket, and nothing was asked, started or listened to',
    rows: [
      row(
        'url',
        [
          'a ws:, wss:, http:, https: or relative URL without a fragment, as text or `URL`; or a function',
          (value) => typeof value === 'string' || isFunction(value),
        ],
        (value, { Fake }) => new build(value, { WebSocket: Fake, autoConnect: false }),
        { error: 'SyntaxError', isNeeded: true },
      ),
      row('options', aGroup, (value) => new build('ws://test/', value), { isGroup: true }),
      row('a third argument', ['nothing', () => false], (value) => new build('ws://test/', {}, value), {
        name: 'options',
      }),
      option('protocols', or(subprotocols, aFunction)),
      option('binaryType', oneOf('blob', 'arraybuffer')),
      option('codec', ['an object with the functions `encode` and `decode`', () => false]),
      option('autoConnect', aBoolean),
      option('connectTimeout', positive),
      option('closeTimeout', from0),
      option('signal', aSignal),
      option('handshake', aFunction),
      row('WebSocket', ['a class', isFunction], (value) => new build('ws://test/', { WebSocket: value })),
      option('reconnect', or(aGroup, aBoolean), { isGroup: true }),
      option('reconnect.baseDelay', aDelay),
      option('reconnect.maxDelay', aDelay),
      option('reconnect.factor', [
        'a finite number from 1',
        (value) => isNumber(value) && value >= 1 && value < Infinity,
      ]),
      option('reconnect.jitter', oneOf('spread', 'full', 'equal', 'none')),
      option('reconnect.maxAttempts', whole(0)),
      option('reconnect.stableAfter', from0),
      option('reconnect.delay', aFunction),
      option('reconnect.shouldReconnect', aFunction),
      option('queue', or(aGroup, aBoolean), { isGroup: true }),
      option('queue.maxBytes', positive),
      option('queue.maxMessages', whole(1)),
      option('queue.overflow', oneOf('reject', 'drop-oldest')),
      option('queue.highWaterMark', or(oneOf('auto'), positive)),
      option('queue.resendUnsent', or(aBoolean, whole(0))),
      option(
        'heartbeat',
        [
          'an object with `interval` and `message`, or with `timeout` alone; or `false`',
          (value) => value === false,
        ],
        { isGroup: true },
      ),
      option('heartbeat.interval', positive, { isNeeded: true }),
      option('heartbeat.timeout', positive),
      option('heartbeat.message', ['anything; `undefined` does not', () => true], { isNeeded: true }),
      option('heartbeat.isPong', aFunction),
      option('wake', aBoolean),
      option('hiddenTimeout', from0),
    ],
  },
  {
    title: '`send(message, options)`',
    outcome: 'throws; nothing is queued, replaced or dropped, and no event tells of it',
    rows: [
      row(
        'message',
        [
          'text or binary data, for want of a codec; with one, what that takes',
          (value) => typeof value === 'string',
        ],
        (value, { socket }) => socket.send(value as string),
        { isNeeded: true },
      ),
      row('options', aGroup, (value, { socket }) => socket.send('x', value as object), { isGroup: true }),
      sendWith('ttl', from0),
      sendWith('key', [
        'a string, a number or a symbol',
        (value) => ['string', 'number', 'symbol'].includes(typeof value),
      ]),
      sendWith('queue', aBoolean),
      sendWith('signal', aSignal),
    ],
  },
  {
    title: '`opened(options)` and `drained(options)`',
    outcome: 'the promise is rejected; the call does not throw',
    rows: [...waitWith('opened'), ...waitWith('drained')],
  },
  {
    title: '`close(code, reason)` and `reconnect(code, reason)`',
    outcome:
      'throws before anything changes. Both are converted as natively, so that `[4000]` is a code and `null` a reason; what the conversion throws is thrown',
    rows: (['close', 'reconnect'] as const).map((method) =>
      row(`${method}(code)`, aCode, (value, { socket }) => socket[method](value as number), {
        name: 'code',
        error: 'InvalidAccessError',
        isGroup: true,
      }),
    ),
  },
  {
    title: '`subscribe(listener)` and `on(event, listener)`',
    outcome: 'throws; nobody is subscribed',
    rows: [
      row('subscribe(listener)', aFunction, (value, { socket }) => socket.subscribe(value as () => void), {
        name: 'listener',
        isNeeded: true,
      }),
    ],
  },
  {
    title: '`json(schemas)`',
    outcome: 'throws; there is no codec',
    rows: [
      row('json(schemas)', aGroup, (value) => json(value as object), { name: 'schemas', isGroup: true }),
      row(
        'json({ receive })',
        ['a Standard Schema', () => false],
        (value) => json({ receive: value } as object),
        { name: 'receive' },
      ),
      row('json({ send })', ['a Standard Schema', () => false], (value) => json({ send: value } as object), {
        name: 'send',
      }),
    ],
  },
  {
    title: '`backoff(attempt, options, random)`',
    outcome: 'throws',
    rows: [
      row(
        'attempt',
        ['a number from 1', (value) => isNumber(value) && value >= 1],
        (value) => backoff(value as number),
        { isNeeded: true },
      ),
      row('options', aGroup, (value) => backoff(2, value as object), { isGroup: true }),
      backoffWith('baseDelay', aDelay),
      backoffWith('maxDelay', aDelay),
      backoffWith('factor', [
        'a finite number from 1',
        (value) => isNumber(value) && value >= 1 && value < Infinity,
      ]),
      backoffWith('jitter', oneOf('spread', 'full', 'equal', 'none')),
      row('random', aFunction, (value) => backoff(2, {}, value as () => number)),
    ],
  },
  {
    title: '`steadysocket/streams`',
    outcome: 'throws; there is no stream, and nobody listens to the socket',
    rows: [
      ...streamRows('readable', readable, { limit: whole(1) }),
      ...streamRows('writable', writable, {
        highWaterMark: positive,
        chunkSize: whole(1),
        onProgress: aFunction,
        spanConnections: aBoolean,
      }),
      ...streamRows('messages', messages, { limit: whole(1), onDrop: aFunction }),
    ],
  },
]

/** The documentation's page. */
export function pageOf(all: readonly Section[]): string {
  const tables = all.map(({ title, outcome, rows }) => {
    const lines = rows.map(
      ({ member, fits, error, name, isNeeded }) =>
        `| \`${member}\` | ${fits.replaceAll('|', '\\|')}${isNeeded ? '' : '; `undefined` is as if not given'} | \`${error}\` that names \`${name}\` |`,
    )
    return [
      `## ${title}`,
      '',
      `What does not fit ${outcome}.`,
      '',
      '| given | fits | else |',
      '|---|---|---|',
      ...lines,
      '',
    ].join('\n')
  })
  return [introduction, ...tables, others].join('\n')
}

const introduction = `# Bad input

What each public member takes, and what comes of anything else. Made from the table in \`test/support/bad-input.ts\`, which
\`test/unit/nonsense.property.test.ts\` tries out with every kind of nonsense (\`UPDATE=1\` writes this page anew).

Wherever something is refused:

- the text of the error names what was given and shows it, in some 100 characters: \`Expected \\\`connectTimeout\\\` to be a
  positive number, got "5"\`. [Secrets in URLs are left out](security.md);
- nothing has changed: not the state, the queue, the counters, the listeners, the timers, nor any native socket; no event
  tells of it, nothing is handed to \`reportError\`, and no promise is left unhandled;
- an own name that is no option is a \`TypeError\` with the nearest that is. Names whose value is \`undefined\`, symbols and
  inherited names are passed over;
- members of objects are read while they are checked: what a getter or a proxy of the application's throws is thrown as it is.
  A value whose own members throw does not fit.
`

const others = `## Elsewhere

| given | what comes of it |
|---|---|
| \`close(code, reason)\`, \`reconnect(code, reason)\`: a reason of more than 123 bytes in UTF-8, where a lone surrogate is three | \`SyntaxError\` that names \`reason\` |
| \`binaryType\` set to anything but \`'blob'\` and \`'arraybuffer'\` | ignored, as natively |
| \`on(event, listener)\` and its like: no function | \`TypeError\` of eventemitter3, which does not show the value |
| what a \`url\` or \`protocols\` function gives, throws or rejects with | a failed attempt: \`error\` (\`PROVIDER_FAILED\`), \`close\`, \`retry\` |
| what \`reconnect.delay\`, \`reconnect.shouldReconnect\` and \`heartbeat.isPong\` answer or throw | \`reportError\`, and what is done without them |
| what a \`heartbeat.message\` function gives that the codec cannot encode | \`reportError\`, and no ping |
| what \`codec.encode\` throws; what it gives that is neither text nor binary data | thrown by \`send()\`; a \`TypeError\` that names \`codec.encode\` |
| what \`codec.decode\` and \`codec.decodeBinary\` throw | \`error\` (\`DECODE_FAILED\`); the connection stays |
| with \`json()\`: cycles, BigInts, functions, symbols, \`undefined\` | \`TypeError\` of \`JSON.stringify\`, or in its manner, from \`send()\` |
| buffers that were detached, proxies of buffers, objects that only say they are binary data | \`TypeError\` that names \`message\`, from \`send()\` |
| a view that its resizable buffer has shrunk away from | an empty binary frame |
| a signal that throws when it is listened to | \`send()\`: \`reportError\`, and it cannot withdraw the message; \`opened()\`, \`drained()\`: the promise is rejected with that |
| what \`onProgress\` of a writable stream throws | the stream fails with it |
| what \`onDrop\` of \`messages()\` throws | \`reportError\` |
`
