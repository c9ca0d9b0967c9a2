/** What is sent, as it arrives. */
import { type FrameData, isBinary, isBlob, snapshot } from '../frame.ts'

/** A message as it arrives: text, or the bytes of what was sent in any other form. */
export type Message = string | ArrayBuffer

/** As natively, whatever is no binary data is text. */
export function frameData(data: unknown): FrameData {
  // Web IDL, USVString: a surrogate without its other half becomes U+FFFD.
  return isBinary(data) ? data : `${data}`.replace(/[\ud800-\udfff]/gu, '\ufffd')
}

/** The message as it is now; a promise only of a Blob's. */
export function messageOf(data: FrameData): Message | Promise<Message> {
  const copy = snapshot(data)
  if (typeof copy === 'string') return copy
  return isBlob(copy) ? read(copy) : (copy as Uint8Array<ArrayBuffer>).buffer
}

function read(blob: Blob): Promise<ArrayBuffer> {
  if (typeof blob.arrayBuffer === 'function') return blob.arrayBuffer()
  // jsdom.
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(reader.result as ArrayBuffer)
    reader.onerror = () => reject(reader.error)
    reader.readAsArrayBuffer(blob)
  })
}
