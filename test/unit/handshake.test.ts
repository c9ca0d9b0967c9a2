/** The application's first words on a new connection, before anybody else may speak. */
import { describe, expect, vi } from 'vitest'
import { type HandshakeConnection, json, type SteadySocketOptions } from '../../src/index.ts'
import { Collected } from '../support/collect.ts'
import { at, type Script, type Staged, scripted } from '../support/scripted.ts'
import { unhandledRejections } from '../support/unhandled-rejections.ts'
import { pass, settle, test } from './fixture.ts'

type Handshake = NonNullable<SteadySocketOptions['handshake']>

const accepting = { onCreate: (native: { accept(): void }) => queueMicrotask(() => native.accept()) }

/** A socket whose native socket has just opened. */
async function shaking(handshake: Handshake, script: Script<string, string> = {}) {
  const rig = scripted({ handshake, ...script })
  await settle()
  rig.Fake.last.accept()
  return rig
}

describe('when it runs', () => {
  test('[R8] before open; the socket is connecting until it is done', async () => {
    const { socket, record, agree } = await at('handshake')
    expect(record.order).toEqual(['state connecting'])
    expect(socket.readyState).toBe(0)
    agree()
    await settle()
    expect(record.order).toEqual(['state connecting', 'state open', 'open'])
  })

  test.for<[string, Handshake]>([
    ['nothing', () => {}],
    ['a value', () => 42],
    ['false', () => false],
  ])('[R8] one that gives %s at once opens in the turn of the native event', async ([, handshake]) => {
    const { record } = await shaking(handshake)
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test('[R8] on every new connection, by whatever route', async () => {
    const handshake = vi.fn()
    const { socket, Fake } = scripted({ handshake, fake: accepting })
    await settle()
    Fake.last.serverClose(1011)
    await pass(1_500)
    socket.reconnect()
    await settle()
    socket.close()
    Fake.last.serverClose(1000)
    socket.connect()
    await settle()
    expect(Fake.instances).toHaveLength(4)
    expect(handshake).toHaveBeenCalledTimes(4)
    expect(new Set(handshake.mock.calls.map(([connection]) => connection)).size).toBe(4)
  })

  test('[R8] never on an attempt that does not open', async () => {
    const handshake = vi.fn()
    const { Fake } = scripted({ handshake })
    await settle()
    Fake.last.fail()
    await settle()
    expect(handshake).not.toHaveBeenCalled()
  })
})

describe('send', () => {
  test('[R8] the backlog waits until it is done, and what listeners of open send goes first', async () => {
    const { socket, Fake, agree } = await at('handshake')
    socket.send('backlog')
    socket.on('open', () => socket.send('from a listener'))
    await settle()
    expect(Fake.last.sent).toEqual([])
    agree()
    await settle()
    expect(Fake.last.sent).toEqual(['from a listener', 'backlog'])
  })

  test('[R8] speaks before all others, however late it speaks', async () => {
    const rig = scripted({
      handshake: async ({ send, receive }) => {
        send('token')
        await receive()
        send('thanks')
      },
    })
    rig.socket.send('backlog 1')
    await settle()
    rig.Fake.last.accept()
    rig.socket.send('backlog 2')
    expect(rig.Fake.last.sent).toEqual(['token'])
    rig.Fake.last.receive('welcome')
    await settle()
    expect(rig.Fake.last.sent).toEqual(['token', 'thanks', 'backlog 1', 'backlog 2'])
  })

  test('[R8] is encoded by the codec, and binary data is not', async () => {
    const bytes = Uint8Array.of(1, 2, 3)
    const { Fake } = scripted<{ ok: boolean }, { token: string }>({
      codec: json(),
      handshake: ({ send }) => {
        send({ token: 'a' })
        send(bytes)
      },
    })
    await settle()
    Fake.last.accept()
    expect(Fake.last.sent).toEqual(['{"token":"a"}', bytes])
  })

  test('[R8] what the codec throws fails the attempt, unless the handshake catches it', async () => {
    const codec = json<unknown, unknown>()
    const failing = scripted({ codec, handshake: ({ send }) => send(undefined) })
    await settle()
    failing.Fake.last.accept()
    expect(failing.record.of('error')).toMatchObject([
      { code: 'HANDSHAKE_FAILED', cause: expect.any(TypeError) },
    ])
  })
})

test('[R8] what it says when the server is closing, or when it is over, is refused in a sentence', async () => {
  let kept: HandshakeConnection<string, string> | undefined
  const rig = await shaking((connection) => {
    kept = connection
    return new Promise<void>(() => {})
  })
  const { send, receive } = kept as HandshakeConnection<string, string>
  rig.Fake.last.readyState = rig.Fake.CLOSING
  const closing = { code: 'CLOSED', message: 'The connection is closing' }
  expect(() => send('token')).toThrow(expect.objectContaining(closing))
  rig.Fake.last.receive('unread')
  rig.Fake.last.serverClose()
  const over = { code: 'CLOSED', message: 'The handshake is over' }
  expect(() => send('token')).toThrow(expect.objectContaining(over))
  await expect(receive()).rejects.toMatchObject(over)
})

describe('receive', () => {
  test('[R8] gives the next message, one for each call, and they are not emitted', async () => {
    const got: unknown[] = []
    const { Fake, record } = await shaking(async ({ receive }) => {
      got.push(await receive())
      got.push(...(await Promise.all([receive(), receive()])))
    })
    Fake.last.receive('a')
    await settle()
    expect(got).toEqual(['a'])
    Fake.last.receive('b')
    Fake.last.receive('c')
    await settle()
    expect(got).toEqual(['a', 'b', 'c'])
    expect(record.order).toEqual(['state connecting', 'state open', 'open'])
  })

  test('[R8] gives what came before it was asked', async () => {
    let ask = (): void => {}
    const got: unknown[] = []
    const { Fake, record } = await shaking(async ({ receive }) => {
      await new Promise<void>((resolve) => (ask = resolve))
      got.push(await receive(), await receive())
    })
    Fake.last.receive('a')
    Fake.last.receive('b')
    Fake.last.receive('c')
    ask()
    await settle()
    expect(got).toEqual(['a', 'b'])
    expect(record.of('message')).toEqual(['c'])
  })

  test('[R8] gives messages as decoded, and binary frames as they are', async () => {
    const got: unknown[] = []
    const { Fake } = scripted<{ id: number }>({
      codec: json<{ id: number }, string>(),
      binaryType: 'arraybuffer',
      handshake: async ({ receive }) => got.push(await receive(), await receive()),
    })
    await settle()
    Fake.last.accept()
    Fake.last.receive('{"id":1}')
    Fake.last.receive(Uint8Array.of(1, 2))
    await settle()
    expect(got).toEqual([{ id: 1 }, Uint8Array.of(1, 2).buffer])
  })

  test('[R8] a frame that makes no sense is an error event, and the next message is given', async () => {
    const got: unknown[] = []
    const { Fake, record } = scripted<{ id: number }>({
      codec: json<{ id: number }, string>(),
      handshake: async ({ receive }) => got.push(await receive()),
    })
    await settle()
    Fake.last.accept()
    Fake.last.receive('{')
    Fake.last.receive('{"id":1}')
    await settle()
    expect(record.of('error')).toMatchObject([{ code: 'DECODE_FAILED', data: '{' }])
    expect(got).toEqual([{ id: 1 }])
    expect(record.states).toEqual(['connecting', 'open'])
  })

  test('[R8] messages nobody asked for are emitted after open, in order, binary among them', async () => {
    const { Fake, record, agree, socket } = await at('handshake', { binaryType: 'arraybuffer' })
    const heard = new Collected<unknown>()
    socket.on('open', () => heard.push('open'))
    socket.on('message', heard.push)
    socket.on('binary', heard.push)
    Fake.last.receive('a')
    Fake.last.receive(Uint8Array.of(1))
    Fake.last.receive('b')
    await settle()
    expect(heard.all).toEqual([])
    agree()
    await heard.next()
    Fake.last.receive('c')
    expect(await heard.take(4)).toEqual(['a', Uint8Array.of(1).buffer, 'b', 'c'])
    expect(record.order).toEqual([
      'state connecting',
      'state open',
      'open',
      'message',
      'binary',
      'message',
      'message',
    ])
  })

  test('[R8] what a lost handshake had received is not emitted on the next connection', async () => {
    const { Fake, record } = await at('handshake')
    Fake.last.receive('from the old server')
    Fake.last.serverClose(1011)
    await pass(60_000)
    expect(record.of('message')).toEqual([])
  })

  test('[R8] who still asks when the handshake is over gets a rejection, at once', async () => {
    let connection: HandshakeConnection<string, string> | undefined
    const { Fake } = await shaking((given) => {
      connection = given
    })
    await expect(connection?.receive()).rejects.toMatchObject({ code: 'CLOSED' })
    Fake.last.receive('a')
    await expect(connection?.receive()).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('[R8] who asks when the connection is lost gets a rejection, however many they are', async () => {
    let asked: Promise<unknown>[] = []
    const { Fake } = await shaking(({ receive }) => {
      asked = [receive(), receive()]
      return new Promise<void>(() => {})
    })
    Fake.last.serverClose(1011)
    for (const each of asked) await expect(each).rejects.toMatchObject({ code: 'CLOSED' })
  })

  test('[R8] 10,000 messages may be unread; one more, and the attempt fails', async () => {
    const { socket, Fake, record } = await at('handshake')
    for (let count = 0; count < 10_000; count++) Fake.last.receive('spam')
    expect(socket.state.name).toBe('connecting')
    Fake.last.receive('spam')
    expect(record.of('error')).toMatchObject([
      { code: 'HANDSHAKE_FAILED', message: 'More than 10000 unread messages' },
    ])
    expect(record.of('close')).toMatchObject([{ phase: 'handshake', willRetry: true }])
    expect(Fake.last.closeCalls).toMatchObject([{ reason: 'handshake' }])
  })
})

describe('failure', () => {
  const boom = new Error('wrong password')

  test.for<[string, Handshake]>([
    [
      'throws',
      () => {
        throw boom
      },
    ],
    ['rejects', () => Promise.reject(boom)],
    [
      'rejects later',
      async ({ receive }) => {
        await receive()
        throw boom
      },
    ],
  ])('[R8] one that %s fails the attempt with its error', async ([, handshake]) => {
    const { Fake, record } = await shaking(handshake)
    Fake.last.receive('no')
    await settle()
    expect(record.order).toEqual(['state connecting', 'state waiting', 'error', 'close', 'retry'])
    expect(record.of('error')).toMatchObject([{ code: 'HANDSHAKE_FAILED', cause: boom }])
    expect(record.of('close')).toMatchObject([
      { opened: false, phase: 'handshake', willRetry: true, error: { cause: boom } },
    ])
    expect(Fake.last.closeCalls).toEqual([{ code: expect.any(Number), reason: '' }])
  })

  test('[R8] is backed off from, and exhausts maxAttempts', async () => {
    const handshake = vi.fn(() => Promise.reject(boom))
    const { socket, record } = scripted({ handshake, fake: accepting, reconnect: { maxAttempts: 2 } })
    await pass(60_000)
    expect(record.of('retry').map(({ delay }) => delay)).toEqual([1_500, 4_500])
    expect(handshake).toHaveBeenCalledTimes(3)
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'exhausted' })
  })

  test('[R8] keeps what waits for the connection whose handshake succeeds', async () => {
    const handshake = vi.fn<Handshake>(({ send }) => send('token')).mockRejectedValueOnce(boom)
    const { socket, Fake } = scripted({ handshake, fake: accepting })
    socket.send('a')
    await pass(1_500)
    expect(Fake.instances.map(({ sent }) => sent)).toEqual([[], ['token', 'a']])
  })

  test('[R8] a server that closes during the handshake fails the attempt, its code kept', async () => {
    const { Fake, record } = await at('handshake')
    Fake.last.serverClose(4001, 'bad token')
    expect(record.states).toEqual(['connecting', 'waiting'])
    expect(record.of('close')).toMatchObject([
      { code: 4001, reason: 'bad token', phase: 'handshake', opened: false },
    ])
  })

  test('[R8] a server that refuses during the handshake is not tried again', async () => {
    const { socket, Fake } = await at('handshake')
    Fake.last.serverClose(3000)
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'refused' })
  })

  test('[R8] connectTimeout covers it, and what it does afterwards changes nothing', async () => {
    const { Fake, record, agree } = await at('handshake')
    await pass(5_000)
    expect(record.of('close')).toMatchObject([{ phase: 'handshake', error: { code: 'CONNECT_TIMEOUT' } }])
    agree()
    await settle()
    expect(record.states).toEqual(['connecting', 'waiting'])
    expect(Fake.instances).toHaveLength(1)
  })
})

describe('the end of its connection', () => {
  const endings: [string, (rig: Staged) => unknown][] = [
    ['close()', ({ socket }) => socket.close()],
    ['reconnect()', ({ socket }) => socket.reconnect()],
    ['a lost connection', ({ Fake }) => Fake.last.serverClose(1011)],
    ['the limit', () => pass(5_000)],
  ]

  test.for(endings)('[R8] %s aborts its signal, and its late failure is ignored', async ([, end]) => {
    const unhandled = unhandledRejections()
    let given: HandshakeConnection<string, string> | undefined
    let fail = (_: Error): void => {}
    const handshake: Handshake = (connection) => {
      given = connection
      return new Promise((_, reject) => (fail = reject))
    }
    const rig = await at('connecting', { handshake })
    rig.Fake.last.accept()
    expect(given?.signal.aborted).toBe(false)
    await end(rig)
    await settle()
    expect(given?.signal.aborted).toBe(true)
    const told = [...rig.record.order]
    fail(new Error('too late'))
    await settle()
    expect(rig.record.order).toEqual(told)
    expect(await unhandled()).toEqual([])
  })

  test('[R8] its signal lives as long as the connection', async () => {
    let signal: AbortSignal | undefined
    const { Fake } = await shaking((connection) => {
      ;({ signal } = connection)
    })
    await pass(60_000)
    expect(signal?.aborted).toBe(false)
    Fake.last.serverClose(1011)
    expect(signal?.aborted).toBe(true)
  })

  test('[R8] send on a connection that is over reaches no native socket', async () => {
    let given: HandshakeConnection<string, string> | undefined
    const rig = await at('connecting', {
      handshake: (connection) => {
        given = connection
        return new Promise(() => {})
      },
    })
    rig.Fake.last.accept()
    rig.socket.reconnect()
    await settle()
    try {
      given?.send('too late')
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
    expect(rig.Fake.instances.map(({ sent, bufferedAmount }) => [sent, bufferedAmount])).toEqual([
      [[], 0],
      [[], 0],
    ])
  })

  test('[R8] what the codec of a message closes refuses the message', async () => {
    let refused: unknown
    const rig: Staged = await at('connecting', {
      codec: {
        encode(message: string) {
          rig.socket.close()
          return message
        },
        decode: String,
      },
      handshake({ send }) {
        try {
          send('login')
        } catch (error) {
          refused = error
        }
      },
    })
    rig.Fake.last.accept()
    expect(refused).toMatchObject({ code: 'CLOSED' })
    expect(rig.Fake.last.sent).toEqual([])
  })

  test('[R8] it may close the socket itself', async () => {
    const rig: Staged = await at('connecting', { handshake: () => rig.socket.close() })
    rig.Fake.last.accept()
    await settle()
    expect(rig.record.states).toEqual(['connecting', 'closing', 'closed'])
    expect(rig.record.of('close')).toMatchObject([{ opened: false, willRetry: false }])
    expect(rig.Fake.last.closeCalls).toHaveLength(1)
  })

  test('[R8] it may start the socket anew itself', async () => {
    let handshakes = 0
    const rig: Staged = await at('connecting', {
      handshake: () => {
        if (handshakes++ === 0) rig.socket.reconnect()
      },
    })
    rig.Fake.last.accept()
    await settle()
    rig.Fake.last.accept()
    expect(rig.record.states).toEqual(['connecting', 'connecting', 'open'])
    expect(rig.Fake.instances).toHaveLength(2)
  })

  test('[R8] a message it asked for and does not await yet is no unhandled rejection', async () => {
    const unhandled = unhandledRejections()
    const { Fake } = await at('connecting', {
      handshake: async ({ receive }) => {
        const answer = receive()
        await new Promise(() => {})
        await answer
      },
    })
    Fake.last.accept()
    await settle()
    Fake.last.serverClose(1011)
    expect(await unhandled()).toEqual([])
  })

  test('[R8] it opens nothing that the server is closing already', async () => {
    const { Fake, record, agree } = await at('handshake')
    Fake.last.readyState = Fake.CLOSING
    agree()
    await settle()
    Fake.last.serverClose(1011)
    expect(record.of('open')).toEqual([])
    expect(record.of('close')).toMatchObject([{ code: 1011, opened: false, phase: 'handshake' }])
  })
})
