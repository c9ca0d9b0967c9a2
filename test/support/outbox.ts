/** An outbox by itself: the least that it needs around it, native sockets that only the test moves, and what it tells. */
import { onTestFinished } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { createOutbox, type Outbox, type SendResult } from '../../src/core/outbox.ts'
import { type Counters, createCounters } from '../../src/core/stats.ts'
import { createSteps } from '../../src/core/steps.ts'
import { createFrame, type FrameData } from '../../src/frame.ts'
import type { CloseDescription, DropReason, SendOptions, SteadySocketOptions } from '../../src/index.ts'
import { readOptions, readSendOptions } from '../../src/settings.ts'
import { soon } from '../../src/timer.ts'
import { createLooks } from '../../src/until.ts'
import { createFakeWebSocket, type FakeWebSocket } from './fake-websocket.ts'

export interface OutboxRig {
  readonly outbox: Outbox
  readonly counters: Counters
  /** The names of all events told. */
  readonly told: string[]
  readonly drops: [unknown, DropReason][]
  send(data: FrameData, options?: SendOptions): SendResult
  /** Sends past the queue, and if it is lost, nobody is told: as a ping. */
  ping(data: FrameData): boolean
  /** `open` is being told: a native socket is there, and what waits is behind the gate until `outbox.release()`. */
  attach(buffered?: number): FakeWebSocket
  /** The same when `open` has been told. */
  connect(buffered?: number): FakeWebSocket
  /** So many bytes leave the browser, all of them unless told, and the next look is due. */
  leave(bytes?: number): void
  /** The native socket has closed; what it still counts never arrived. */
  lose(code?: number): void
  /** The connection is given up; what it still counts may arrive yet. */
  giveUp(): void
  /** Takes out all that waits. */
  clear(): unknown[]
}

const lost: CloseDescription = {
  code: 1006,
  reason: '',
  wasClean: false,
  opened: true,
  phase: 'open',
  unsentBytes: 0,
}

/** An outbox with those limits, in which those texts wait. */
export function outboxOf(queue: SteadySocketOptions['queue'] = {}, ...waiting: string[]): OutboxRig {
  const Fake = createFakeWebSocket({ buffering: true })
  const told: string[] = []
  const drops: [unknown, DropReason][] = []
  const counters = createCounters()
  const context: Context<string, string> = {
    url: 'ws://test/',
    settings: readOptions({ queue }),
    parts: [],
    counters,
    steps: createSteps(),
    looks: createLooks(),
    tell: ([name, ...details]) => {
      told.push(name)
      const [info] = details
      if (name === 'drop') {
        const { data, reason } = info as { data: unknown; reason: DropReason }
        drops.push([data, reason])
      }
    },
    lookAgain: () => {},
    wantsDrain: () => false,
    inOwnContext: soon,
    nativeBinaryType: () => 'blob',
  }
  const outbox = createOutbox(context)
  // Its timers and tasks end with the connection.
  onTestFinished(() => void outbox.detach(lost, false, true))

  const rig: OutboxRig = {
    outbox,
    counters,
    told,
    drops,
    send: (data, options) => outbox.send(createFrame(data, readSendOptions(options))),
    ping: (data) => outbox.sendFirst(createFrame(data, { delivery: 'internal' })),
    attach(buffered = 0) {
      const native = new Fake('ws://test/')
      native.accept()
      native.bufferedAmount = buffered
      outbox.attach(native)
      return native
    },
    connect(buffered) {
      const native = rig.attach(buffered)
      outbox.release()
      return native
    },
    leave(bytes) {
      Fake.last.drain(bytes)
      outbox.pump()
    },
    lose(code = 1006) {
      Fake.last.readyState = Fake.CLOSED
      outbox.detach({ ...lost, code }, true, false)()
    },
    giveUp: () => outbox.detach(lost, false, false)(),
    clear: () => outbox.clear().map(({ data }) => data),
  }
  for (const text of waiting) rig.send(text)
  return rig
}
