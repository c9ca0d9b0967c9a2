/** Chance plays with a socket: whatever is called and whatever happens, in whatever order, it stays in shape. */
import fc from 'fast-check'
import { afterAll, beforeAll, test, vi } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { page } from '../support/page.ts'
import { type Circumstances, Earth, places, pranks, World } from '../support/world.ts'

/** More for a soak; the seed to see a failure again, as it was printed. */
const sequences = Number(process.env['SEQUENCES'] ?? 10_000)
const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31)

interface Step {
  run: (world: World) => unknown
  toString: () => string
}

const step = (name: string, run: Step['run']): Step => ({ run, toString: () => name })

/** A step that the attached native socket takes, if there is one and it can. */
const native = (name: string, states: number[], run: (native: FakeWebSocket, world: World) => unknown) =>
  step(name, (world) => {
    const { attached } = world
    if (attached && states.includes(attached.readyState)) run(attached, world)
  })

const calls = fc.constantFrom(
  step('connect()', ({ socket }) => socket.connect()),
  step('reconnect()', (world) => world.reconnect()),
  step(`reconnect(4000, 'again')`, (world) => world.reconnect(4000, 'again')),
  step('close()', ({ socket }) => socket.close()),
  step(`close(4001, 'bye')`, ({ socket }) => socket.close(4001, 'bye')),
  step('binaryType', ({ socket }) => {
    socket.binaryType = socket.binaryType === 'blob' ? 'arraybuffer' : 'blob'
  }),
  step('queue.clear()', (world) => world.clearQueue()),
)

const sends = fc.constantFrom(
  step('send()', (world) => world.send()),
  step('send() now or never', (world) => world.send({ queue: false })),
  step('send() with a key', (world) => world.send({ key: 'k' })),
  step('send() with a ttl of 1 s', (world) => world.send({ ttl: 1_000 })),
  step('send() with a signal', (world) => world.sendWithdrawable(1)),
  step('send() three with a signal', (world) => world.sendWithdrawable(3)),
  step('abort the signal of messages', (world) => world.withdraw()),
)

const waits = fc.constantFrom(
  step('opened()', (world) => world.wait('opened')),
  step('drained()', (world) => world.wait('drained')),
  step('opened() within 1 s', (world) => world.wait('opened', { timeout: 1_000 })),
  step('drained() within 1 s', (world) => world.wait('drained', { timeout: 1_000 })),
  step('opened() with a signal', (world) => world.waitWithSignal('opened')),
  step('drained() with a signal', (world) => world.waitWithSignal('drained')),
)

const clocks = fc.constantFrom(
  step('asleep for 2 s', ({ earth }) => earth.sleep(2_000)),
  step('asleep for 10 s', ({ earth }) => earth.sleep(10_000)),
  step('the clock is set an hour ahead', ({ earth }) => earth.setClock(3_600_000)),
  step('the clock is set an hour back', ({ earth }) => earth.setClock(-3_600_000)),
)

const finals = fc.constantFrom(
  step('abort the signal', (world) => world.abort()),
  step('dispose', ({ socket }) => socket[Symbol.dispose]()),
)

/** Without these, few walks would come further than to the first attempt. */
const progress = fc.constantFrom(
  step('goes on', (world) => world.goOn()),
  step('goes on until open', (world) => world.goOnUntilOpen()),
)

const answers = fc
  .tuple(
    fc.constantFrom('questions', 'handshakes'),
    fc.nat(9),
    fc.constantFrom('right', 'right', 'wrong', 'rejection'),
  )
  .map(([whom, which, answer]) =>
    step(`${whom}[${which}]: ${answer}`, (world) => {
      const open = world[whom].filter(({ settled }) => !settled)
      if (open.length > 0) open[which % open.length]?.settle(answer)
    }),
  )

const messages = fc.constantFrom(
  native('message', [1, 2], (socket) => socket.receive('hi')),
  native('pong', [1, 2], (socket) => socket.receive('pong')),
  native('bytes', [1, 2], (socket) => socket.receive(new Uint8Array(3))),
  native('message without sense', [1, 2], (socket) => socket.receive('nonsense')),
)

const losses = fc.oneof(
  fc
    .constantFrom(1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 1013, 3000, 4000)
    .map((code) =>
      native(`server closes with ${code}`, [0, 1, 2], (socket, world) =>
        world.lose(socket, { error: false, close: { code } }),
      ),
    ),
  fc.constantFrom(
    native('error, close', [0, 1, 2], (socket, world) => world.lose(socket, {})),
    native('close, error', [0, 1, 2], (socket, world) => world.lose(socket, { order: ['close', 'error'] })),
    native('error and no close', [0, 1, 2], (socket, world) => world.lose(socket, { close: false })),
    native('error, nothing else', [0, 1, 2], (socket) => socket.dispatchEvent(new Event('error'))),
    native('close on its way', [1], (socket) => {
      socket.readyState = 2
    }),
  ),
)

const drains = fc.oneof(
  fc
    .constantFrom(1, 5, Number.POSITIVE_INFINITY)
    .map((bytes) => native(`${bytes} bytes leave`, [1, 2], (socket) => socket.drain(bytes))),
  fc.constant(
    native('all bytes leave, and messages are withdrawn', [1, 2], (socket, world) => {
      socket.drain()
      world.withdraw()
    }),
  ),
)

const ghosts = fc
  .tuple(fc.nat(9), fc.constantFrom('open', 'message', 'error', 'close'))
  .map(([which, type]) =>
    step(`superseded[${which}] ${type}`, ({ superseded }) => {
      const socket = superseded[which % superseded.length]
      const event = type === 'message' ? new MessageEvent(type, { data: 'ghost' }) : new Event(type)
      socket?.dispatchEvent(event)
    }),
  )

const times = fc
  .constantFrom(0, 1, 4, 60, 250, 500, 1_000, 1_500, 3_000, 5_000, 10_000, 20_000)
  .map((milliseconds) => step(`${milliseconds} ms pass`, (world) => world.advance(milliseconds)))

const signs = fc.constantFrom(
  step('online', page.online),
  step('visible', (world) => world.turnVisible()),
  step('hidden', page.turnHidden),
  step('freeze', (world) => world.freezePage()),
  step('resume', (world) => world.resumePage()),
  step('pagehide', (world) => world.hidePage()),
  step('pageshow', (world) => world.loadPage()),
  step('activate', (world) => world.activatePage()),
  step('pageshow, persisted', (world) => world.returnPage()),
)

const ambushes = fc
  .tuple(fc.constantFrom(...places), fc.constantFrom(...pranks))
  .map(([place, prank]) => step(`the next time at ${place}: ${prank}`, (world) => world.ambush(place, prank)))

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: progress },
  { weight: 15, arbitrary: times },
  { weight: 15, arbitrary: losses },
  { weight: 20, arbitrary: sends },
  { weight: 12, arbitrary: ambushes },
  { weight: 10, arbitrary: calls },
  { weight: 14, arbitrary: signs },
  { weight: 6, arbitrary: answers },
  { weight: 6, arbitrary: waits },
  { weight: 3, arbitrary: clocks },
  { weight: 6, arbitrary: ghosts },
  { weight: 6, arbitrary: messages },
  { weight: 6, arbitrary: drains },
  { weight: 1, arbitrary: finals },
)

const circumstances: fc.Arbitrary<Circumstances> = fc.record(
  {
    url: fc.constantFrom('function', 'promise'),
    protocols: fc.constantFrom('function', 'promise'),
    handshake: fc.constantFrom('speaks', 'listens', 'promise'),
    reconnect: fc.constantFrom('never', 'once', 'at once', 'asks'),
    queue: fc.constantFrom('off', 'short', 'narrow', 'no resend', 'one resend'),
    connectTimeout: fc.constantFrom('short', 'none'),
    closeTimeout: fc.constant('none'),
    heartbeat: fc.constant(true),
    wake: fc.constant(false),
    hiddenTimeout: fc.constant(true),
    prerendered: fc.constant(true),
    autoConnect: fc.constant(false),
    slowLink: fc.constant(true),
    bufferedAmount: fc.constant('missing'),
  },
  { requiredKeys: [] },
)

let earth: Earth
beforeAll(() => {
  earth = new Earth()
})
afterAll(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

test.for([
  { length: 8, share: 0.3 },
  { length: 30, share: 0.6 },
  { length: 100, share: 0.1 },
])(
  '[R9] up to $length random steps end closed, idle, or with one thing pending; reconnect() starts again',
  { timeout: sequences * 60 },
  async ({ length, share }) => {
    const numRuns = Math.ceil(sequences * share)
    console.info(`${numRuns} sequences of up to ${length} steps, SEED=${seed}`)
    const property = fc.asyncProperty(
      circumstances,
      fc.array(steps, { maxLength: length, size: 'max' }),
      async (given, sequence) => {
        const world = new World(earth, given)
        try {
          await world.check()
          for (const each of sequence) {
            await each.run(world)
            await world.check()
          }
          await world.end()
        } finally {
          world.destroy()
        }
      },
    )
    await fc.assert(property, { numRuns, seed })
  },
)
