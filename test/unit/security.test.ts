/** What `docs/security.md` says, as far as a test can say it: secrets stay out of messages, and nothing is polluted. */
import { describe, expect, test as plain } from 'vitest'
import { json, SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at, type Script, scripted } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

const secret = 's3cr3t'

/** None of these is a URL to connect to. */
const withSecret = [
  `ws://me:${secret}@test/#here`,
  `ws:me:${secret}@test:99999/`,
  `ws:\\\\me:${secret}@test:99999/`,
  `//me:${secret}@test/#here`,
  `wss://me:a/b#c?${secret}@test/#x`,
  `wss://me:${'x'.repeat(200)}${secret}@test/#x`,
  `wss://me:${secret}${'x'.repeat(200)}@test/#x`,
  `wss://me:${secret}${'x'.repeat(200)}@test:99999/`,
  `wss://test:99999/?token=${secret}`,
  `wss://test/?token=${secret}#here`,
  `wss://test/?token=a#${secret}`,
  `wss://test/#token=${secret}`,
  `/live?${secret}#`,
  `ftp://me:${secret}@test/?token=${secret}`,
  new URL(`ftp://me:${secret}@test/?token=${secret}`),
  { url: `wss://test/?token=${secret}` },
  { url: `wss://me:${secret}@test/` },
]

/** Everything in an error that somebody may log. */
function textsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return [error.message, error.stack, JSON.stringify(error), textsOf(error.cause)].join('\n')
}

test.for(withSecret)('[L12] a bad URL shows no secret: %s', async (url) => {
  let thrown: unknown
  try {
    new SteadySocket(url as string, { WebSocket: createFakeWebSocket() })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ name: 'SyntaxError' })
  expect(textsOf(thrown)).not.toContain(secret)

  const { record } = scripted({ url: () => url as string })
  await settle()
  expect(record.of('error')).toMatchObject([{ code: 'PROVIDER_FAILED' }])
  expect(record.of('error').map(textsOf).join()).not.toContain(secret)
})

test.for([
  [`wss://me:${secret}@test/live?token=${secret}#here`, '"wss://…@test/live?…#'],
  [`wss://test/live#token=${secret}`, '"wss://test/live#…"'],
  ['wss://test/live#here', '"wss://test/live#here"'],
  [new URL('ftp://test/live'), '"ftp://test/live"'],
  [{ [Symbol.toStringTag]: 'URL', toString: (): unknown => ({}) }, '{}'],
  [7, '7'],
] as const)('[L12] what a bad URL shows: %j', ([url, shown]) => {
  expect(() => new SteadySocket(url as string)).toThrow(
    expect.objectContaining({
      name: 'SyntaxError',
      message: `Expected \`url\` to be a ws:, wss:, http:, https: or relative URL without a fragment, got ${shown}`,
    }),
  )
})

const attempts: [string, Script<string, string>, (native: ReturnType<typeof createFakeWebSocket>) => void][] =
  [
    ['bad subprotocols of a function', { protocols: () => ['bearer', `${secret}==`] }, () => {}],
    ['a refused attempt', { protocols: ['bearer', secret] }, (Fake) => Fake.last.fail()],
    [
      'a handshake that is cut',
      { handshake: () => new Promise(() => {}) },
      (Fake) => {
        Fake.last.accept()
        Fake.last.fail()
      },
    ],
  ]

test.for(attempts)('[L12] %s: no secret in the error', async ([, script, play]) => {
  const { Fake, record } = scripted({ url: `ws://me:${secret}@test/?token=${secret}`, ...script })
  await settle()
  play(Fake)
  expect(record.of('error')).toHaveLength(1)
  expect(record.of('error').map(textsOf).join()).not.toContain(secret)
})

describe('keys that reach for prototypes', () => {
  const poison = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
  const clean = (): void => {
    expect(({} as { polluted?: true }).polluted).toBeUndefined()
    expect((() => {}) as { polluted?: true }).not.toHaveProperty('polluted')
  }

  test('[M1] in a message are keys of that message', async () => {
    const { Fake, record } = await at<object, object>('open', { codec: json<object, object>() })
    Fake.last.receive(poison)
    const [message] = record.of('message')
    expect(Object.keys(message as object)).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(message)).toBe(Object.prototype)
    clean()
  })

  plain.for(['', 'reconnect', 'queue', 'heartbeat'])('[L12] in the options `%s` throw', (group) => {
    const given = JSON.parse(poison)
    expect(() => new SteadySocket('ws://test/', group ? { [group]: given } : given)).toThrow(
      /^Unknown option/,
    )
    clean()
  })

  test('[L12] as names of events and keys of messages are names like any other', async () => {
    const { socket } = await at('waiting')
    for (const name of ['__proto__', 'constructor']) {
      socket.on(name as 'open', () => {})
      socket.send('old', { key: name })
      expect(socket.send('new', { key: name })).toBe('queued')
    }
    expect(socket.queue.clear()).toEqual(['new', 'new'])
    clean()
  })
})

test('[M4] a message with a hundred thousand faults makes a short error', async () => {
  const validate = (): object => ({
    issues: Array.from({ length: 100_000 }, () => ({ message: 'x'.repeat(20) })),
  })
  const schema = { '~standard': { version: 1, vendor: 'test', validate } } as never
  const { Fake, record } = await at<unknown, unknown>('open', { codec: json({ receive: schema }) })
  Fake.last.receive('[]')
  const [error] = record.of('error')
  expect(error?.code).toBe('DECODE_FAILED')
  expect(error?.message.length).toBeLessThan(1_000)
})
