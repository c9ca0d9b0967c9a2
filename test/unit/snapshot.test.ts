/** Copies of outgoing data. */
import { expect, test } from 'vitest'
import { snapshot } from '../../src/frame.ts'
import { binaryKinds, bytesOf, memoryKinds } from '../support/binary-kinds.ts'

test.for(binaryKinds())('[S8] of %s has the same bytes', async ([, data, bytes]) => {
  expect(await bytesOf(snapshot(data))).toEqual(bytes)
})

test.for(memoryKinds())(
  '[S8] of %s is no longer touched by whoever writes to it',
  async ([, data, bytes]) => {
    const taken = snapshot(data)
    const written = ArrayBuffer.isView(data) ? data.buffer : data
    new Uint8Array(written as ArrayBuffer).fill(0xee)
    expect(await bytesOf(taken)).toEqual(bytes)
  },
)

test('[S12] is memory of its own, no larger than it needs and shared with no other, whatever the sizes', async () => {
  const sizes = Array.from({ length: 3_000 }, (_, index) => (index * 7) % 100)
  const taken = sizes.map((size, index) => snapshot(new Uint8Array(size).fill(index)) as Uint8Array)
  expect(taken).toEqual(sizes.map((size, index) => new Uint8Array(size).fill(index)))
  expect(taken.map(({ buffer }) => buffer.byteLength)).toEqual(sizes)
  expect(new Set(taken.map(({ buffer }) => buffer)).size).toBe(sizes.length)
})

test.for(['SharedArrayBuffer', 'Uint8Array'])(
  '[S8] what comes of shared memory (%s) is memory that a native socket takes',
  (kind) => {
    const shared = new SharedArrayBuffer(400)
    const taken = snapshot(kind === 'Uint8Array' ? new Uint8Array(shared, 1, 200) : shared)
    const { buffer } = taken as Uint8Array
    expect(Object.prototype.toString.call(buffer)).toBe('[object ArrayBuffer]')
  },
)

test('[S8] text and Blobs never change: they are taken as they are', () => {
  const blob = new Blob(['a'])
  expect(snapshot(blob)).toBe(blob)
  expect(snapshot('a')).toBe('a')
})

test('[S8] memory that was given away is refused at once', () => {
  const buffer = new ArrayBuffer(4)
  const view = new Uint8Array(buffer)
  structuredClone(buffer, { transfer: [buffer] })
  expect(() => snapshot(buffer)).toThrow(TypeError)
  expect(() => snapshot(view)).toThrow(TypeError)
})

test('[S8] a subclass of ArrayBuffer is not asked to make the copy', async () => {
  class Page extends ArrayBuffer {
    constructor(_title: string, length: number) {
      super(length)
    }
  }
  for (const size of [10, 100]) {
    expect(await bytesOf(snapshot(new Page('first', size)))).toEqual(new Uint8Array(size))
  }
})

test('[S8] nor is a typed array that has a size taken for a Blob', async () => {
  class Sized extends Uint8Array {
    size = 1
  }
  const data = Sized.of(1, 2)
  const taken = snapshot(data)
  data.fill(9)
  expect(await bytesOf(taken)).toEqual(Uint8Array.of(1, 2))
})
