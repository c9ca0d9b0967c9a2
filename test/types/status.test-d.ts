/** A status as a store. */
import { expectTypeOf, test } from 'vitest'
import { json, SteadySocket } from '../../src/index.ts'
import { type Status, type StatusStore, status } from '../../src/status.ts'

const url = 'wss://example.com'

test('[U1] it takes a socket of any messages, and few options', () => {
  expectTypeOf(status(new SteadySocket(url))).toEqualTypeOf<StatusStore>()
  expectTypeOf(status(new SteadySocket(url, { codec: json<number>() }), {})).toEqualTypeOf<StatusStore>()
  status(new SteadySocket(url), { patience: undefined })
  // @ts-expect-error no such option
  status(new SteadySocket(url), { patient: 1 })
  // @ts-expect-error not a socket
  status(url)
})

test('[U1] its value says what and since when, and perhaps more', () => {
  const { value } = status(new SteadySocket(url))
  expectTypeOf(value).toEqualTypeOf<Status>()
  expectTypeOf(value.name).toEqualTypeOf<'connecting' | 'online' | 'reconnecting' | 'offline' | 'closed'>()
  expectTypeOf(value.since).toEqualTypeOf<number>()
  expectTypeOf(value.at).toEqualTypeOf<number | undefined>()
  expectTypeOf(value.recovered).toEqualTypeOf<number | undefined>()
  // @ts-expect-error it is not to be changed
  value.name = 'online'
})

test('[U1] its subscribers get the value', () => {
  const undo = status(new SteadySocket(url)).subscribe((value) => {
    expectTypeOf(value).toEqualTypeOf<Status>()
  })
  expectTypeOf(undo).toEqualTypeOf<() => void>()
})
