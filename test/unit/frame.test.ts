/** Frames: what counts as binary, how many bytes it is, and that it is a copy. */
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteLength, createFrame, isBinary, snapshot } from '../../src/frame.ts'
import { binaryKinds, bytesOf } from '../support/binary-kinds.ts'

describe('isBinary', () => {
  test.for(binaryKinds())('[M3] %s goes past the codec', ([, data]) => {
    expect(isBinary(data)).toBe(true)
  })

  test.for(['ArrayBuffer', 'SharedArrayBuffer', 'Uint8Array', 'Float64Array', 'BigInt64Array'])(
    '[M3] so does a %s of another realm',
    (name) => {
      const foreign: object = runInNewContext(`new ${name}(8)`)
      expect(foreign).not.toBeInstanceOf(globalThis[name as 'ArrayBuffer'])
      expect(isBinary(foreign)).toBe(true)
    },
  )

  test.for([
    ['text', 'text'],
    ['null', null],
    ['undefined', undefined],
    ['a number', 5],
    ['an array of bytes', [1, 2, 3]],
    ['a plain object', { byteLength: 3, size: 3 }],
    ['a date', new Date(0)],
    ['a map', new Map([[1, 2]])],
    ['a function', () => new ArrayBuffer(1)],
    ['an object without prototype', Object.create(null)],
  ] as const)('[M3] %s is for the codec', ([, message]) => {
    expect(isBinary(message)).toBe(false)
  })
})

describe('byteLength', () => {
  test.for([
    ['', 0],
    ['a', 1],
    ['\u007f', 1],
    ['\u0080', 2],
    ['ß', 2],
    ['\u07ff', 2],
    ['\u0800', 3],
    ['€', 3],
    ['\ud7ff', 3],
    ['\ue000', 3],
    ['\uffff', 3],
    ['😀', 4],
    ['\u{10ffff}', 4],
    ['\ud800', 3],
    ['\udc00', 3],
    ['\udc00\ud800', 6],
    ['\ud800\ud800', 6],
    ['\ud800\ud83d\ude00', 7],
    ['\ud83d\ude00\udc00', 7],
    ['\ud800a', 4],
    ['a\ud800', 4],
  ] as const)('[S6] %j is %i bytes on the wire', ([text, bytes]) => {
    expect(byteLength(text)).toBe(bytes)
    expect(new TextEncoder().encode(text)).toHaveLength(bytes)
  })

  test('[S6] of any text it is what TextEncoder makes of it', () => {
    const encoder = new TextEncoder()
    const unit = fc.oneof(
      fc.integer({ min: 0, max: 0x7f }),
      fc.integer({ min: 0x80, max: 0x7ff }),
      fc.integer({ min: 0xd800, max: 0xdfff }),
      fc.integer({ min: 0, max: 0xffff }),
    )
    const anyText = fc.array(unit, { maxLength: 40 }).map((units) => String.fromCharCode(...units))
    fc.assert(
      fc.property(anyText, (text) => byteLength(text) === encoder.encode(text).length),
      { numRuns: 2_000 },
    )
  })

  test.for(binaryKinds())('[S6] of %s it is what goes out', async ([, data, bytes]) => {
    expect(byteLength(data)).toBe(bytes.length)
  })
})

describe('snapshot', () => {
  test.for(binaryKinds())('[S8] of %s has the same bytes', async ([, data, bytes]) => {
    expect(await bytesOf(snapshot(data))).toEqual(bytes)
  })

  const memory = binaryKinds().filter(([, data]) => !(data instanceof Blob))
  test.for(memory)('[S8] of %s is no longer touched by whoever writes to it', async ([, data, bytes]) => {
    const taken = snapshot(data)
    const written = ArrayBuffer.isView(data) ? data.buffer : data
    new Uint8Array(written as ArrayBuffer).fill(0xee)
    expect(await bytesOf(taken)).toEqual(bytes)
  })

  test.for(memory)('[S8] of %s is as long as that and no longer', ([, data, bytes]) => {
    const taken = snapshot(data)
    const { byteLength } = ArrayBuffer.isView(taken) ? taken.buffer : (taken as ArrayBuffer)
    expect(byteLength).toBe(bytes.length)
  })

  test.for(['SharedArrayBuffer', 'Uint8Array'])(
    '[S8] what comes of shared memory (%s) is memory that a native socket takes',
    (kind) => {
      const shared = new SharedArrayBuffer(400)
      const taken = snapshot(kind === 'Uint8Array' ? new Uint8Array(shared, 1, 200) : shared)
      const buffer = ArrayBuffer.isView(taken) ? taken.buffer : taken
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
})

describe('createFrame', () => {
  test('[S7] a frame without `ttl` never expires', () => {
    expect(createFrame('a')).toMatchObject({ expires: undefined, key: undefined, ifLost: 'resend' })
  })

  test('[S8] it holds a copy', () => {
    const data = Uint8Array.of(1)
    const frame = createFrame(data)
    data[0] = 2
    expect(frame.data).toEqual(Uint8Array.of(1))
  })
})
