/** Situations in the life of a WebSocket, each a script that can be played on any class and its server, and leaves a log. */

/** The server of a situation: a part of what the test server can. */
export interface Counterpart {
  url(path: string): string
  broadcast(message: string | readonly number[]): Promise<unknown>
  closeAll(code?: number, reason?: string): Promise<unknown>
  terminateAll(): Promise<unknown>
  /** Ends the connections by a reset. */
  reset(): Promise<unknown>
  /** Nothing arrives any more, either way. */
  stall(): Promise<unknown>
  /** Leaves unanswered whoever wants to connect. */
  hold(on: boolean): Promise<unknown>
  down(): Promise<unknown>
  rate(bytesPerSecond: number | undefined): Promise<unknown>
  /** Resolves when so many upgrades were asked for, or so many messages have come. */
  until(progress: { upgrades?: number; messages?: number }): Promise<unknown>
  /** What has come on all connections: text, and of binary data its size. */
  heard(): Promise<(string | number)[]>
}

const types = ['open', 'message', 'error', 'close'] as const

const KiB = 1024
const MiB = 1024 * KiB

/** One class, its server, and what has happened. */
export class Scene {
  readonly log: unknown[] = []
  readonly server: Counterpart
  readonly Class: typeof WebSocket
  private readonly heard: string[] = []
  private readonly waiting: Array<() => void> = []
  private readonly sockets: WebSocket[] = []

  constructor(Class: typeof WebSocket, server: Counterpart) {
    this.Class = Class
    this.server = server
  }

  /** Builds a socket whose every event is logged, with the state in which it finds the socket. */
  connect(path: string, protocols?: string | string[]): WebSocket {
    const socket = new this.Class(this.server.url(path), protocols)
    this.sockets.push(socket)
    for (const type of types) {
      socket.addEventListener(type, (event) => {
        this.log.push([type, ...stateOf(socket), ...argumentsOf(event)])
        this.heard.push(type)
        for (const look of this.waiting.splice(0)) look()
      })
    }
    return socket
  }

  /** Resolves at the next event of that type that was not waited for yet. */
  async event(type: (typeof types)[number]): Promise<void> {
    while (!this.heard.includes(type)) await new Promise<void>((look) => this.waiting.push(look))
    this.heard.splice(this.heard.indexOf(type), 1)
  }

  note(...what: unknown[]): void {
    this.log.push(what)
  }

  /** Notes the state. */
  look(socket: WebSocket, what: string): void {
    this.log.push([what, ...stateOf(socket)])
  }

  /** Notes what is thrown, or that nothing is. */
  attempt(what: string, run: () => unknown): void {
    try {
      run()
      this.log.push([what, 'done'])
    } catch (error) {
      const { name } = error as Error
      this.log.push([what, name, error instanceof DOMException ? 'DOMException' : 'Error'])
    }
  }

  /** Waits until it is so. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await pause(5)
  }

  end(): void {
    for (const socket of this.sockets) socket.close()
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds))
}

function stateOf(socket: WebSocket): unknown[] {
  const { readyState, bufferedAmount, protocol } = socket
  // How much a real network takes is another matter.
  return [readyState, bufferedAmount > MiB ? 'much' : bufferedAmount, protocol]
}

function argumentsOf(event: Event): unknown[] {
  const kind = Object.prototype.toString.call(event)
  if (event instanceof MessageEvent) {
    const { data } = event
    const isOurs = event.origin === new URL((event.target as WebSocket).url).origin
    return [kind, isOurs, typeof data === 'string' ? data : `${data} ${data.byteLength ?? data.size}`]
  }
  if (event.type !== 'close') return [kind]
  const { code, reason, wasClean } = event as CloseEvent
  return [kind, code, reason, wasClean]
}

function flood(socket: WebSocket, count = 32): void {
  for (let left = count; left > 0; left--) socket.send('.'.repeat(MiB))
}

type Situation = (scene: Scene) => Promise<void>

export const situations: Record<string, Situation> = {
  'says something, hears the echo, closes': async (scene) => {
    const socket = scene.connect('/echo', ['one', 'two'])
    scene.look(socket, 'built')
    await scene.event('open')
    socket.send('häh?')
    scene.look(socket, 'sent')
    await Promise.resolve()
    scene.look(socket, 'a microtask later')
    await scene.event('message')
    socket.send(Uint8Array.of(1, 2, 3))
    await scene.event('message')
    socket.binaryType = 'arraybuffer'
    socket.send(Uint8Array.of(1, 2, 3).subarray(1))
    await scene.event('message')
    socket.close(4001, 'Feierabend – tschüß')
    scene.look(socket, 'closing')
    socket.close(4002)
    await scene.event('close')
    socket.close(4003)
  },
  'closes without a code': async (scene) => {
    const socket = scene.connect('/echo')
    await scene.event('open')
    socket.close()
    await scene.event('close')
  },
  'closes with a reason alone, which Chromium refuses': async (scene) => {
    const socket = scene.connect('/echo')
    await scene.event('open')
    socket.close(undefined, 'why')
    await scene.event('close')
  },
  'the server closes with a code': async (scene) => {
    scene.connect('/echo')
    await scene.event('open')
    await scene.server.closeAll(4401, 'wer da?')
    await scene.event('close')
  },
  ...Object.fromEntries(
    [1000, 1001, 1008, 1011, 1012, 1013, 1014, 3000, 4999].map((code) => [
      `the server closes with ${code}`,
      async (scene: Scene) => {
        scene.connect('/echo')
        await scene.event('open')
        await scene.server.closeAll(code, 'so it is')
        await scene.event('close')
      },
    ]),
  ),
  'the server closes without a code': async (scene) => {
    scene.connect('/echo')
    await scene.event('open')
    await scene.server.closeAll()
    await scene.event('close')
  },
  'the server sends and closes at once': async (scene) => {
    scene.connect('/echo')
    await scene.event('open')
    await Promise.all([scene.server.broadcast('last'), scene.server.closeAll(4000)])
    await scene.event('close')
  },
  'the connection is reset': async (scene) => {
    scene.connect('/echo')
    await scene.event('open')
    await scene.server.reset()
    await scene.event('close')
  },
  'the connection is reset while closing': async (scene) => {
    const socket = scene.connect('/echo')
    await scene.event('open')
    await scene.server.stall()
    socket.close(4000)
    await scene.server.reset()
    await scene.event('close')
  },
  'the server is not there': async (scene) => {
    await scene.server.down()
    scene.connect('/echo')
    await scene.event('close')
  },
  'the upgrade is refused': async (scene) => {
    scene.connect('/reject')
    await scene.event('close')
  },
  'gives up an upgrade that hangs': async (scene) => {
    const socket = scene.connect('/hang')
    await scene.server.until({ upgrades: 1 })
    scene.look(socket, 'hanging')
    socket.close(4000, 'changed my mind')
    scene.look(socket, 'given up')
    await scene.event('close')
    scene.look(socket, 'closed')
  },
  'gives up at once': async (scene) => {
    const socket = scene.connect('/echo')
    socket.close()
    scene.look(socket, 'given up')
    await scene.event('close')
  },
  'the subprotocol is chosen': async (scene) => {
    scene.connect('/protocols?pick=two', ['one', 'two'])
    await scene.event('open')
  },
  'no subprotocol is chosen': async (scene) => {
    const socket = scene.connect('/protocols', ['one', 'two'])
    await Promise.race([scene.event('open'), scene.event('close')])
    socket.close()
  },
  'a subprotocol is chosen that was not offered': async (scene) => {
    scene.connect('/protocols?pick=three', ['one', 'two'])
    await scene.event('close')
  },
  'sends at the wrong time': async (scene) => {
    const socket = scene.connect('/echo')
    scene.attempt('too early', () => socket.send('early'))
    scene.look(socket, 'after that')
    await scene.event('open')
    socket.close(1000)
    for (const size of [0, 1, 125, 126, 65_535, 65_536]) {
      scene.attempt('too late', () => socket.send('.'.repeat(size)))
      scene.look(socket, `${size} more while closing`)
    }
    socket.send(new Blob(['blob']))
    scene.look(socket, 'and a Blob')
    await scene.event('close')
    socket.send('€')
    scene.look(socket, 'after the close')
  },
  'counts bytes': async (scene) => {
    const socket = scene.connect('/sink')
    await scene.event('open')
    const kinds: unknown[] = ['', '1', 'é', '€', '𝄞', '\ud834', 5, null, undefined, {}, [1, 2], true]
    kinds.push(
      new ArrayBuffer(3),
      new DataView(new ArrayBuffer(3), 1),
      new Float64Array(2),
      new Blob(['blob']),
    )
    kinds.push(new File(['file'], 'name'))
    for (const kind of kinds) {
      socket.send(kind as string)
      scene.look(socket, `${kind}`)
    }
    scene.attempt('nothing', () => (socket.send as () => void)())
    scene.attempt('a symbol', () => socket.send(Symbol('no') as never))
    await scene.server.until({ messages: kinds.length })
    await scene.until(() => socket.bufferedAmount === 0)
    scene.note(...(await scene.server.heard()))
  },
  'sends Blobs among text': async (scene) => {
    const socket = scene.connect('/sink')
    await scene.event('open')
    socket.send(new Blob(['.'.repeat(100_000)]))
    socket.send('after the first')
    socket.send(new Blob(['..', '.']))
    socket.send(Uint8Array.of(1))
    socket.send('last')
    scene.look(socket, 'sent')
    await scene.server.until({ messages: 5 })
    scene.note(...(await scene.server.heard()))
  },
  'what is sent is what it was': async (scene) => {
    const socket = scene.connect('/echo')
    socket.binaryType = 'arraybuffer'
    await scene.event('open')
    const bytes = new TextEncoder().encode('0')
    const answer = new Promise((resolve) => {
      socket.onmessage = ({ data }) => resolve(new Uint8Array(data)[0])
    })
    socket.send(bytes)
    bytes[0] = 0
    scene.note(await answer)
  },
  'a message comes while closing': async (scene) => {
    const socket = scene.connect('/echo')
    await scene.event('open')
    socket.send('one')
    socket.send('two')
    socket.close(1000)
    await scene.event('close')
  },
  'closes in the handler of a message': async (scene) => {
    const socket = scene.connect('/mixed?count=3')
    socket.onmessage = () => socket.close(4000)
    await scene.event('close')
  },
  'a reset while the server does not read': async (scene) => {
    const socket = scene.connect('/deaf')
    await scene.event('open')
    flood(socket)
    scene.look(socket, 'sent')
    await pause(300)
    scene.note('stuck', socket.bufferedAmount > 0)
    await scene.server.reset()
    await scene.event('close')
  },
  'one large message to a server that reads slowly': async (scene) => {
    const socket = scene.connect('/sink')
    await scene.event('open')
    await scene.server.rate(16 * MiB)
    socket.send('.'.repeat(16 * MiB))
    const total = socket.bufferedAmount
    let leavesInPieces = false
    await scene.until(() => {
      const { bufferedAmount } = socket
      leavesInPieces ||= bufferedAmount > 0 && bufferedAmount < total
      return bufferedAmount === 0
    })
    scene.note('leaves in pieces', leavesInPieces)
  },
  'closes while the server reads slowly': async (scene) => {
    const socket = scene.connect('/sink')
    await scene.event('open')
    await scene.server.rate(8 * MiB)
    flood(socket, 16)
    const total = socket.bufferedAmount
    socket.close(4000)
    scene.look(socket, 'closing')
    await scene.until(() => socket.bufferedAmount < total)
    scene.note('has begun to fall', socket.readyState)
    await scene.event('close')
    scene.look(socket, 'closed')
  },
  'the server closes and does not read': async (scene) => {
    const socket = scene.connect('/deaf')
    await scene.event('open')
    await scene.server.closeAll(4401, 'enough')
    await pause(1_000)
    scene.look(socket, 'a second later')
    await scene.event('close')
  },
  'the server closes while it reads slowly': async (scene) => {
    const socket = scene.connect('/sink')
    await scene.event('open')
    await scene.server.rate(16 * MiB)
    flood(socket)
    await scene.server.until({ messages: 1 })
    await scene.server.closeAll(4401, 'enough')
    await scene.event('close')
    scene.look(socket, 'closed')
  },
  'nobody answers its close frame, for which WebKit waits 5 s': async (scene) => {
    const socket = scene.connect('/silent')
    await scene.event('open')
    socket.close(4000)
    await scene.event('close')
  },
  'goes half-open': async (scene) => {
    const socket = scene.connect('/echo')
    await scene.event('open')
    await scene.server.stall()
    socket.send('anybody there?')
    await scene.until(() => socket.bufferedAmount === 0)
    await pause(100)
    scene.look(socket, 'silence')
    await scene.server.reset()
    await scene.event('close')
  },
}

/** What needs no server: arguments and properties. */
export const checks: Record<string, (Class: typeof WebSocket, url: string, scene: Scene) => void> = {
  'the arguments of the constructor': (Class, url, scene) => {
    const build =
      (...args: unknown[]) =>
      () =>
        new (Class as new (...args: unknown[]) => WebSocket)(...args).close()
    scene.attempt('nothing', build())
    for (const bad of ['ftp://test/', `${url}#part`, 'ws://', 'http://[', undefined, null, 5, {}, '/path'])
      scene.attempt(`${bad}`, build(bad))
    scene.attempt('a URL', build(new URL(url)))
    scene.attempt('like text', build({ toString: () => url }))
    scene.attempt('a symbol', build(Symbol('no')))
    for (const bad of [
      '',
      'a b',
      'a,b',
      'é',
      ['a', 'a'],
      ['a', 'A'],
      [''],
      [],
      null,
      undefined,
      5,
      {},
      new Set(['a']),
    ])
      scene.attempt(`protocols ${JSON.stringify(bad)}`, build(url, bad))
    scene.attempt('no new', () => (Class as unknown as (url: string) => void)(url))
  },
  'the arguments of close': (Class, url, scene) => {
    const socket = new Class(url)
    const codes: unknown[] = [0, 999, 1001, 1005, 1006, 2999, 5000, 65536 + 1000, -1, 'no', null, NaN, 3e9]
    for (const code of codes) scene.attempt(`${code}`, () => socket.close(code as number))
    scene.attempt('too long', () => socket.close(1000, 'é'.repeat(62)))
    scene.attempt('both', () => socket.close(1001, 'é'.repeat(62)))
    scene.look(socket, 'nothing has changed')
    scene.attempt('long', () => socket.close(1000, `${'é'.repeat(61)}.`))
    scene.look(socket, 'closing')
    scene.attempt('wrong while closing', () => socket.close(1001))
    scene.attempt('right while closing', () => socket.close('4000' as never))
  },
  'the arguments of close, in Firefox as the standard says': (Class, url, scene) => {
    const socket = new Class(url)
    scene.attempt('too long a reason, alone', () => socket.close(undefined, 'é'.repeat(62)))
    scene.attempt('a fraction', () => socket.close(999.7))
    scene.look(socket, 'closing')
  },
  'its shape': (Class, url, scene) => {
    const socket = new Class(url)
    scene.note(Class.name, Class.CONNECTING, Class.OPEN, Class.CLOSING, Class.CLOSED)
    scene.note(socket.CONNECTING, socket.OPEN, socket.CLOSING, socket.CLOSED)
    scene.note(Object.prototype.toString.call(socket), socket instanceof Class, socket instanceof EventTarget)
    const { protocol, extensions, binaryType, onopen, onmessage, onerror, onclose } = socket
    scene.note(protocol, extensions, binaryType, onopen, onmessage, onerror, onclose, socket.url === url)
    socket.binaryType = 'nonsense' as never
    scene.note(socket.binaryType)
    socket.onopen = 5 as never
    scene.note(socket.onopen)
    const { WebSocket: _, ...others } = { WebSocket: Class }
    scene.note(Object.keys(others).length, Object.keys(Class.prototype).sort().join())
    socket.close()
  },
  'its handlers': (Class, url, scene) => {
    const socket = new Class(url)
    socket.onclose = () => scene.note('replaced')
    socket.addEventListener('close', () => scene.note('listener'))
    socket.onclose = function (event) {
      scene.note('handler', this === socket, event.target === socket, event.bubbles, event.cancelable)
    }
    const message = new MessageEvent('message', { data: 1 })
    socket.onmessage = (event) => scene.note(event === message)
    socket.dispatchEvent(message)
    socket.onmessage = null
    socket.dispatchEvent(message)
    socket.close()
  },
}
