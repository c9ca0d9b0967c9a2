/** One outgoing message and the data it may carry. */
import type { BinaryData, FrameData } from './events.ts'
import { isBlob, snapshot, type WireData } from './snapshot.ts'

/** One outgoing message; first in the queue, then in the record of what is in flight. */
export interface Frame {
  data: WireData
  /** Its size on the wire, at least (see `doubt`); once it was handed over, its share of the native buffer. */
  bytes: number
  /** What its size may be above `bytes`: long text is counted only when somebody asks, since that takes as long as sending it. */
  doubt: number
  /** When it is no longer worth sending, in ms since 1970; for most, never. */
  expires: number | undefined
  /** A newer message with the same key takes its place while it waits. */
  key: PropertyKey | undefined
  /** When it was last handed to the browser, and then, when it had left; by `performance.now()`. */
  handedOver: number | undefined
  /** What becomes of it when the connection is lost before it has left. */
  ifLost: 'resend' | 'drop' | 'forget'
}

export interface FrameOptions {
  readonly ttl?: number | undefined
  readonly key?: PropertyKey | undefined
  readonly ifLost?: Frame['ifLost']
}

/** Units of UTF-16 beyond which text is measured only when somebody asks. */
const LONG = 256

/** A frame of the data as it is now. */
export function createFrame(data: FrameData, options?: FrameOptions): Frame {
  return frameOf(snapshot(data), options)
}

function frameOf(data: WireData, { ttl = Infinity, key, ifLost = 'resend' }: FrameOptions = {}): Frame {
  const expires = ttl === Infinity ? undefined : Date.now() + ttl
  const long = typeof data === 'string' && data.length > LONG
  const bytes = long ? data.length : byteLength(data)
  // In UTF-8 a unit of UTF-16 takes one to three bytes.
  const doubt = long ? 2 * data.length : 0
  return { data, bytes, doubt, expires, key, handedOver: undefined, ifLost }
}

/** A frame, or only its data where that is all there is to know: many times smaller. */
export type Packed = WireData | Frame

export function pack(frame: Frame): Packed {
  const { data, expires, key, handedOver, ifLost } = frame
  const isPlain =
    (typeof data !== 'string' || data.length <= LONG) &&
    expires === undefined &&
    key === undefined &&
    handedOver === undefined &&
    ifLost === 'resend'
  return isPlain ? data : frame
}

export function isPacked(item: Packed): item is WireData {
  return typeof item === 'string' || !('ifLost' in item)
}

export function unpack(item: Packed): Frame {
  return isPacked(item) ? frameOf(item) : item
}

/** Ends the doubt. */
export function measure(frame: Frame): void {
  if (frame.doubt === 0) return
  frame.bytes = byteLength(frame.data)
  frame.doubt = 0
}

const binaryTags = new Set(['ArrayBuffer', 'SharedArrayBuffer', 'Blob', 'File'])

/** Whether this goes out as a binary frame, past any codec. */
export function isBinary(message: unknown): message is BinaryData {
  if (typeof message !== 'object' || message === null) return false
  if (ArrayBuffer.isView(message) || (typeof Blob === 'function' && message instanceof Blob)) return true
  // From another realm: a frame, or a worker's.
  return binaryTags.has(Object.prototype.toString.call(message).slice(8, -1))
}

const beyondAscii = /[\u0080-\uffff]/

/** The size of a frame's payload on the wire, where text is UTF-8. */
export function byteLength(data: FrameData): number {
  if (typeof data === 'string') return beyondAscii.test(data) ? countUnits(data) : data.length
  return isBlob(data) ? data.size : data.byteLength
}

/** A lone surrogate goes out as U+FFFD, which is 3 bytes like itself (WHATWG Encoding). */
function countUnits(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    bytes += 1
    if (unit < 0x800) continue
    bytes += 1
    const isPair = unit >= 0xd800 && unit < 0xdc00 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00
    if (isPair) index += 1
  }
  return bytes
}

/** What the application gets back of a frame that will not be sent: nothing but its bytes, whatever its size. */
export function contentOf({ data }: Frame): string | Uint8Array<ArrayBuffer> | Blob {
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  return data instanceof Uint8Array ? data.slice() : data
}
