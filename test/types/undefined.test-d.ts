/** Whoever compiles with `exactOptionalPropertyTypes` may pass `undefined` for any option: it is as if not given. */
import { describe, expectTypeOf, test } from 'vitest'
import {
  type BackoffOptions,
  type CodecOptions,
  type HeartbeatOptions,
  type json,
  type QueueOptions,
  type ReconnectOptions,
  type SendOptions,
  SteadySocket,
  type SteadySocketOptions,
  type WaitOptions,
} from '../../src/index.ts'

/** The options that may be left out, but not be `undefined`. */
type Exact<Options> = Options extends unknown
  ? {
      [Name in keyof Options]-?: NonNullable<unknown> extends Pick<Options, Name>
        ? { [Given in Name]: undefined } extends Pick<Options, Name>
          ? never
          : Name
        : never
    }[keyof Options]
  : never

type JsonOptions = Parameters<typeof json>[0] & {}

describe('an option may be undefined', () => {
  test('[L12] of the socket', () => {
    expectTypeOf<Exact<SteadySocketOptions>>().toBeNever()
    expectTypeOf<Exact<SteadySocketOptions<{ in: 1 }, { out: 1 }>>>().toBeNever()
    expectTypeOf<Exact<CodecOptions<{ in: 1 }, { out: 1 }>>>().toBeNever()
  })

  test('[L12] of a group', () => {
    expectTypeOf<Exact<ReconnectOptions>>().toBeNever()
    expectTypeOf<Exact<QueueOptions>>().toBeNever()
    expectTypeOf<Exact<HeartbeatOptions<string, string>>>().toBeNever()
    expectTypeOf<Exact<BackoffOptions>>().toBeNever()
  })

  test('[L12] of a method or a function', () => {
    expectTypeOf<Exact<SendOptions>>().toBeNever()
    expectTypeOf<Exact<WaitOptions>>().toBeNever()
    expectTypeOf<Exact<JsonOptions>>().toBeNever()
  })

  test('[L12] and one that may not would be found', () => {
    expectTypeOf<Exact<{ exact?: 1; loose?: 1 | undefined; needed: 1 }>>().toEqualTypeOf<'exact'>()
    expectTypeOf<Exact<{ a: 1 } | { b?: 1 }>>().toEqualTypeOf<'b'>()
  })

  test('[L12] as in a value that is looked up', () => {
    const wanted = new Map<string, number>()
    new SteadySocket('wss://example.com', {
      connectTimeout: wanted.get('connect'),
      reconnect: { baseDelay: wanted.get('delay') },
      codec: undefined,
    }).send('hi', { ttl: wanted.get('ttl') })
  })
})
