/** A promise where an answer is wanted at once: refused with a sentence that says so, whatever becomes of the promise. */
import { describe, expect } from 'vitest'
import type { Codec, SteadySocketOptions } from '../../src/index.ts'
import { at, type Script, scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { pass, settle, test } from './fixture.ts'

type Asked = () => unknown

/** What an asynchronous function answers; the second kind is no instance of this `Promise`. */
const promises: [string, Asked][] = [
  ['a promise', async () => true],
  ['a promise that rejects', () => Promise.reject(new Error('later'))],
  ['a thenable', () => new Thenable()],
]

/** As zone.js has them, and other realms. */
class Thenable {
  // biome-ignore lint/suspicious/noThenProperty: that is what makes it one
  then(_: unknown, reject?: (error: Error) => void): void {
    reject?.(new Error('later'))
  }
}

const saysSo = /promise/

describe.for(promises)('%s', ([what, answer]) => {
  const asked: [string, (answer: never) => Script<string, string>][] = [
    ['reconnect.shouldReconnect', (shouldReconnect) => ({ reconnect: { shouldReconnect } })],
    ['reconnect.delay', (delay) => ({ reconnect: { delay } })],
  ]

  test.for(asked)(
    `[M7] %s answers ${what}: it is reported, and the default counts`,
    async ([name, script], { reported }) => {
      const unhandled = unhandledRejections()
      const { socket, Fake } = await at('open', script(answer as never))
      Fake.last.fail({ close: { code: 1011 } })
      expect(socket.state).toMatchObject({ name: 'waiting', attempt: 1 })
      expect(reported).toEqual([expect.any(TypeError)])
      expect(reported).toMatchObject([{ message: expect.stringContaining(`\`${name}\``) }])
      expect(reported).toMatchObject([{ message: expect.stringMatching(saysSo) }])
      expect(await unhandled()).toEqual([])
    },
  )

  test(`[M7] reconnect.shouldReconnect answers ${what} on a refusal: the default is no retry`, async ({
    reported,
  }) => {
    const { socket, Fake } = await at('open', { reconnect: { shouldReconnect: answer as never } })
    Fake.last.serverClose(1008)
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'refused' })
    expect(reported).toHaveLength(1)
  })

  test(`[M7] heartbeat.isPong answers ${what}: it is reported, and the message is delivered`, async ({
    reported,
  }) => {
    const unhandled = unhandledRejections()
    const heartbeat = { interval: 1_000, message: 'ping', isPong: answer as never }
    const { Fake, record } = await at('open', { heartbeat })
    Fake.last.receive('hello')
    expect(record.of('message')).toEqual(['hello'])
    expect(reported).toMatchObject([{ message: expect.stringContaining('`heartbeat.isPong`') }])
    expect(reported).toMatchObject([{ message: expect.stringMatching(saysSo) }])
    expect(await unhandled()).toEqual([])
  })

  test(`[M7] heartbeat.message makes ${what}: it is reported, and nothing goes out`, async ({ reported }) => {
    const unhandled = unhandledRejections()
    const { Fake, socket } = await at('open', { heartbeat: { interval: 1_000, message: answer as never } })
    await pass(1_500)
    expect(Fake.last.sent).toEqual([])
    expect(socket.state.name).toBe('open')
    expect(reported).toMatchObject([{ message: expect.stringMatching(saysSo) }])
    expect(await unhandled()).toEqual([])
  })

  const codecs: [string, Partial<Codec<string, string>>, string | ArrayBuffer][] = [
    ['decode', { decode: answer as never }, 'hello'],
    ['decodeBinary', { decodeBinary: answer as never }, Uint8Array.of(1).buffer],
  ]

  test.for(codecs)(
    `[M7] codec.%s answers ${what}: DECODE_FAILED says so, and nothing is told`,
    async ([name, part, frame]) => {
      const unhandled = unhandledRejections()
      const codec = { encode: String, decode: String, ...part }
      const { socket, Fake, record } = await at<string, string>('open', { codec })
      Fake.last.receive(frame)
      expect(record.of('message')).toEqual([])
      expect(record.of('error')).toMatchObject([{ code: 'DECODE_FAILED', cause: expect.any(TypeError) }])
      expect(record.of('error')).toMatchObject([{ message: expect.stringContaining(`\`codec.${name}\``) }])
      expect(record.of('error')).toMatchObject([{ message: expect.stringMatching(saysSo) }])
      expect(socket.state.name).toBe('open')
      expect(await unhandled()).toEqual([])
    },
  )

  test(`[M7] codec.encode answers ${what}: send() throws, and queues nothing`, async () => {
    const unhandled = unhandledRejections()
    const codec = { encode: answer as never, decode: String }
    const { socket } = await at<string, string>('waiting', { codec })
    const send = (): unknown => socket.send('x')
    expect(send).toThrow(TypeError)
    expect(send).toThrow('`codec.encode`')
    expect(send).toThrow(saysSo)
    expect(socket.queue.length).toBe(0)
    expect(await unhandled()).toEqual([])
  })

  test(`[M7] codec.encode answers ${what} in a handshake: the attempt fails`, async () => {
    const unhandled = unhandledRejections()
    const options: SteadySocketOptions = {
      codec: { encode: answer as never, decode: String },
      handshake: ({ send }) => send('token'),
    }
    const { Fake, record } = scripted(options)
    await settle()
    Fake.last.accept()
    await settle()
    expect(record.of('error')).toMatchObject([
      { code: 'HANDSHAKE_FAILED', cause: { message: expect.stringMatching(saysSo) } },
    ])
    expect(Fake.last.sent).toEqual([])
    expect(await unhandled()).toEqual([])
  })
})
