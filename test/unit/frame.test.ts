/** Frames: what counts as binary, how many bytes it is, and what comes back of it. */
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  byteLength,
  contentOf,
  createFrame,
  type Frame,
  type FrameOptions,
  isBinary,
  isPacked,
  measure,
  pack,
  unpack,
} from '../../src/frame.ts'
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

describe('contentOf', () => {
  test.for(memoryKinds())('[S8] of %s is memory of its own, as a Uint8Array', ([, data, bytes]) => {
    const content = contentOf(createFrame(data)) as Uint8Array
    expect(content).toEqual(bytes)
    expect(content.buffer.byteLength).toBe(bytes.length)
  })

  test('[S8] of text and Blobs it is those', () => {
    const blob = new Blob(['a'])
    expect(contentOf(createFrame(blob))).toBe(blob)
    expect(contentOf(createFrame('a'))).toBe('a')
  })
})

describe('pack', () => {
  const data = ['', 'a', 'ß'.repeat(300), Uint8Array.of(1, 2), new Uint8Array(100), new Blob(['a'])]
  const options: FrameOptions[] = [{}, { ttl: 5 }, { key: '' }, { ifLost: 'drop' }, { ifLost: 'forget' }]
  const frames = data.flatMap((each) => options.map((given) => createFrame(each, given)))
  const measured = createFrame('ß'.repeat(300))
  measure(measured)
  const all = [...frames, measured, { ...createFrame('a'), handedOver: 0 }]

  test.for(all.map((frame): [Frame] => [frame]))('[S11] nothing of %o is lost', ([frame]) => {
    expect(unpack(pack(frame))).toEqual(frame)
  })

  test('[S11] of a message without options the data remains, unless it is long text', () => {
    const packed = all.map(pack).filter(isPacked)
    expect(packed).toEqual(['', 'a', Uint8Array.of(1, 2), new Uint8Array(100).buffer, data[5]])
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
