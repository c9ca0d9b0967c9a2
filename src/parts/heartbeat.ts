/** Finds out whether an open connection is alive: a ping after silence, an end after more of it. */
import { type Codec, encode } from '../codec.ts'
import type { Inbound, Link, Part, PartMaker } from '../core/part.ts'
import type { Counters } from '../core/stats.ts'
import { report, SteadySocketError } from '../errors.ts'
import type { BinaryData } from '../frame.ts'
import type { HeartbeatOptions } from '../options.ts'
import { ask } from '../rules/policy.ts'
import { oneOf } from '../settings.ts'
import { startTimer, type Timer } from '../timer.ts'

/** A timer this much late, in ms, was held back: by a throttled tab, a busy page or a machine that slept. */
const LATE = 50

/** How many late timers in a row are forgiven; in that many timeouts even a throttled tab hears from a live server. */
const FORGIVEN = 2

export function heartbeat<In, Out>(
  options: HeartbeatOptions<In, Out>,
  codec: Codec<In, Out>,
  counters: Counters,
): PartMaker<In> {
  const { interval, timeout = Infinity, message, isPong } = options
  return (link): Part<In> => {
    let timer: Timer
    let isOver = true
    let armedAt = 0
    let due = 0
    let heardAt = 0
    let forgiven = 0
    // Three sides of one ping. Its answer gives the round trip; whatever comes in makes the next one possible; and where
    // there is a timeout, silence is judged.
    /** When the last ping went out that was not answered yet. */
    let pingedAt: number | undefined
    /** Whether a ping went out and nothing came in since. */
    let isAsking = false
    /** The ping that must be answered: behind how many bytes it stands, and how many of these had left at the last look. */
    let ping: { behind: number; left: number } | undefined

    const arm = (delay: number): void => {
      clearTimeout(timer)
      if (isOver) return
      armedAt = performance.now()
      due = armedAt + delay
      timer = startTimer(delay, tick)
    }

    const sendPing = (): void => {
      const { handedOver: behind, left } = link.progress()
      const sent = say(link)
      pingedAt = sent ? performance.now() : undefined
      isAsking = sent
      ping = sent && timeout < Infinity ? { behind, left } : undefined
      arm(ping ? timeout : interval)
    }

    const tick = (): void => {
      if (ping) {
        judge(ping)
        return
      }
      const silence = performance.now() - heardAt
      if (silence < interval) arm(interval - silence)
      else sendPing()
    }

    /** No answer in time: a slow link, a late timer, or a dead connection. */
    const judge = (asked: { behind: number; left: number }): void => {
      const { left } = link.progress()
      if (asked.left < asked.behind && left > asked.left) {
        asked.left = left
        arm(timeout)
      } else if (performance.now() - due > LATE && forgiven < FORGIVEN) {
        // The answer may be waiting behind this very timer.
        forgiven += 1
        sendPing()
      } else {
        const silence = `Nothing heard for ${timeout} ms after a ping`
        link.end('heartbeat', new SteadySocketError('HEARTBEAT_TIMEOUT', silence))
      }
    }

    return {
      opened() {
        isOver = false
        heardAt = performance.now()
        arm(interval)
        return undefined
      },

      received(inbound) {
        if (isOver) return false
        const now = performance.now()
        heardAt = now
        forgiven = 0
        isAsking = false
        // Armed from here, and not from the timer before, the timer escapes Chromium's throttling of chained
        // timers to one a minute (“intensive throttling”); not at every frame, which would cost more than the frame.
        if (ping || now - armedAt > interval / 8) {
          ping = undefined
          arm(interval)
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
        if (!isOver && !isAsking) sendPing()
      },

      over() {
        isOver = true
        clearTimeout(timer)
      },
    }
  }

  function say(link: Link): boolean {
    try {
      const ping = typeof message === 'function' ? (message as () => Out | BinaryData)() : message
      // What the application's functions have done, the link knows.
      return link.send(encode(codec, ping))
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
