/** Every kind of data that goes out as a binary frame, with the bytes that go out. */
import type { BinaryData } from '../../src/index.ts'

const content = Uint8Array.of(0, 1, 127, 128, 255, 10, 13, 0, 3, 1, 4, 1, 5, 9, 2, 6)

/** More than engines keep within a typed array itself. */
const much = Uint8Array.from({ length: 4_096 }, (_, index) => index % 251)

/** Every class of views on memory. */
export const views: ReadonlyArray<new (memory: ArrayBuffer) => ArrayBufferView<ArrayBuffer>> = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
]

/** Made afresh at each call: tests write into them. */
export function binaryKinds(): ReadonlyArray<readonly [name: string, data: BinaryData, bytes: Uint8Array]> {
  const memory = (bytes = content): ArrayBuffer => bytes.slice().buffer
  const shared = (bytes = content): SharedArrayBuffer => {
    const buffer = new SharedArrayBuffer(bytes.length)
    new Uint8Array(buffer).set(bytes)
    return buffer
  }
  return [
    ['an ArrayBuffer', memory(), content],
    ['a SharedArrayBuffer', shared(), content],
    ...views.map((View) => [`a ${View.name}`, new View(memory()), content] as const),
    ['a view of shared memory', new Uint8Array(shared(), 4, 8), content.slice(4, 12)],
    ['a Uint8Array on a part', new Uint8Array(memory(), 2, 3), content.slice(2, 5)],
    ['a Float32Array on a part', new Float32Array(memory(), 4, 2), content.slice(4, 12)],
    ['a DataView on a part', new DataView(memory(), 1, 2), content.slice(1, 3)],
    ['an empty ArrayBuffer', new ArrayBuffer(0), content.slice(0, 0)],
    ['an empty view of a full buffer', new Uint8Array(memory(), 3, 0), content.slice(0, 0)],
    ['a large ArrayBuffer', memory(much), much],
    ['a large SharedArrayBuffer', shared(much), much],
    ['a large Uint8Array', new Uint8Array(memory(much)), much],
    ['a large view of shared memory', new Uint8Array(shared(much), 40, 400), much.slice(40, 440)],
    ['a large Float64Array on a part', new Float64Array(memory(much), 16, 100), much.slice(16, 816)],
    ['a large DataView on a part', new DataView(memory(much), 1, 1_000), much.slice(1, 1_001)],
    ['a Blob', new Blob([content]), content],
    ['a File', new File([content], 'content.bin'), content],
    ['an empty Blob', new Blob([]), content.slice(0, 0)],
  ]
}

/** Those of them that somebody may write into. */
export function memoryKinds(): ReturnType<typeof binaryKinds> {
  return binaryKinds().filter(([, data]) => !(data instanceof Blob))
}

/** The bytes of a frame, whatever holds them. */
export async function bytesOf(data: unknown): Promise<Uint8Array> {
  if (data instanceof Blob) return new Uint8Array(await data.arrayBuffer())
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return new Uint8Array(data as ArrayBuffer)
}
