/** What comes in on one connection: counted, decoded, offered to the parts, told. */
import { messageOf, SteadySocketError } from '../errors.ts'
import { byteLength, isBinary } from '../frame.ts'
import { demandSync } from '../sync.ts'
import { startTask } from '../timer.ts'
import type { Context } from './context.ts'
import type { Inbound, Part } from './part.ts'

export interface Inbox<In> {
  receive(data: unknown): void
  /** Takes what a part has kept until `open`; it is told as natively: one message a task. */
  keep(messages: readonly Inbound<In>[]): void
  /** The connection ends: what is kept is told at once. */
  end(): void
}

/** @param isListening as natively, nothing is told after the end, nor after `close()` */
export function createInbox<In, Out>(
  { settings: { codec }, counters, tell }: Context<In, Out>,
  parts: readonly Part<In>[],
  isListening: () => boolean,
): Inbox<In> {
  const decode = (data: unknown): Inbound<In> | undefined => {
    try {
      if (typeof data === 'string') return ['message', demandSync('codec.decode', codec.decode(data)) as In]
      if (codec.decodeBinary)
        return ['message', demandSync('codec.decodeBinary', codec.decodeBinary(data as ArrayBuffer)) as In]
      return ['binary', data as ArrayBuffer | Blob]
    } catch (cause) {
      const details = { cause, data }
      tell([
        'error',
        new SteadySocketError('DECODE_FAILED', `A frame made no sense: ${messageOf(cause)}`, details),
      ])
      return undefined
    }
  }

  /** Every part is asked, since what comes in is a sign of life too. */
  const isClaimed = (inbound: Inbound<In> | undefined): boolean =>
    parts.map((part) => part.received?.(inbound)).includes(true)

  /** What waits for a task of its own, oldest first. */
  const kept: Inbound<In>[] = []
  /** How many of these, the oldest, no part was asked about since the handshake. */
  let unasked = 0
  let stop = (): void => {}

  const tellOldest = (): void => {
    const oldest = kept.shift()
    const isDue = unasked <= 0 || !isClaimed(oldest)
    unasked -= 1
    // The codec and the parts are the application's too, and may have called anything.
    if (oldest && isDue && isListening()) tell(oldest)
    stop()
    if (kept.length > 0) stop = startTask(tellOldest)
  }

  return {
    receive(data) {
      counters.messagesIn += 1
      if (typeof data === 'string' || isBinary(data)) counters.bytesIn += byteLength(data)
      if (!isListening()) return
      const inbound = decode(data)
      if (!isClaimed(inbound) && inbound) kept.push(inbound)
      tellOldest()
    },

    keep(messages) {
      unasked = kept.push(...messages)
      if (unasked > 0) stop = startTask(tellOldest)
    },

    end() {
      stop()
      for (const inbound of kept.splice(0)) if (isListening()) tell(inbound)
    },
  }
}
