/** All that is on its way out, over all connections: what waits, what is in the browser, what has just left. */
import { attempt, SteadySocketError } from '../errors.ts'
import { byteLength, createFrame, type Frame, isBlob, isLongText, mostBytes } from '../frame.ts'
import { isWebKit, OPEN, type WebSocketLike } from '../native.ts'
import { CloseCode } from '../rules/close-codes.ts'
import { autoMark, createDepartures, type Departures, nextMark } from '../rules/mark.ts'
import { createHop, type Hop, soon, type Timer } from '../timer.ts'
import type { Context } from './context.ts'
import { createDrops } from './drops.ts'
import type { DropReason } from './events.ts'
import { after, before, createRing, insert, isInRing, remove } from './ring.ts'
import type { CloseDescription } from './state.ts'

/** `sent`: handed to the browser. `queued`: waits. `dropped`: will not be sent; a `drop` event says why. */
export type SendResult = 'sent' | 'queued' | 'dropped'

export interface Outbox {
  /** How many messages wait, and their bytes. */
  readonly length: number
  readonly bytes: number
  /** Whether a connection is attached. */
  readonly isAttached: boolean
  /** Sends now if it may, else queues, if it may. */
  send(frame: Frame): SendResult
  /** Sends past the queue; answers whether the browser took it. */
  sendFirst(frame: Frame): boolean
  drop(frame: Frame, reason: DropReason): 'dropped'
  /** Takes out everything that waits, for the application. */
  clear(): Frame[]
  /** A connection is open. What waits stays behind what is sent from now on, until `release`. */
  attach(native: WebSocketLike): void
  release(): void
  /** Fills the native buffer up to the mark; comes back by itself while anything waits. */
  pump(): void
  /** Makes sure that what waits is pumped: soon, or now if the timer is late. */
  nudge(): void
  /** Hands over all that waits, whatever the mark. */
  flush(): void
  /** Bytes handed to the browser so far, and how many of those have left it. */
  progress(): { readonly handedOver: number; readonly departed: number }
  /**
   * The connection has ended. The losses are told when the function that it answers is called.
   * @param isUndelivered see `AttemptHost`
   * @param leavesRest whether what is stuck is given up without a word, so that `drain` would not be true
   */
  detach(close: CloseDescription, isUndelivered: boolean, leavesRest: boolean): () => void
}

/** Ms between two looks at the native buffer while something waits. */
const TICK = 4
/** And while a Blob is in the browser, or has just left: only to let go of it, since it is the application's own. */
const SLOW_TICK = 1_000
/** Ms of native sends that one task hands over at most, so that the page stays alive. */
const SLICE = 8
/** Ms without a send of its own after which a task is taken for over. */
const GAP = 2
/** Ms for which what has left is remembered: less than the time to the next slow look, which lets go of it. */
const RECENT = 900
/** Ms without a look after which other events than the timer cause one. */
const OVERDUE = 50
/** How often one message is sent again, unless the application says otherwise. */
const RESENDS = 3
/** Close codes by which a server says that it will not have a message. */
const rejections: readonly number[] = [
  CloseCode.MessageTooBig,
  CloseCode.ProtocolError,
  CloseCode.UnsupportedData,
  CloseCode.InvalidPayload,
]

/**
 * One ring of frames, in the order in which they leave, cut in four places:
 *
 * ```
 *   departed ─ FLYING ─ in the browser ─ WAITING ─ next ─ GATE ─ the rest ─ END ─┐
 *   └────────────────────────────────────────────────────────────────────────────┘
 * ```
 *
 * Frames come in before the gate, which is at the end, except while `open` is told: what stands behind it does not leave.
 * A loss puts what was in the browser back by moving one cut. Where nothing stands between two cuts, the frame after the
 * one is the other.
 */
export function createOutbox<In, Out>(context: Context<In, Out>): Outbox {
  const { counters, steps, tell, wantsDrain, lookAgain } = context
  const { queue: limits } = context.settings
  const [end, flying, waiting, gate] = createRing()
  const drop = createDrops(context)
  const byKey = new Map<PropertyKey, Frame>()
  let length = 0
  /** No less than what waits has, and no more once everything was counted. */
  let bytes = 0
  const uncounted = new Set<Frame>()
  let flyingBytes = 0
  let departedBytes = 0
  /** Blobs in the browser, and that have just left. */
  let blobs = 0
  /** Whether `drain` is to be told: something was held since it was last. */
  let owesDrain = false
  /** The frame that was the oldest in the browser at the last loss: at how many in a row. Weak, so as not to hold it. */
  let losses = new WeakMap<Frame, number>()
  /** How to stop listening to the signals of what waits. */
  const undo = new Map<Frame, () => void>()
  /** The direct sends of this task, which may be freezing the page: when the first began, and the last was over. */
  let runStart = 0
  let runEnd = 0

  // The attached connection and its pace, from `attach` on
  let native: WebSocketLike | undefined
  /** The high-water mark: how many bytes the browser may hold. */
  let mark: number
  let departures: Departures
  /** After the mark has shrunk, only frames handed over since then tell whether it shall shrink again. */
  let shrunkAt: number
  let handedOver: number
  /** Ms that a tick took to come, the last time. */
  let lag = TICK
  /** When the look that is to come was promised; else when the last was had. */
  let lookedAt: number
  let isScheduled = false
  /** Ms from then to the promised one. */
  let tick = TICK
  /** Whether this turn has nudged already. */
  let isNudged = false
  let timer: Timer
  let hop: Hop | undefined

  const buffered = (): number => native?.bufferedAmount ?? 0
  const isOpen = (): boolean => native?.readyState === OPEN
  const hasRoom = (): boolean => isOpen() && buffered() < mark
  const runIsLong = (): boolean => runEnd - runStart >= SLICE
  /** Whether a frame may go straight to the browser, and this task has not been sending for too long. */
  const isReady = (): boolean => hasRoom() && (!runIsLong() || performance.now() - runEnd > GAP)
  const isClear = (): boolean => waiting.after === gate
  const isWaiting = (key: PropertyKey | undefined): boolean => key !== undefined && byKey.has(key)

  // What waits

  const add = (frame: Frame): void => {
    length += 1
    bytes += frame.bytes
    if (isLongText(frame.data)) uncounted.add(frame)
    const { key, signal } = frame.terms
    if (key !== undefined) byKey.set(key, frame)
    if (!signal) return
    const withdraw = (): void => {
      // Some signals call a listener that was removed meanwhile.
      if (!undo.has(frame)) return
      take(frame)
      owesDrain = true
      drop(frame, 'withdrawn')
      tookOut()
    }
    // Signals of others may throw, which shall not leave half a message in the queue.
    attempt(() => signal.addEventListener('abort', withdraw))
    undo.set(frame, () => attempt(() => signal.removeEventListener('abort', withdraw)))
  }

  const enter = (frame: Frame, place: Frame): void => {
    insert(frame, place)
    add(frame)
  }

  const count = (frame: Frame): void => {
    const exact = byteLength(frame.data)
    if (uncounted.delete(frame)) bytes -= frame.bytes - exact
    frame.bytes = exact
  }

  const take = (frame: Frame): Frame => {
    length -= 1
    bytes -= frame.bytes
    uncounted.delete(frame)
    byKey.delete(frame.terms.key as PropertyKey)
    undo.get(frame)?.()
    undo.delete(frame)
    return remove(frame)
  }

  const takeAll = (): Frame[] => {
    openGate()
    const taken: Frame[] = []
    while (!isClear()) taken.push(take(after(waiting)))
    return taken
  }

  /** Something that waited was taken out. */
  const tookOut = (): void => {
    if (native) pump()
    else if (owesDrain && length === 0) tellDrained()
  }

  const openGate = (): void => insert(remove(gate), end)

  const oldestWaiting = (): Frame => after(gate.after === end ? waiting : gate)

  /** Answers whether it was taken in; others may have had to go for it. */
  const push = (frame: Frame): boolean => {
    const { maxBytes, maxMessages, overflow } = limits
    const replaced = byKey.get(frame.terms.key as PropertyKey)
    const casualties: Frame[] = []
    if (bytes + frame.bytes > maxBytes) for (const each of [...uncounted, frame]) count(each)
    if (frame.bytes > maxBytes) return false
    let place = replaced ? after(replaced) : gate
    if (replaced) take(replaced)
    while (bytes + frame.bytes > maxBytes || (!replaced && length >= maxMessages)) {
      if (overflow === 'reject') {
        if (replaced) enter(replaced, place)
        return false
      }
      const oldest = oldestWaiting()
      if (oldest === place) place = after(place)
      casualties.push(take(oldest))
    }
    enter(frame, place)
    for (const casualty of casualties) drop(casualty, 'overflow')
    return true
  }

  const tellError = (
    code: 'SEND_FAILED' | 'UNDELIVERABLE',
    message: string,
    frame: Frame,
    cause: unknown,
  ): void => tell(['error', new SteadySocketError(code, message, { cause, data: frame.data })])

  // Into the browser

  /** Hands a frame that waits no more to the browser, if it is still worth it. */
  const handOver = (frame: Frame): SendResult => {
    // Its own listener may be behind that of another message.
    if (frame.terms.signal?.aborted) return drop(frame, 'withdrawn')
    if (isExpired(frame)) return drop(frame, 'expired')
    const own = native as WebSocketLike
    const amount = buffered()
    const handedOverBefore = handedOver
    // A native `send` may call back: what is sent from there stands behind this frame, and what is told comes afterwards.
    frame.bytes = 0
    insert(frame, waiting)
    const result = steps.together((): SendResult => {
      try {
        own.send(frame.data)
      } catch (cause) {
        if (isInRing(frame)) remove(frame)
        tellError('SEND_FAILED', 'The browser refused a message', frame, cause)
        if (frame.terms.delivery !== 'internal') drop(frame, 'failed')
        return 'dropped'
      }
      // What the buffer has grown by, less what was sent from within.
      const share = Math.max(0, buffered() - amount - handedOver + handedOverBefore)
      counters.messagesOut += 1
      // Where the buffer tells nothing, the payload is counted.
      counters.bytesOut += share || byteLength(frame.data)
      if (native === own) record(frame, share)
      return 'sent'
    })
    // What was told just now may have ended the connection, and put the frame back.
    return native !== own && isInRing(frame) ? 'queued' : result
  }

  /** So much of the native buffer is the frame's own. */
  const record = (frame: Frame, share: number): void => {
    frame.at = performance.now()
    frame.bytes = share
    flyingBytes += share
    handedOver += share
    if (isBlob(frame.data)) blobs += 1
  }

  /** What is not counted in the native buffer any more has left, oldest first. */
  const settle = (now: number): void => {
    const amount = buffered()
    let oldest = after(flying)
    while (oldest !== waiting && flyingBytes - oldest.bytes >= amount) {
      flyingBytes -= oldest.bytes
      departedBytes += oldest.bytes
      oldest.at = now
      insert(remove(oldest), flying)
      oldest = after(flying)
    }
    oldest = after(end)
    while (oldest !== flying && (oldest.at < now - RECENT || departedBytes > autoMark.max)) {
      departedBytes -= remove(oldest).bytes
      if (isBlob(oldest.data)) blobs -= 1
      oldest = after(end)
    }
  }

  const sendDirectly = (frame: Frame): SendResult => {
    const start = performance.now()
    settle(start)
    const result = handOver(frame)
    if (result !== 'sent') return result
    if (start - runEnd > GAP) runStart = start
    runEnd = frame.at
    const amount = buffered()
    owesDrain ||= amount >= mark || (amount > 0 && wantsDrain())
    keepLooking()
    return result
  }

  const pump = (): void => {
    if (!native) return
    lookedAt = performance.now()
    settle(lookedAt)
    const isDry = buffered() === 0
    let sliceIsOver = false
    if (length > 0) {
      owesDrain = true
      // Empty before anything was handed over says nothing about the link.
      adapt(isDry && handedOver > 0)
      sliceIsOver = fill(lookedAt + SLICE)
    }
    if (length > 0) {
      schedule(isDry || sliceIsOver ? 0 : TICK)
      return
    }
    departures.forget()
    const isEmpty = buffered() === 0
    owesDrain ||= !isEmpty && wantsDrain()
    if (isEmpty && owesDrain) tellDrained()
    keepLooking()
  }

  /** Though nothing waits here: for whoever waits for `drain`, and for Blobs. */
  const keepLooking = (): void => {
    const isAwaited = owesDrain && wantsDrain()
    if (isAwaited || blobs > 0) schedule(isAwaited ? TICK : SLOW_TICK)
  }

  const tellDrained = (): void => {
    owesDrain = false
    tell(['drain'])
    lookAgain()
  }

  /** Answers whether it stopped only because the time was over. */
  const fill = (until: number): boolean => {
    while (hasRoom() && !isClear()) {
      const next = after(waiting)
      // One larger than the mark goes alone.
      if ((isLongText(next.data) ? next.data.length : next.bytes) > mark && buffered() > 0) return false
      handOver(take(next))
      if (performance.now() > until) return true
    }
    return false
  }

  const adapt = (isDry: boolean): void => {
    const rate = departures.note(lookedAt, progress().departed)
    if (limits.highWaterMark !== 'auto') return
    const { at } = after(flying)
    const age = at > shrunkAt ? lookedAt - at : 0
    const next = nextMark(mark, { dry: isDry, age, lag, rate })
    if (next < mark) shrunkAt = lookedAt
    mark = next
  }

  /** A look after so many ms; with 0 in the next task, since the link waits for us or a slice was not enough. */
  const schedule = (wait: number): void => {
    const from = performance.now()
    if (!isOpen() || (isScheduled && lookedAt + tick <= from + wait)) return
    unschedule()
    isScheduled = true
    lookedAt = from
    tick = wait || TICK
    timer = setTimeout(() => {
      lag = performance.now() - from - tick + TICK
      turn()
    }, tick)
    if (wait > 0) return
    hop ??= createHop(turn)
    hop.start()
  }

  const turn = (): void => {
    // The timer may have been there before the hop.
    if (!isScheduled) return
    unschedule()
    runStart = runEnd
    pump()
  }

  const unschedule = (): void => {
    isScheduled = false
    clearTimeout(timer)
  }

  const nudge = (): void => {
    // Once a turn: nothing leaves within one.
    if (!native || length === 0 || (isNudged && isScheduled)) return
    isNudged = true
    soon(() => {
      isNudged = false
    })
    // As in a hidden tab, where timers come once a second or more seldom while messages come in time.
    const isOverdue = isScheduled && performance.now() - lookedAt > OVERDUE
    if (isOverdue || (lag > OVERDUE && hasRoom())) pump()
    else schedule(runIsLong() ? 0 : TICK)
  }

  const progress = (): { handedOver: number; departed: number } => ({
    handedOver,
    departed: handedOver - buffered(),
  })

  // Back from the browser

  /**
   * WebKit itself hangs up when it cannot read a Blob, be it that the page goes. Everything ahead of that Blob leaves all the
   * same, and may still count as unsent. Which Blob it was is not told: only from the last one on nothing has left for certain.
   */
  const forgetDoubtful = ({ code }: CloseDescription): void => {
    if (code !== CloseCode.AbnormalClosure || !isWebKit()) return
    let frame = before(waiting)
    while (frame !== flying && !isBlob(frame.data)) frame = before(frame)
    if (frame !== flying) insert(remove(flying), frame)
  }

  /** Puts what is in the browser back to what waits. Answers what cannot be saved, in order, and why. */
  const putBack = (close: CloseDescription): Array<[Frame, DropReason]> => {
    const lost: Array<[Frame, DropReason]> = []
    forgetDoubtful(close)
    const { resendUnsent, whileNotOpen } = limits
    const resends = whileNotOpen ? (resendUnsent === true ? RESENDS : +resendUnsent) : 0
    // One message shall not end every connection: a file that is gone, or what the server will not have.
    const oldest = after(flying)
    const count = (losses.get(oldest) ?? 0) + 1
    losses = new WeakMap([[oldest, count]])
    const isPartlySent = flyingBytes > buffered()
    const isRejected = isPartlySent && rejections.includes(close.code)
    const isTooBig = isRejected && close.code === CloseCode.MessageTooBig
    const poison: DropReason | undefined =
      isRejected || count > resends ? (isTooBig ? 'too-big' : 'undeliverable') : undefined
    const reasonToDrop = (frame: Frame): DropReason | undefined => {
      if (frame.terms.signal?.aborted) return 'withdrawn'
      if (frame.terms.delivery || resends === 0) return 'unsent'
      return frame === oldest ? poison : undefined
    }
    // Newest first: of one key only the newest waits.
    for (let frame = before(waiting), next = frame; frame !== flying; frame = next) {
      next = before(frame)
      const { key, delivery } = frame.terms
      const reason = reasonToDrop(frame)
      if (reason || isWaiting(key)) remove(frame)
      else {
        frame.bytes = mostBytes(frame.data)
        counters.requeued += 1
        add(frame)
      }
      if (reason && delivery !== 'internal') lost.unshift([frame, reason])
    }
    insert(remove(waiting), after(flying))
    return lost
  }

  /** Forgets what was handed to the browser. */
  const forget = (): void => {
    while (after(end) !== waiting) remove(after(end))
    insert(flying, waiting)
    flyingBytes = departedBytes = blobs = 0
  }

  return {
    get length() {
      return length
    },
    get bytes() {
      uncounted.forEach(count)
      return bytes
    },
    get isAttached() {
      return !!native
    },

    send(frame) {
      const { key, delivery, signal } = frame.terms
      const mayWait = !delivery
      if (signal?.aborted) return drop(frame, 'withdrawn')
      if (isClear() && !isWaiting(key) && (mayWait ? isReady() : hasRoom())) return sendDirectly(frame)
      if (!mayWait) return drop(frame, native ? 'busy' : 'not-open')
      if (!native && !limits.whileNotOpen) return drop(frame, 'not-open')
      if (!push(frame)) return drop(frame, 'overflow')
      nudge()
      return 'queued'
    },

    sendFirst: (frame) => isOpen() && sendDirectly(frame) === 'sent',

    drop,

    clear() {
      const taken = takeAll()
      owesDrain ||= taken.length > 0
      tookOut()
      return taken
    },

    attach(attached) {
      native = attached
      mark = limits.highWaterMark === 'auto' ? autoMark.start : limits.highWaterMark
      departures = createDepartures()
      shrunkAt = handedOver = 0
      insert(remove(gate), after(waiting))
      // What a handshake has sent is in the buffer too, ahead of everything that follows.
      if (buffered() === 0) return
      const said = createFrame('', { delivery: 'internal' })
      insert(said, waiting)
      record(said, buffered())
    },

    release() {
      openGate()
      pump()
    },

    pump,
    nudge,

    flush() {
      openGate()
      while (isOpen() && !isClear()) handOver(take(after(waiting)))
    },

    progress,

    detach(close, isUndelivered, leavesRest) {
      if (!native) return () => {}
      const now = performance.now()
      // What left long ago is forgotten, and what left of late is judged again by the amount as it is now: WebKit's falls just
      // before some close events, and is up again in them.
      settle(now)
      insert(remove(flying), after(end))
      flyingBytes += departedBytes
      departedBytes = 0
      settle(now)
      unschedule()
      hop?.close()
      hop = undefined
      openGate()
      const lost = isUndelivered ? putBack(close) : []
      native = undefined
      forget()
      const unwanted = limits.whileNotOpen ? [] : takeAll()
      const owed = owesDrain && !leavesRest
      owesDrain = false
      return () => {
        for (const [frame, reason] of lost) {
          if (reason === 'undeliverable')
            tellError('UNDELIVERABLE', `A message ends every connection (${close.code})`, frame, close)
          drop(frame, reason)
        }
        for (const frame of unwanted) drop(frame, 'not-open')
        if (owed && length === 0) tellDrained()
      }
    },
  }
}

/** By the clock that shows more: the one is set, the other may stand still while the machine sleeps. */
function isExpired({ terms: { ttl, since } }: Frame): boolean {
  return !!since && Math.max(Date.now() - since.wall, performance.now() - since.steady) > (ttl as number)
}
