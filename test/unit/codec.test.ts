/** Codecs as values: text, JSON as declared, JSON as schemas have it. */
import { runInNewContext } from 'node:vm'
import * as v from 'valibot'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { json, type StandardSchema, SteadySocketError, text } from '../../src/index.ts'

/** What a call throws. */
function thrown(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('Nothing was thrown')
}

describe('text', () => {
  test.for(['', 'hi', 'grüß 😀', '\ud800', '{"a":1}'])(
    '[M1] %j goes out and comes in as it is',
    (message) => {
      expect(text.encode(message)).toBe(message)
      expect(text.decode(message)).toBe(message)
    },
  )

  test('[M3] it leaves binary frames alone', () => {
    expect(text.decodeBinary).toBeUndefined()
  })
})

describe('json() without schemas', () => {
  const codec = json()

  test.for([
    [null, 'null'],
    [false, 'false'],
    [0, '0'],
    ['', '""'],
    [[1, 'two', null], '[1,"two",null]'],
    [{ type: 'chat', text: 'grüß 😀' }, '{"type":"chat","text":"grüß 😀"}'],
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [{ kept: 1, left: undefined }, '{"kept":1}'],
  ] as const)('[M2] %j goes out as %s', ([message, frame]) => {
    expect(codec.encode(message)).toBe(frame)
  })

  test.for(['null', 'false', '0', '""', '[1,[]]', '{"a":{"b":[null]}}', ' {"a" : 1}\n'])(
    '[M2] %s comes in as what it says',
    (frame) => {
      expect(codec.decode(frame)).toEqual(JSON.parse(frame))
    },
  )

  const circular: { self?: unknown } = {}
  circular.self = circular

  test.for([
    ['undefined', undefined, 'undefined'],
    ['a function', function greet() {}, 'function greet'],
    ['a function without a name', (() => () => {})(), 'function (anonymous)'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['what answers undefined to toJSON', { toJSON: () => undefined }, '[object Object]'],
  ] as const)('[M4] %s is refused in a sentence', ([, message, shown]) => {
    const error = thrown(() => codec.encode(message))
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toHaveProperty('message', expect.stringContaining('message that JSON can express'))
    expect(error).toHaveProperty('message', expect.stringContaining(shown))
  })

  test.for([
    ['a circle', circular],
    ['a bigint', 1n],
    ['a bigint within', { id: 1n }],
  ] as const)('[M4] %s is refused as JSON.stringify refuses it', ([, message]) => {
    expect(() => codec.encode(message)).toThrow(TypeError)
  })

  test.for(['', 'undefined', '{', '{"a":1}}', "{'a':1}", '\u0000', 'NaN', '\ufeff1'])(
    '[M4] %j is no JSON',
    (frame) => {
      expect(() => codec.decode(frame)).toThrow(SyntaxError)
    },
  )

  test('[M1] one codec value serves many sockets: it keeps nothing', () => {
    const frozen = Object.freeze(json())
    expect([frozen.encode(1), frozen.decode('2'), frozen.encode(3)]).toEqual(['1', 2, '3'])
  })
})

/** What a library author would write by hand: a number in a string, doubled on the way. */
const doubled: StandardSchema<string, number> = {
  '~standard': {
    version: 1,
    vendor: 'by-hand',
    validate: (value) =>
      typeof value === 'string' && value !== ''
        ? { value: Number(value) * 2 }
        : { issues: [{ message: 'no number in a string' }] },
  },
}

const zod = {
  point: z.object({ at: z.object({ x: z.number() }) }),
  size: z.object({ size: z.string().transform(Number) }),
}
const valibot = {
  point: v.object({ at: v.object({ x: v.number() }) }),
  size: v.object({ size: v.pipe(v.string(), v.transform(Number)) }),
}

describe.for([
  ['zod', zod],
  ['valibot', valibot],
] as const)('json with schemas of %s', ([, { point, size }]) => {
  test('[M2] what fits comes in, and unknown keys are as the validator leaves them', () => {
    expect(json({ receive: point }).decode('{"at":{"x":1}}')).toEqual({ at: { x: 1 } })
    expect(json({ receive: point }).decode('{"at":{"x":1},"more":2}')).toEqual({ at: { x: 1 } })
  })

  test('[M2] a schema that transforms is followed both ways', () => {
    const codec = json({ receive: size, send: size })
    expect(codec.decode('{"size":"12"}')).toEqual({ size: 12 })
    expect(codec.encode({ size: '12' })).toBe('{"size":12}')
  })

  test.for([
    ['{"at":{"x":"1"}}', 'at.x: '],
    ['{"at":5}', 'at: '],
    ['{}', 'at: '],
    ['[]', ''],
    ['null', ''],
  ] as const)('[M4] %s does not fit, and the error says where', ([frame, place]) => {
    const error = thrown(() => json({ receive: point }).decode(frame)) as SteadySocketError
    expect(error).toBeInstanceOf(SteadySocketError)
    expect(error.code).toBe('DECODE_FAILED')
    expect(error.message).toMatch(`does not fit its schema: ${place}`)
    expect(error.data).toEqual(JSON.parse(frame))
    expect(error.cause).toMatchObject([{ message: expect.any(String) }])
  })

  test('[M4] what goes out and does not fit is refused with the message and the issues', () => {
    const message = { at: { x: 'left' } }
    const error = thrown(() => json({ send: point }).encode(message as never)) as SteadySocketError
    expect(error).toBeInstanceOf(SteadySocketError)
    expect(error.code).toBe('ENCODE_FAILED')
    expect(error.data).toBe(message)
    expect(error.cause).toMatchObject([{ message: expect.any(String) }])
    expect(error.message).toContain('at.x: ')
  })

  test('[M2] only `receive`: what goes out is not looked at', () => {
    expect(json({ receive: point }).encode('anything')).toBe('"anything"')
  })

  test('[M2] only `send`: what comes in is not looked at', () => {
    expect(json({ send: point }).decode('"anything"')).toBe('anything')
  })
})

describe('json with any Standard Schema', () => {
  test('[M2] one written by hand is enough', () => {
    const codec = json({ receive: doubled, send: doubled })
    expect(codec.decode('"4"')).toBe(8)
    expect(codec.encode('4')).toBe('8')
    expect(() => codec.decode('4')).toThrow('does not fit its schema: no number in a string')
  })

  test('[M2] a schema that is a function, as those of arktype are, is one', () => {
    const callable = Object.assign(() => {}, doubled)
    expect(json({ receive: callable }).decode('"4"')).toBe(8)
  })

  test('[M2] the path of an issue is shown, of whatever kind its steps are', () => {
    const path = ['users', 0, { key: 'name' }, Symbol('first')]
    const validate = () => ({ issues: [{ message: 'missing', path }, { message: 'and all wrong' }] })
    const codec = json({ receive: { '~standard': { version: 1, vendor: 'by-hand', validate } } })
    expect(() => codec.decode('{}')).toThrow(
      'does not fit its schema: users.0.name.Symbol(first): missing; and all wrong',
    )
  })

  test('[M2] of many issues the first ten are shown, and all are there', () => {
    const issues = Array.from({ length: 12 }, (_, index) => ({ message: `wrong ${index}` }))
    const validate = () => ({ issues })
    const codec = json({ receive: { '~standard': { version: 1, vendor: 'by-hand', validate } } })
    expect(() => codec.decode('{}')).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/schema: wrong 0; wrong 1; .*; wrong 9$/),
        cause: issues,
      }),
    )
  })

  const asynchronous = {
    zod: z.string().refine(async () => true),
    valibot: v.pipeAsync(
      v.string(),
      v.checkAsync(async () => true),
    ),
    hand: {
      '~standard': { version: 1, vendor: 'by-hand', validate: async (value: string) => ({ value }) },
    } as unknown as StandardSchema<string, string>,
    'hand, rejecting': {
      '~standard': { version: 1, vendor: 'by-hand', validate: () => Promise.reject(new Error('no')) },
    } as StandardSchema<string, string>,
    'hand, a promise of another realm': {
      '~standard': {
        version: 1,
        vendor: 'by-hand',
        validate: () => runInNewContext('Promise.reject(new Error("no"))') as Promise<never>,
      },
    } as StandardSchema<string, string>,
  }

  test.for(Object.entries(asynchronous))(
    '[M2] one that answers a promise is refused both ways, and no rejection is left over: %s',
    ([, schema]) => {
      const codec = json<string, string>({ receive: schema, send: schema })
      expect(() => codec.decode('"a"')).toThrow('Expected `schema.validate` to answer at once, got a promise')
      expect(() => codec.encode('a')).toThrow('Expected `schema.validate` to answer at once, got a promise')
    },
  )

  test.for([
    ['a number', 5],
    ['null', null],
    ['a function', () => true],
    ['a validator that follows no standard', { parse: () => 5 }],
    ['half a schema', { '~standard': { version: 1, vendor: 'by-hand' } }],
  ] as const)('[L12] %s is no schema, and that is said at once', ([, nonsense]) => {
    for (const name of ['receive', 'send'] as const) {
      expect(() => json({ [name]: nonsense })).toThrow(TypeError)
      expect(() => json({ [name]: nonsense })).toThrow(`Expected \`${name}\` to be a Standard Schema`)
    }
  })

  test('[M4] what a validator itself throws comes out', () => {
    const bug = new Error('bug in the schema')
    const schema: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'by-hand',
        validate: () => {
          throw bug
        },
      },
    }
    const codec = json({ receive: schema, send: schema })
    expect(thrown(() => codec.decode('1'))).toBe(bug)
    expect(thrown(() => codec.encode(1))).toBe(bug)
  })
})
