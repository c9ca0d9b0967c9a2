/** Outgoing data as it was when it was given: the application may write on into a buffer. */
import type { FrameData } from './events.ts'

/** Data that nobody else writes to; perhaps a part of a buffer that holds more. */
export type WireData = string | ArrayBuffer | Uint8Array<ArrayBuffer> | Blob

/** Bytes up to which copies share a buffer: to make one takes an engine much longer than to fill it. */
const SMALL = 64
let shared = new Uint8Array(0)
let used = 0

/** Text and Blobs never change. Of shared memory, which no socket takes, the copy is not shared. */
export function snapshot(data: FrameData): WireData {
  if (typeof data === 'string' || isBlob(data)) return data
  const bytes = bytesOf(data)
  if (bytes.length <= SMALL) return smallCopy(bytes)
  const { buffer, byteOffset: start, length } = bytes
  // Faster than the copy of an array in Firefox; subclasses would be asked to make it.
  return buffer.constructor === ArrayBuffer ? buffer.slice(start, start + length) : new Uint8Array(bytes)
}

/** By what only they have: one of another realm is no instance of this `Blob`. */
export function isBlob(data: object): data is Blob {
  return 'size' in data && !ArrayBuffer.isView(data)
}

function bytesOf(data: ArrayBufferLike | ArrayBufferView): Uint8Array {
  // As it is: to ask for the buffer of a small array makes one.
  if (data instanceof Uint8Array) return data
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

function smallCopy(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { length } = bytes
  if (used + length > shared.length) {
    shared = new Uint8Array(16 * SMALL)
    used = 0
  }
  shared.set(bytes, used)
  used += length
  return shared.subarray(used - length, used)
}
