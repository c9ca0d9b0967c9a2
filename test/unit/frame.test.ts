/** Frames: what counts as binary, how many bytes it is, and what comes back of it. */
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteLength, createFrame, isBinary, type Terms } from '../../src/frame.ts'
import { binaryKinds, memoryKinds } from '../support/binary-kinds.ts'

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

  test.for(['Blob', 'File'])('[M3] so does a %s of another realm', (name) => {
    const foreign = { [Symbol.toStringTag]: name, size: 3 }
    expect(isBinary(foreign)).toBe(true)
    expect(createFrame(foreign as never).bytes).toBe(3)
  })

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
    ['a function with the name of a Blob', Object.assign(() => {}, { [Symbol.toStringTag]: 'Blob' })],
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

describe('createFrame', () => {
  test.for(memoryKinds())('[S8] of %s holds memory of its own, as a Uint8Array', ([, data, bytes]) => {
    const content = createFrame(data).data as Uint8Array
    expect(content).toEqual(bytes)
    expect(content.buffer.byteLength).toBe(bytes.length)
    expect(content.buffer).not.toBe(ArrayBuffer.isView(data) ? data.buffer : data)
  })

  test('[S8] of text and Blobs it holds those', () => {
    const blob = new Blob(['a'])
    expect(createFrame(blob).data).toBe(blob)
    expect(createFrame('a').data).toBe('a')
  })

  test('[S8] who writes into the data afterwards does not change the frame', () => {
    const data = Uint8Array.of(1)
    const frame = createFrame(data)
    data[0] = 2
    expect(frame.data).toEqual(Uint8Array.of(1))
  })

  test.for(binaryKinds())('[S6] of %s knows its bytes at once', ([, data, bytes]) => {
    expect(createFrame(data).bytes).toBe(bytes.length)
  })

  test.for([
    ['', 0],
    ['a', 1],
    ['\ud800', 3],
    ['ß'.repeat(512), 1_024],
  ] as const)('[S6] so does one of text', ([text, bytes]) => {
    expect(createFrame(text).bytes).toBe(bytes)
  })

  test.for([
    ['ß'.repeat(513), 1_026],
    [`${'a'.repeat(100_000)}😀`, 100_004],
    ['語'.repeat(1_000), 3_000],
  ])('[S6] one of long text knows what these are at the most', ([text, bytes]) => {
    const { data, bytes: most } = createFrame(String(text))
    expect(byteLength(data)).toBe(bytes)
    expect(most).toBe(String(text).length * 3)
  })

  test('[S6] its bytes are counted as the data is then, not later', () => {
    const Resizable = ArrayBuffer as new (length: number, options: object) => ArrayBuffer
    const memory = new Resizable(8, { maxByteLength: 64 }) as { resize?(length: number): void } & ArrayBuffer
    const frame = createFrame(memory)
    memory.resize?.(64)
    expect([frame.bytes, (frame.data as Uint8Array).length]).toEqual([8, 8])
  })

  test('[S11] every frame has the same shape, whatever is in it and was asked for', () => {
    const data = ['', 'a', 'ß'.repeat(300), Uint8Array.of(1, 2), new Uint8Array(100), new Blob(['a'])]
    const terms: (Terms | undefined)[] = [
      undefined,
      {},
      { ttl: 5 },
      { key: '' },
      { delivery: 'now-or-never' },
    ]
    const frames = data.flatMap((each) => terms.map((given) => createFrame(each, given)))
    const shapes = new Set(frames.map((frame) => Object.keys(frame).join()))
    expect([...shapes]).toEqual(['data,bytes,at,terms,before,after'])
    expect(frames.map((frame) => frame.terms)).toEqual(data.flatMap(() => terms.map((given) => given ?? {})))
  })
})
