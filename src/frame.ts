/** One outgoing message: a copy of its data, its size on the wire, and what was asked for it. */
import { expected, tagOf } from './errors.ts'

/** Data that goes out as a binary frame, past the codec. */
export type BinaryData = Blob | ArrayBufferLike | ArrayBufferView

/** What is handed to the native `send`, and what waits in the queue. */
export type FrameData = string | BinaryData

/** Data that nobody else writes to. */
export type WireData = string | Uint8Array | Blob

/** What was asked for a message. */
export interface Terms {
  /** Ms after which it is no longer worth sending, since when by either clock: one stands still in sleep, one can be set. */
  readonly ttl?: number | undefined
  readonly since?: { readonly wall: number; readonly steady: number }
  /** A newer message with the same key takes its place while it waits. */
  readonly key?: PropertyKey | undefined
  /** Takes it back while it waits. */
  readonly signal?: AbortSignal | undefined
  /**
   * Neither waits, nor goes out again after a loss: a message of the application's that is to leave now or never, or one of
   * our own, of which no `drop` tells.
   */
  readonly delivery?: 'now-or-never' | 'internal' | undefined
}

/** A message on its way out; many may wait, so it has few fields, and always the same. */
export interface Frame {
  /** What the application gets back of it, too, if it will not be sent. */
  readonly data: WireData
  /**
   * The size of its payload while it waits, of long text at the most (`mostBytes`); once it was handed to the browser, its share
   * of the native buffer.
   */
  bytes: number
  /** When it was handed to the browser, and then, when it had left; by `performance.now()`. */
  at: number
  readonly terms: Terms
  /** Its neighbours in the outbox. */
  before: Frame | undefined
  after: Frame | undefined
}

const noTerms: Terms = {}

/** A frame of the data as it is now. */
export function createFrame(data: FrameData, terms: Terms = noTerms): Frame {
  const copy = snapshot(data)
  return { data: copy, bytes: mostBytes(copy), at: 0, terms, before: undefined, after: undefined }
}

/**
 * Text and Blobs never change. Of shared memory, which no socket takes, the copy is not shared.
 *
 * @throws TypeError for what only looks like binary data, or has lost its memory
 */
export function snapshot(data: FrameData): WireData {
  if (typeof data === 'string') return data
  let bytes: Uint8Array
  try {
    if (isBlob(data) && data.size >= 0) return data
    // Of what is no buffer, a Uint8Array would be made as of an array.
    const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(data) ? data : new DataView(data as never)
    bytes = new Uint8Array(buffer, byteOffset, byteLength)
  } catch {
    throw new TypeError(expected('message', 'to have bytes that can be read', data))
  }
  return new Uint8Array(bytes)
}

// By their tags: what comes from another realm, a frame's or a worker's, is no instance of this one's classes.
const buffers = ['[object ArrayBuffer]', '[object SharedArrayBuffer]']
const blobs = ['[object Blob]', '[object File]']

export function isBlob(data: FrameData): data is Blob {
  return typeof data !== 'string' && !ArrayBuffer.isView(data) && !buffers.includes(tagOf(data))
}

/** Whether this goes out as a binary frame, past any codec. */
export function isBinary(message: unknown): message is BinaryData {
  if (typeof message !== 'object' || message === null) return false
  try {
    if (ArrayBuffer.isView(message) || (typeof Blob === 'function' && message instanceof Blob)) return true
  } catch {
    // A proxy that was revoked, or throws.
  }
  return [...buffers, ...blobs].includes(tagOf(message))
}

/**
 * Whether its bytes are counted only when they matter: to count long text takes Firefox and WebKit a fifth of the time in which
 * they send it.
 */
export const isLongText = (data: FrameData): data is string => typeof data === 'string' && data.length > 512

/** No less than the size of a payload; of all but long text, no more either. */
export function mostBytes(data: FrameData): number {
  return isLongText(data) ? data.length * 3 : byteLength(data)
}

const beyondAscii = /[\u0080-\uffff]/

/** The size of a payload on the wire, where text is UTF-8. */
export function byteLength(data: FrameData): number {
  if (typeof data !== 'string') return isBlob(data) ? data.size : data.byteLength
  let bytes = data.length
  if (!beyondAscii.test(data)) return bytes
  for (let index = 0; index < data.length; index++) {
    // A lone surrogate goes out as U+FFFD, which is 3 bytes like itself (WHATWG Encoding).
    const point = data.codePointAt(index) as number
    if (point >= 0x80) bytes += 1
    if (point >= 0x800) bytes += 1
    if (point > 0xffff) index += 1
  }
  return bytes
}
