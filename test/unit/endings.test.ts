/** Whatever an engine fires at the end of a connection, and in whatever order: one close, one retry. */
import { describe, expect, vi } from 'vitest'
import type { FakeWebSocket } from '../support/fake-websocket.ts'
import { at, type EventRecord, type Scripted, scripted } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const told = { code: 4321, reason: 'told', wasClean: true }
const untold = { code: 1006, reason: '', wasClean: false }

/** How a native socket ends, and what can be known of it. */
const ends: [string, end: (native: FakeWebSocket) => unknown, close: object][] = [
  ['only close', (native) => native.fail({ error: false, close: told }), told],
  ['only error', (native) => native.fail({ close: false }), untold],
  ['error, then close', (native) => native.fail({ close: told }), told],
  ['close, then error', (native) => native.fail({ close: told, order: ['close', 'error'] }), told],
  [
    'error, and close before the next task',
    async (native) => {
      native.fail({ close: false })
      await Promise.resolve()
      native.fail({ error: false, close: told })
    },
    told,
  ],
  [
    'error, and close a second later',
    async (native) => {
      native.fail({ close: false })
      await pass(1_000)
      native.fail({ error: false, close: told })
    },
    untold,
  ],
  [
    'close, and error a second later',
    async (native) => {
      native.fail({ error: false, close: told })
      await pass(1_000)
      native.dispatchEvent(new Event('error'))
    },
    told,
  ],
  [
    'error twice',
    (native) => {
      native.fail({ close: false })
      native.fail({ close: false })
    },
    untold,
  ],
  [
    'close twice',
    (native) => {
      native.fail({ error: false, close: told })
      native.fail({ error: false, close: { ...told, code: 1008 } })
    },
    told,
  ],
  ['close without a code', (native) => closeWithoutCode(native), untold],
  [
    'error, then close without a code',
    (native) => {
      native.fail({ close: false })
      closeWithoutCode(native)
    },
    untold,
  ],
]

function closeWithoutCode(native: FakeWebSocket): void {
  native.readyState = native.CLOSED
  native.dispatchEvent(new Event('close'))
}

function lastOf<T>(record: EventRecord, before: readonly T[]): string[] {
  return record.order.slice(before.length)
}

/** One retry: one new native socket, and no more. */
async function expectOneRetry({ Fake, socket, record }: Scripted): Promise<void> {
  const built = Fake.instances.length
  expect(record.of('retry')).toHaveLength(1)
  if (socket.state.name !== 'waiting') throw new Error(`It is ${socket.state.name}`)
  expect(vi.getTimerCount()).toBe(1)
  await pass(socket.state.at - Date.now())
  expect(Fake.instances).toHaveLength(built + 1)
  Fake.last.accept()
  await pass(60_000)
  expect(Fake.instances).toHaveLength(built + 1)
}

describe('events of the native socket', () => {
  test.for(ends)('[L11] while connecting: %s', async ([, end, close]) => {
    const rig = await at('connecting')
    const before = [...rig.record.order]
    await end(rig.Fake.last)
    await settle()
    expect(lastOf(rig.record, before)).toEqual(['state waiting', 'error', 'close', 'retry'])
    expect(rig.record.of('error')).toMatchObject([{ code: 'CONNECT_FAILED' }])
    expect(rig.record.of('close')).toEqual([
      {
        ...close,
        opened: false,
        phase: 'connecting',
        unsentBytes: 0,
        willRetry: true,
        error: rig.record.of('error')[0],
      },
    ])
    await expectOneRetry(rig)
  })

  test.for(ends)('[L11] during the handshake: %s', async ([, end, close]) => {
    const rig = await at('handshake')
    const before = [...rig.record.order]
    await end(rig.Fake.last)
    await settle()
    rig.agree()
    await settle()
    expect(lastOf(rig.record, before)).toEqual(['state waiting', 'error', 'close', 'retry'])
    expect(rig.record.of('error')).toMatchObject([{ code: 'HANDSHAKE_FAILED' }])
    expect(rig.record.of('close')).toMatchObject([
      { ...close, opened: false, phase: 'handshake', willRetry: true },
    ])
    expect(rig.record.of('retry')).toHaveLength(1)
  })

  test.for(ends)('[L11] while open: %s', async ([, end, close]) => {
    const rig = await at('open')
    const before = [...rig.record.order]
    await end(rig.Fake.last)
    await settle()
    expect(lastOf(rig.record, before)).toEqual(['state waiting', 'close', 'retry'])
    expect(rig.record.of('close')).toEqual([
      { ...close, opened: true, phase: 'open', unsentBytes: 0, willRetry: true },
    ])
    await expectOneRetry(rig)
  })

  test.for(ends)('[L11] while closing: %s', async ([, end, close]) => {
    const rig = await at('closing')
    const before = [...rig.record.order]
    await end(rig.Fake.last)
    await settle()
    expect(lastOf(rig.record, before)).toEqual(['state closed', 'close'])
    expect(rig.record.of('close')).toEqual([
      { ...close, opened: true, phase: 'closing', unsentBytes: 0, willRetry: false },
    ])
    await pass(60_000)
    expect(rig.Fake.instances).toHaveLength(1)
  })

  test.for(['connecting', 'open'] as const)(
    '[L11] while %s: an error on a closed socket counts as its close a task later, not before',
    async (stage) => {
      const { socket, Fake, record } = await at(stage)
      Fake.last.fail({ close: false })
      await Promise.resolve()
      expect(record.of('close')).toEqual([])
      vi.advanceTimersByTime(0)
      expect(socket.state.name).toBe('waiting')
      expect(record.of('close')).toHaveLength(1)
    },
  )

  test('[L11] an error on a socket that is not closed ends nothing', async () => {
    const { socket, Fake, record } = await at('connecting')
    Fake.last.dispatchEvent(new Event('error'))
    await pass(1_000)
    Fake.last.accept()
    Fake.last.dispatchEvent(new Event('error'))
    await pass(1_000)
    Fake.last.receive('hi')
    expect(socket.state.name).toBe('open')
    expect(record.order).toEqual(['state connecting', 'state open', 'open', 'message'])
  })
})

describe('the native constructor', () => {
  const thrown: [string, unknown][] = [
    ['a SecurityError', new DOMException('blocked', 'SecurityError')],
    ['a SyntaxError', new DOMException('bad', 'SyntaxError')],
    ['an Error', new Error('no')],
    ['a string', 'no'],
    ['undefined', undefined],
  ]

  test.for(thrown)('[L11] throws %s', async ([, cause]) => {
    let times = 0
    const onCreate = (): void => {
      if (times++ === 0) throw cause
    }
    // Of a static URL, a SyntaxError would be the end.
    const rig = scripted({ url: () => 'ws://test/', fake: { onCreate } })
    await settle()
    expect(rig.record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    const [error] = rig.record.of('error')
    expect(error).toMatchObject({ code: 'CONNECT_FAILED' })
    expect(error?.cause).toBe(cause)
    expect(rig.record.of('close')).toEqual([
      { ...untold, opened: false, phase: 'connecting', unsentBytes: 0, willRetry: true, error },
    ])
    await expectOneRetry(rig)
  })

  const afterwards: [string, (native: FakeWebSocket) => void][] = [
    ['and nothing follows', () => {}],
    ['and error follows', (native) => native.fail({ close: false })],
    ['and close follows', (native) => native.fail({ error: false })],
    ['and both follow', (native) => native.fail()],
  ]

  test.for(afterwards)('[L11] returns a socket already CLOSED, %s', async ([, follow]) => {
    let times = 0
    const rig = scripted({
      fake: {
        onCreate: (native) => {
          if (times++ > 0) return
          native.readyState = native.CLOSED
          setTimeout(() => follow(native))
          queueMicrotask(() => queueMicrotask(() => follow(native)))
        },
      },
    })
    await settle()
    expect(rig.record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    expect(rig.record.of('close')).toMatchObject([{ ...untold, phase: 'connecting', willRetry: true }])
    await expectOneRetry(rig)
  })

  test('[L11] always throws: as many attempts as allowed, one close each', async () => {
    const onCreate = (): never => {
      throw new DOMException('blocked', 'SecurityError')
    }
    const { socket, record } = scripted({ fake: { onCreate }, reconnect: { maxAttempts: 2 } })
    await pass(60_000)
    expect(record.states).toEqual(['connecting', 'waiting', 'connecting', 'waiting', 'connecting', 'closed'])
    expect(record.of('close').map(({ willRetry }) => willRetry)).toEqual([true, true, false])
    expect(record.of('error')).toHaveLength(3)
    expect(socket.state).toMatchObject({ cause: 'exhausted' })
  })
})
