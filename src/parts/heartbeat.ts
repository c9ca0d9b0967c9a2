/** Finds out whether an open connection is alive: a ping after silence, an end after more of it. */
import { type Codec, encode } from '../codec.ts'
import type { Inbound, Link, Part, PartMaker } from '../core/part.ts'
import type { Counters } from '../core/stats.ts'
import { report, SteadySocketError } from '../errors.ts'
import type { BinaryData } from '../frame.ts'
import type { HeartbeatOptions } from '../options.ts'
import { startLimit } from '../timer.ts'
import { ask, oneOf } from '../validation.ts'

/** What connections that were cut off grow the timeout to, in ms. */
const LONGEST = 65_000

export function heartbeat<In, Out>(
  options: HeartbeatOptions<In, Out>,
  codec: Codec<In, Out>,
  counters: Counters,
): PartMaker<In> {
  const { interval, message, timeout = Infinity, isPong } = options
  /** `timeout`, or what it has grown to; and how long the connection had lived that was cut off last. */
  let limit = timeout
  let cutAge = 0

  return (link): Part<In> => {
    let stop = (): void => {}
    let isOpen = false
    let openedAt = 0
    let armedAt = 0
    let heardAt = 0
    // Three sides of one ping. Its answer gives the round trip; whatever comes in makes the next one possible; and where
    // there is a timeout, silence is judged.
    /** When the last ping went out that was not answered yet. */
    let pingedAt: number | undefined
    /** Whether a ping went out and nothing came in since. */
    let isAsking = false
    /** The ping that must be answered: behind how many bytes it stands, and how many of these had left at the last look. */
    let ping: { readonly behind: number; departed: number } | undefined

    /** Ms of silence that are no cause for anything. */
    const quiet = (): number => interval ?? limit

    const arm = (delay: number, run: () => void, again?: () => void): void => {
      stop()
      if (!isOpen) return
      armedAt = performance.now()
      stop = startLimit(delay, run, again)
    }

    /** One that has lived longer than the one that was cut off is judged by the timeout that was given. */
    const shrinkLimit = (): void => {
      if (performance.now() - openedAt > cutAge) limit = timeout
    }

    /** Looks after so much silence; very late, where there is nothing to ask, once more before it is judged. */
    const watch = (delay: number): void =>
      arm(delay, look, interval === undefined ? () => arm(limit, look) : () => sendPing())

    const look = (): void => {
      const silence = performance.now() - heardAt
      if (silence < quiet()) watch(quiet() - silence)
      else if (interval === undefined) die()
      else sendPing()
    }

    /** @param isLast whether its answer may not be asked for once more */
    const sendPing = (isLast = false): void => {
      shrinkLimit()
      const { handedOver: behind, departed } = link.progress()
      const isSent = say(link)
      pingedAt = isSent ? performance.now() : undefined
      isAsking = isSent
      ping = isSent && limit < Infinity ? { behind, departed } : undefined
      if (ping) arm(limit, judge, isLast ? undefined : () => sendPing(true))
      else watch(quiet())
    }

    /** No answer in time: a slow link, or a dead connection. */
    const judge = (): void => {
      const { departed } = link.progress()
      if (!ping || ping.departed === departed || ping.departed >= ping.behind) die()
      else {
        ping.departed = departed
        arm(limit, judge, () => sendPing(true))
      }
    }

    const die = (): void => {
      const error = new SteadySocketError('HEARTBEAT_TIMEOUT', `Nothing heard for ${limit} ms`)
      limit = Math.min(limit * 2, Math.max(timeout, LONGEST))
      cutAge = performance.now() - openedAt
      link.end('heartbeat', error)
    }

    return {
      opened() {
        isOpen = true
        openedAt = heardAt = performance.now()
        watch(quiet())
        return undefined
      },

      received(inbound) {
        if (!isOpen) return false
        const now = performance.now()
        heardAt = now
        isAsking = false
        // Armed from here, and not from the timer before, the timer escapes Chromium's throttling of chained
        // timers to one a minute (“intensive throttling”); not at every frame, which would cost more than the frame.
        if (ping || limit > timeout || now - armedAt > quiet() / 8) {
          ping = undefined
          shrinkLimit()
          watch(quiet())
        }
        const isAnswer = inbound !== undefined && isPongOf(inbound)
        if (isAnswer || !isPong) {
          if (pingedAt !== undefined) counters.roundTrip = now - pingedAt
          pingedAt = undefined
        }
        return isAnswer
      },

      woken() {
        // Unless a ping is on its way.
        if (isOpen && !isAsking && message !== undefined) sendPing()
      },

      over() {
        isOpen = false
        stop()
      },
    }
  }

  function say(link: Link): boolean {
    try {
      const ping = typeof message === 'function' ? (message as () => Out | BinaryData)() : message
      // The application's functions may have ended the connection, which the link answers with false.
      return link.send(encode(codec, ping as Out | BinaryData))
    } catch (error) {
      report(error)
      return false
    }
  }

  function isPongOf([kind, data]: Inbound<In>): boolean {
    if (kind === 'binary' || !isPong) return false
    return ask('heartbeat.isPong', oneOf(true, false), () => isPong.call(options, data)) ?? false
  }
}
