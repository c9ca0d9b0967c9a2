/** What comes in on one connection: counted, decoded, offered to the parts, told. */
import { messageOf, SteadySocketError } from '../errors.ts'
import { byteLength, isBinary } from '../frame.ts'
import { demandSync } from '../sync.ts'
import { startTask } from '../timer.ts'
import type { Context } from './context.ts'
import type { Inbound, Part } from './part.ts'

export interface Inbox<In> {
  receive(data: unknown): void
  /** Takes what the handshake has left unread; it is told as natively: one message a task. */
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

  /** What waits for a task of its own, oldest first. */
  const kept: Inbound<In>[] = []
  let stop = (): void => {}

  const tellOldest = (): void => {
    const oldest = kept.shift()
    // The codec and the parts are the application's too, and may have called anything.
    if (oldest && isListening()) tell(oldest)
    stop()
    if (kept.length > 0) stop = startTask(tellOldest)
  }

  return {
    receive(data) {
      counters.messagesIn += 1
      if (typeof data === 'string' || isBinary(data)) counters.bytesIn += byteLength(data)
      if (!isListening()) return
      const inbound = decode(data)
      let isClaimed = false
      for (const part of parts) isClaimed = part.received?.(inbound) || isClaimed
      if (inbound && !isClaimed) kept.push(inbound)
      tellOldest()
    },

    keep(messages) {
      if (messages.length === 0) return
      kept.push(...messages)
      stop = startTask(tellOldest)
    },

    end() {
      stop()
      for (const inbound of kept.splice(0)) if (isListening()) tell(inbound)
    },
  }
}
