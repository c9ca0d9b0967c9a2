/** All that is on its way out, over all connections: what waits, what is in the browser, what has just left. */
import { SteadySocketError } from '../errors.ts'
import { byteLength, createFrame, type Frame } from '../frame.ts'
import { OPEN, type WebSocketLike } from '../native.ts'
import { CloseCode } from '../rules/close-codes.ts'
import { autoMark, createDepartures, nextMark } from '../rules/mark.ts'
import { soon, startTask, type Timer } from '../timer.ts'
import type { Context } from './context.ts'
import type { DropReason } from './events.ts'

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
  look(): void
  /** Makes sure that what waits is looked at: soon, or now if the timer is late. */
  nudge(): void
  /** Hands over all that waits, whatever the mark. */
  flush(): void
  /** Bytes handed to the browser so far, and how many of those have left it. */
  progress(): { readonly handedOver: number; readonly left: number }
  /**
   * The connection has ended. Answers what tells the losses.
   * @param code its close code, if what is stuck in the browser is known never to have arrived
   * @param leavesRest whether what is stuck is given up without a word, so that all will not have drained
   */
  detach(code: number | undefined, leavesRest: boolean): () => void
}

/** Ms between two looks at the native buffer. */
const TICK = 4
/** Ms of native sends that one task hands over at most, so that the page stays alive. */
const SLICE = 8
/** Ms without a send of its own after which a task is taken for over. */
const GAP = 2
/** Ms for which what has left is remembered. */
const RECENT = 1_000
/** Ms without a look after which other events than the timer cause one. */
const OVERDUE = 50

/**
 * One ring of frames, in the order in which they leave, cut by three marks:
 *
 * ```
 *   departed ─ FLYING ─ in the browser ─ WAITING ─ next ─ GATE ─ the rest ─ END ─┐
 *   └────────────────────────────────────────────────────────────────────────────┘
 * ```
 *
 * Frames come in before the gate, which is at the end but while `open` is told; what stands behind it does not leave.
 * A loss puts what was in the browser back by moving one mark.
 */
export function createOutbox<In, Out>(context: Context<In, Out>): Outbox {
  const { counters, steps, tell, looks, wantsDrain } = context
  const { queue: limits } = context.settings
  const [end, flying, waiting, gate] = [mark(), mark(), mark(), mark()]
  end.before = end.after = end
  for (const each of [flying, waiting, gate]) insert(each, end)
  const byKey = new Map<PropertyKey, Frame>()
  let length = 0
  let bytes = 0
  let flyingBytes = 0
  let departedBytes = 0
  /** Whether `drained` is to be told: something was held since it was last. */
  let owesDrain = false
  /** The direct sends of this task, which may be freezing the page: when the first began, and the last was over. */
  let runStart = 0
  let runEnd = 0

  // The attached connection and its pace
  let native: WebSocketLike | undefined
  /** How many bytes the browser may hold. */
  let room = 0
  let departures = createDepartures()
  /** After the mark has shrunk, only frames handed over since then tell whether it shall shrink again. */
  let shrunkAt = 0
  let handedOver = 0
  /** Ms that the last timer took to come. */
  let lag = TICK
  /** When a look was last had, or promised. */
  let lookedAt = 0
  let isScheduled = false
  /** Whether this turn has nudged already. */
  let isNudged = false
  let timer: Timer
  let stopTask: (() => void) | undefined

  const buffered = (): number => native?.bufferedAmount ?? 0
  const isOpen = (): boolean => native?.readyState === OPEN
  const hasRoom = (): boolean => isOpen() && buffered() < room
  const runIsLong = (): boolean => runEnd - runStart >= SLICE
  /** Whether a frame may go straight to the browser, and this task has not been sending for too long. */
  const isReady = (): boolean => hasRoom() && (!runIsLong() || performance.now() - runEnd > GAP)
  const isClear = (): boolean => waiting.after === gate
  const isWaiting = (key: PropertyKey | undefined): boolean => key !== undefined && byKey.has(key)

  // What waits

  const add = (frame: Frame): void => {
    length += 1
    bytes += frame.bytes
    const key = frame.terms?.key
    if (key !== undefined) byKey.set(key, frame)
  }

  const take = (frame: Frame): Frame => {
    length -= 1
    bytes -= frame.bytes
    const key = frame.terms?.key
    if (key !== undefined && byKey.get(key) === frame) byKey.delete(key)
    return remove(frame)
  }

  const takeAll = (): Frame[] => {
    openGate()
    const taken: Frame[] = []
    while (!isClear()) taken.push(take(after(waiting)))
    return taken
  }

  const openGate = (): void => insert(remove(gate), end)

  /** Answers whether it was taken in; others may have had to go for it. */
  const push = (frame: Frame): boolean => {
    const { maxBytes, maxMessages, overflow } = limits
    let replaced = byKey.get(frame.terms?.key as PropertyKey)
    const casualties: Frame[] = []
    if (frame.bytes > maxBytes) return false
    while (bytes - (replaced?.bytes ?? 0) + frame.bytes > maxBytes || (!replaced && length >= maxMessages)) {
      if (overflow === 'reject') return false
      const oldest = take(after(gate.after === end ? waiting : gate))
      if (oldest === replaced) replaced = undefined
      else casualties.push(oldest)
    }
    insert(frame, replaced ?? gate)
    if (replaced) take(replaced)
    add(frame)
    for (const casualty of casualties) drop(casualty, 'overflow')
    return true
  }

  const drop = (frame: Frame, reason: DropReason): 'dropped' => {
    counters.dropped += 1
    tell('drop', { data: frame.data, reason })
    return 'dropped'
  }

  // Into the browser

  /** Hands a frame that waits no more to the browser, if it is still worth it. Answers whether the browser took it. */
  const handOver = (frame: Frame): boolean => {
    if ((frame.terms?.expires ?? Infinity) < Date.now()) {
      drop(frame, 'expired')
      return false
    }
    const before = buffered()
    try {
      native?.send(frame.data)
    } catch (cause) {
      drop(frame, 'failed')
      const details = { cause, data: frame.data }
      tell('error', new SteadySocketError('SEND_FAILED', 'The browser refused a message', details))
      return false
    }
    const share = Math.max(0, buffered() - before)
    counters.messagesOut += 1
    // Where the buffer tells nothing, the payload is counted.
    counters.bytesOut += share || frame.bytes
    enter(frame, share)
    return true
  }

  /** The frame is in the browser; so much of the native buffer is its own. */
  const enter = (frame: Frame, share: number): void => {
    frame.at = performance.now()
    frame.bytes = share
    flyingBytes += share
    handedOver += share
    insert(frame, waiting)
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
      oldest = after(end)
    }
  }

  const sendDirectly = (frame: Frame): boolean => {
    const start = performance.now()
    settle(start)
    if (!handOver(frame)) return false
    if (start - runEnd > GAP) runStart = start
    runEnd = frame.at
    if (buffered() >= room || (buffered() > 0 && wantsDrain())) {
      owesDrain = true
      schedule(false)
    }
    return true
  }

  const look = (): void => {
    const own = native
    if (!own) return
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
    // A listener told of an expired frame may have ended the connection.
    if (native !== own) return
    if (length > 0) {
      schedule(isDry || sliceIsOver)
      return
    }
    departures.forget()
    if (buffered() > 0) {
      owesDrain ||= wantsDrain()
      if (owesDrain) schedule(false)
    } else if (owesDrain) tellDrained()
  }

  const tellDrained = (): void => {
    owesDrain = false
    tell('drain')
    steps.run(...looks.all())
  }

  /** Answers whether it stopped only because the time was over. */
  const fill = (until: number): boolean => {
    while (hasRoom() && !isClear()) {
      const next = after(waiting)
      // One larger than the mark goes alone.
      if (next.bytes > room && buffered() > 0) return false
      handOver(take(next))
      if (performance.now() > until) return true
    }
    return false
  }

  const adapt = (isDry: boolean): void => {
    const rate = departures.note(lookedAt, progress().left)
    if (limits.highWaterMark !== 'auto') return
    const { at } = after(flying)
    const age = at > shrunkAt ? lookedAt - at : 0
    const next = nextMark(room, { dry: isDry, age, lag, rate })
    if (next < room) shrunkAt = lookedAt
    room = next
  }

  /** A look soon: after a tick, or already in the next task where the link waits for us or a slice was not enough. */
  const schedule = (isUrgent: boolean): void => {
    if (isScheduled || !isOpen()) return
    isScheduled = true
    const from = performance.now()
    lookedAt = from
    const turn = (): void => {
      unschedule()
      runStart = runEnd
      look()
    }
    timer = setTimeout(() => {
      lag = performance.now() - from
      turn()
    }, TICK)
    if (isUrgent) stopTask = startTask(turn)
  }

  const unschedule = (): void => {
    isScheduled = false
    clearTimeout(timer)
    stopTask?.()
    stopTask = undefined
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
    if (isOverdue || (lag > OVERDUE && hasRoom())) look()
    else schedule(runIsLong())
  }

  const progress = (): { handedOver: number; left: number } => ({
    handedOver,
    left: handedOver - buffered(),
  })

  // Back from the browser

  /** Puts what is in the browser back to what waits. Answers what cannot be saved, in order. */
  const putBack = (isTooBig: boolean): Frame[] => {
    const lost: Frame[] = []
    const maySave = limits.resendUnsent && limits.whileNotOpen && !isTooBig
    // Newest first: of one key only the newest waits.
    for (let frame = before(waiting), next = frame; frame !== flying; frame = next) {
      next = before(frame)
      const { key, ifLost } = frame.terms ?? {}
      const isSaved = maySave && !ifLost
      if (!isSaved || isWaiting(key)) remove(frame)
      else {
        frame.bytes = byteLength(frame.data)
        counters.requeued += 1
        add(frame)
      }
      if (!isSaved && ifLost !== 'forget') lost.unshift(frame)
    }
    insert(remove(waiting), after(flying))
    return lost
  }

  /** Forgets what was handed to the browser. */
  const forget = (): void => {
    while (after(end) !== waiting) remove(after(end))
    insert(flying, waiting)
    flyingBytes = departedBytes = 0
  }

  return {
    get length() {
      return length
    },
    get bytes() {
      return bytes
    },
    get isAttached() {
      return !!native
    },

    send(frame) {
      const { key, ifLost } = frame.terms ?? {}
      const mayWait = !ifLost
      if (isClear() && !isWaiting(key) && (mayWait ? isReady() : hasRoom()))
        return sendDirectly(frame) ? 'sent' : 'dropped'
      if (!mayWait) return drop(frame, native ? 'busy' : 'not-open')
      if (!native && !limits.whileNotOpen) return drop(frame, 'not-open')
      if (!push(frame)) return drop(frame, 'overflow')
      nudge()
      return 'queued'
    },

    sendFirst: (frame) => isOpen() && sendDirectly(frame),

    drop,

    clear() {
      const taken = takeAll()
      if (taken.length > 0) {
        owesDrain = true
        if (native) look()
        else tellDrained()
      }
      return taken
    },

    attach(attached) {
      native = attached
      room = limits.highWaterMark === 'auto' ? autoMark.start : limits.highWaterMark
      departures = createDepartures()
      shrunkAt = handedOver = 0
      lag = TICK
      owesDrain = length > 0
      insert(remove(gate), after(waiting))
      // What a handshake has sent is in the buffer too, ahead of everything that follows.
      if (buffered() > 0) enter(createFrame('', { ifLost: 'forget' }), buffered())
    },

    release() {
      openGate()
      look()
    },

    look,
    nudge,

    flush() {
      openGate()
      while (isOpen() && !isClear()) handOver(take(after(waiting)))
    },

    progress,

    detach(code, leavesRest) {
      if (!native) return () => {}
      const now = performance.now()
      // Forgets what left long ago, and then looks again at the rest: WebKit's count falls just before some close events,
      // and is up again in them.
      settle(now)
      insert(remove(flying), after(end))
      flyingBytes += departedBytes
      departedBytes = 0
      settle(now)
      unschedule()
      native = undefined
      openGate()
      // Sent again, one message that is too big would end every connection.
      const isTooBig = code === CloseCode.MessageTooBig
      const lost = code === undefined ? [] : putBack(isTooBig)
      forget()
      const unwanted = limits.whileNotOpen ? [] : takeAll()
      const owed = owesDrain && !leavesRest
      return () => {
        for (const frame of lost) drop(frame, isTooBig ? 'too-big' : 'unsent')
        for (const frame of unwanted) drop(frame, 'not-open')
        if (owed && length === 0) tellDrained()
      }
    },
  }
}

const mark = (): Frame => createFrame('')
const before = (frame: Frame): Frame => frame.before as Frame
const after = (frame: Frame): Frame => frame.after as Frame

function insert(frame: Frame, place: Frame): void {
  frame.before = before(place)
  frame.after = place
  before(place).after = frame
  place.before = frame
}

function remove(frame: Frame): Frame {
  before(frame).after = frame.after
  after(frame).before = frame.before
  frame.before = frame.after = undefined
  return frame
}
