/** Codecs: from the application's messages to frames and back. */
import { expected, SteadySocketError, show } from './errors.ts'
import { type BinaryData, type FrameData, isBinary } from './frame.ts'
import { demandSync } from './sync.ts'
import { type Rule, read } from './validation.ts'

/** How messages are written to and read from frames. A plain value: share it, wrap it, write your own. */
export interface Codec<In, Out> {
  /** Called by `send()`; what it throws, `send()` throws. */
  encode: (message: Out) => FrameData
  /** Reads a text frame; what it throws becomes the cause of a `DECODE_FAILED` error event. */
  decode: (text: string) => In
  /** Reads a binary frame. Without it, binary frames come out as `binary` events. */
  decodeBinary?: (data: ArrayBuffer) => In
}

/** Strings in, strings out: the default. */
export const text: Codec<string, string> = {
  encode: (message) => message,
  decode: (frame) => frame,
}

/**
 * What this library needs of a validator: the Standard Schema interface, version 1
 * (https://standardschema.dev), which zod, valibot, arktype and others implement.
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a validator answers: the value, or the issues it has with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: ReadonlyArray<StandardIssue> }

export interface StandardIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** JSON both ways, typed by declaration: nothing is checked at run time. */
export function json<In = unknown, Out = In>(): Codec<In, Out>
/**
 * JSON both ways, checked at run time by any Standard Schema validator, types inferred from it.
 * What comes in and does not validate is an `error` event; what goes out and does not validate throws from `send()`.
 * A schema that transforms is followed: `message` events carry its output. Validation must be synchronous.
 */
export function json<In = unknown, Out = unknown>(schemas: {
  receive?: StandardSchema<unknown, In> | undefined
  send?: StandardSchema<Out, unknown> | undefined
}): Codec<In, Out>
export function json(
  schemas: { receive?: StandardSchema | undefined; send?: StandardSchema | undefined } = {},
): Codec<unknown, unknown> {
  // A misspelt name must not pass for a validator.
  const { receive, send }: typeof schemas = read({ receive: schema, send: schema }, schemas, 'schemas')
  return {
    encode(message) {
      const value = send ? validate(send, message, 'ENCODE_FAILED') : message
      const frame = JSON.stringify(value)
      // JSON.stringify answers undefined for undefined, functions and symbols.
      if (frame === undefined)
        throw new TypeError(`Expected a message that JSON can express, got ${show(message)}`)
      return frame
    },
    decode(frame) {
      const value: unknown = JSON.parse(frame)
      return receive ? validate(receive, value, 'DECODE_FAILED') : value
    },
  }
}

const schema: Rule = [
  'a Standard Schema (https://standardschema.dev)',
  (value) => typeof (value as Partial<StandardSchema> | null)?.['~standard']?.validate === 'function',
]

function validate(schema: StandardSchema, value: unknown, code: 'ENCODE_FAILED' | 'DECODE_FAILED'): unknown {
  const result = demandSync('schema.validate', schema['~standard'].validate(value))
  if (!result.issues) return result.value
  const issues = result.issues.slice(0, 10).map(({ message, path = [] }) => {
    const place = path.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
    return place ? `${place}: ${message}` : message
  })
  throw new SteadySocketError(code, `The message does not fit its schema: ${issues.join('; ')}`, {
    cause: result.issues,
    data: value,
  })
}

/** What goes out for a message: binary data as it is, all else as the codec says. */
export function encode<Out>(
  codec: Pick<Codec<unknown, Out>, 'encode'>,
  message: Out | BinaryData,
): FrameData {
  if (isBinary(message)) return message
  const frame: unknown = codec.encode(message)
  if (typeof frame === 'string' || isBinary(frame)) return frame
  const isText = (codec as unknown) === text
  demandSync(isText ? 'message' : 'codec.encode', frame)
  throw new TypeError(
    isText
      ? expected('message', 'to be text or binary data, for want of a codec (`codec: json()`)', frame)
      : expected('codec.encode', 'to give a string or binary data', frame),
  )
}
