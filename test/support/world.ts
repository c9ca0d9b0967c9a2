/** One socket and all that can happen to it, for chance to play with; and what must hold whatever happens. */
import { setImmediate as realTask } from 'node:timers/promises'
import { vi } from 'vitest'
import {
  type Codec,
  type DropInfo,
  type SendOptions,
  SteadySocket,
  type SteadySocketOptions,
  type WaitOptions,
} from '../../src/index.ts'
import { createFakeWebSocket, type FakeWebSocket, type FakeWebSocketClass } from './fake-websocket.ts'
import { page, watchPageListeners } from './page.ts'
import { checkStory, type Entry, must, tell } from './story.ts'

/** How the socket is set up, where not by default. */
export interface Circumstances {
  url?: 'function' | 'promise'
  protocols?: 'function' | 'promise'
  handshake?: 'speaks' | 'listens' | 'promise'
  reconnect?: 'never' | 'once' | 'at once' | 'asks'
  queue?: 'off' | 'short' | 'narrow' | 'no resend' | 'one resend'
  connectTimeout?: 'short' | 'none'
  closeTimeout?: 'none'
  heartbeat?: true
  wake?: false
  hiddenTimeout?: true
  autoConnect?: false
  /** Until it is activated. */
  prerendered?: true
  /** What is sent stays in the native buffer until it is told to leave. */
  slowLink?: true
  /** As of some fakes. */
  bufferedAmount?: 'missing'
}

const events = ['state', 'open', 'message', 'binary', 'error', 'close', 'retry', 'drop', 'drain'] as const

/** Where code of the application's runs: listeners and functions given as options. */
export const places = [
  ...events,
  ...(['abort', 'url', 'protocols', 'handshake', 'shouldReconnect', 'encode', 'decode'] as const),
  ...(['ping', 'isPong', 'subscriber', 'WebSocket', 'native send', 'native close'] as const),
] as const
export type Place = (typeof places)[number]

/** What it may do there: call a method, throw, or build a native socket that is closed already. */
export const pranks = [
  'connect',
  'reconnect',
  'close',
  'restart',
  'dispose',
  'send',
  'abort',
  'throw',
  'stillborn',
] as const
export type Prank = (typeof pranks)[number]

/**
 * What becomes of a message. `waiting`: it is in the queue, or in a call of `send()`. `stuck`: a connection was lost with it,
 * and it may be back in the queue.
 */
type Fate = 'waiting' | 'stuck' | 'sent' | 'dropped' | 'cleared' | 'replaced'

/** What a promise of the application's waits for. */
interface Question {
  /** Aborted when nobody wants the answer any more. */
  signal: AbortSignal
  settled: boolean
  settle: (answer: Answer) => void
}

export type Answer = 'right' | 'wrong' | 'rejection'

/** A promise of the socket's. */
interface Wait {
  what: 'opened' | 'drained'
  options: WaitOptions
  settled: boolean
}

const codec: Codec<string, string> = {
  encode: (message) => message,
  decode: (frame) => {
    if (frame === 'nonsense') throw new Error('nonsense')
    return frame
  },
}

const size = (data: unknown): number => String(data).length

/** A MessageChannel of which each message is one real task. */
class TaskChannel {
  readonly port2: { onmessage?: () => void; close(): void } = {
    close: () => {
      delete this.port2.onmessage
    },
  }
  readonly port1 = { postMessage: () => void realTask().then(() => this.port2.onmessage?.()) }
}

/** The page's listeners, and what was reported, for all worlds of a test file. */
export class Earth {
  readonly pageListeners = watchPageListeners()
  reported = 0
  /** Ms for which the machine slept: both clocks have gone on, and no timer has. */
  private slept = 0

  constructor() {
    vi.useFakeTimers()
    const now = performance.now.bind(performance)
    vi.spyOn(performance, 'now').mockImplementation(() => now() + this.slept)
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    vi.stubGlobal('reportError', () => {
      this.reported += 1
    })
    // Its messages come by the real clock, as these do, in a task that a check awaits.
    vi.stubGlobal('MessageChannel', TaskChannel)
  }

  sleep(milliseconds: number): void {
    this.slept += milliseconds
    this.setClock(milliseconds)
  }

  setClock(milliseconds: number): void {
    vi.setSystemTime(Date.now() + milliseconds)
  }
}

export class World {
  readonly Fake: FakeWebSocketClass
  readonly socket: SteadySocket
  readonly entries: Entry[] = []
  readonly questions: Question[] = []
  readonly handshakes: Question[] = []
  readonly earth: Earth
  private readonly circumstances: Circumstances
  private readonly ambushes: { place: Place; prank: Prank }[] = []
  private readonly waits: Wait[] = []
  private readonly controller = new AbortController()
  private withdrawing = new AbortController()
  private shouldReport = 0
  /** Where the page is: between `pagehide` and `pageshow`, frozen, not yet activated. */
  private isCached = false
  private isFrozen = false
  private isPrerendered = false
  /** It was told to go and that it did not come from the cache: the next sign starts what waits. */
  private isStranded = false
  private messages = 0
  /** Messages handed to a native socket and not given back, oldest first: all those without a key, and those with. */
  private readonly handedOver: Record<string, number[]> = { m: [], k: [] }
  private readonly fates = new Map<string, Fate>()
  /** What can be withdrawn or has been. */
  private withdrawable: string[] = []
  private readonly withdrawn = new Set<string>()
  private broken: string | undefined

  constructor(earth: Earth, circumstances: Circumstances) {
    this.earth = earth
    this.circumstances = circumstances
    earth.reported = 0
    if (circumstances.prerendered) {
      this.isPrerendered = true
      page.turnHidden()
      page.prerender()
    }
    this.Fake = createFakeWebSocket({
      buffering: circumstances.slowLink ?? false,
      onCreate: (native) => this.built(native),
    })
    this.socket = new SteadySocket(this.url, this.options)
    const emit = this.socket.emit
    this.socket.emit = ((...entry: unknown[]) => {
      this.entries.push(entry as unknown as Entry)
      if (entry[0] === 'drop') this.decide(String((entry[1] as DropInfo).data), 'dropped')
      this.note(() => this.checkAlways())
      return emit.apply(this.socket, entry as never)
    }) as never
    for (const event of events) this.socket.on(event, () => this.spring(event))
    this.socket.subscribe(() => this.spring('subscriber'))
  }

  get attached(): FakeWebSocket | undefined {
    return this.Fake.instances.find(isAttached)
  }

  get superseded(): FakeWebSocket[] {
    return this.Fake.instances.filter((native) => !isAttached(native))
  }

  get aborted(): boolean {
    return this.controller.signal.aborted
  }

  // What chance may do

  send(options?: SendOptions): void {
    this.sendNamed(options?.key ? 'k' : 'm', options)
  }

  clearQueue(): void {
    for (const data of this.socket.queue.clear()) this.decide(String(data), 'cleared')
  }

  wait(what: Wait['what'], options: WaitOptions = {}): void {
    const wait: Wait = { what, options, settled: false }
    const settle = (): void => {
      wait.settled = true
    }
    this.waits.push(wait)
    this.socket[what](options).then(settle, settle)
  }

  /** Until what can be withdrawn is. */
  waitWithSignal(what: Wait['what']): void {
    this.wait(what, { signal: this.withdrawing.signal })
  }

  sendWithdrawable(count: number): void {
    for (let left = count; left > 0; left--) {
      this.withdrawable.push(`m${this.messages + 1}`)
      this.send({ signal: this.withdrawing.signal })
    }
  }

  /** All at once. */
  withdraw(): void {
    for (const message of this.withdrawable.splice(0)) this.withdrawn.add(message)
    this.withdrawing.abort()
    this.withdrawing = new AbortController()
  }

  reconnect(code?: number, reason?: string): void {
    const { attempts } = this.socket.stats
    this.socket.reconnect(code, reason)
    // One that was closed has not heard of the page's return; it waits until the page is seen.
    const attempted = this.socket.stats.attempts > attempts || this.pageIsAway || this.isStranded
    this.note(() => must(attempted || this.aborted, 'reconnect() led to no attempt'))
  }

  hidePage(): void {
    this.isCached = true
    this.isStranded = false
    page.leave()
  }

  /** Brought back from the cache after a while, it is what the user looks at. */
  async returnPage(): Promise<void> {
    await this.stayAway()
    this.showPage()
  }

  showPage(): void {
    this.activatePage()
    this.isCached = this.isFrozen = this.isStranded = false
    page.resume()
    page.turnVisible()
    page.show()
  }

  /** As at its first load; a browser that says so later has not had it in the cache. */
  loadPage(): void {
    this.isStranded ||= this.isCached
    this.isCached = false
    page.show(false)
  }

  async turnVisible(): Promise<void> {
    await this.stayAway()
    this.activatePage()
    this.isFrozen = false
    page.turnVisible()
  }

  /** Only what is hidden is frozen. */
  freezePage(): void {
    if (document.visibilityState === 'visible') page.turnHidden()
    this.isFrozen = true
    page.freeze()
  }

  async resumePage(): Promise<void> {
    await this.stayAway()
    this.isFrozen = false
    page.resume()
  }

  activatePage(): void {
    if (!this.isPrerendered) return
    this.isPrerendered = false
    page.activate()
    page.turnVisible()
  }

  abort(): void {
    this.controller.abort()
  }

  /** The next time the application's code runs there, it does that. */
  ambush(place: Place, prank: Prank): void {
    this.ambushes.push({ place, prank })
  }

  /** What is waited for comes, and all is well. */
  async goOn(): Promise<void> {
    const { socket, attached } = this
    const question = [...this.questions, ...this.handshakes].find(isOpenQuestion)
    if (question) question.settle('right')
    else if (attached?.readyState === 0) attached.accept()
    else if (attached?.readyState === 1 && socket.state.name === 'connecting') attached.receive('welcome')
    else if (attached && attached.readyState >= 1 && socket.state.name === 'closing')
      this.lose(attached, { error: false })
    else if (socket.state.name === 'waiting') await this.advance(Math.min(socket.state.delay, 60_000))
    else socket.connect()
  }

  async goOnUntilOpen(): Promise<void> {
    for (let steps = 0; steps < 8 && this.socket.state.name !== 'open'; steps++) {
      await this.goOn()
      await realTask()
    }
  }

  /** The native socket ends by a close event; what is left in its buffer was never delivered. */
  lose(native: FakeWebSocket, how: Parameters<FakeWebSocket['fail']>[0]): void {
    this.giveBack(native, how)
    native.fail(how)
  }

  async advance(milliseconds: number): Promise<void> {
    const dead = this.attached?.readyState === 3 ? this.attached : undefined
    let over = false
    setTimeout(() => {
      over = true
    }, milliseconds)
    for (let timers = 0; !over; timers++) {
      must(timers < 100_000, 'timers without end')
      vi.advanceTimersToNextTimer()
      await realTask()
    }
    this.note(() =>
      must(!dead || !isAttached(dead) || milliseconds === 0, 'holds on to a closed native socket'),
    )
  }

  // What must hold

  /** After each step: at once, and when promises have settled. */
  async check(): Promise<void> {
    this.note(() => this.checkAlways())
    await realTask()
    this.note(() => {
      this.checkAlways()
      this.checkAtRest()
    })
    if (this.broken !== undefined) throw new Error(`${this.broken}\nStory: ${tell(this.entries)}`)
  }

  /** Closes it for good, tries to raise it from the dead, and starts it once more. */
  async end(): Promise<void> {
    const { socket, Fake, entries } = this
    this.ambushes.length = 0
    this.showPage()
    await this.check()
    socket.close()
    await this.check()
    // Twice the limit, since a machine that sleeps has more time.
    await this.advance(10_200)
    await this.check()
    this.note(() => must(socket.state.name === 'closed', () => `after close(): ${socket.state.name}`))
    const told = entries.length
    const built = Fake.instances.length
    await this.provoke()
    await this.check()
    this.note(() => must(entries.length === told, 'told something after the end'))
    this.note(() => must(Fake.instances.length === built, 'built a native socket after the end'))
    this.reconnect()
    this.note(() => must(this.aborted || socket.state.name === 'connecting', 'reconnect() does not connect'))
    await this.check()
    socket.close()
    await this.check()
    this.note(() => checkStory(entries))
    await this.check()
  }

  /** Leaves nothing to the next world, whatever was wrong with this one. */
  destroy(): void {
    this.ambushes.length = 0
    this.socket.removeAllListeners()
    this.socket.close()
    for (const native of this.Fake.instances) native.fail()
    this.showPage()
    vi.clearAllTimers()
    vi.clearAllMocks()
  }

  private async provoke(): Promise<void> {
    for (const { settle } of [...this.questions, ...this.handshakes]) settle('right')
    this.hidePage()
    this.freezePage()
    this.showPage()
    page.turnVisible()
    page.online()
    page.resume()
    for (const native of this.Fake.instances) {
      native.dispatchEvent(new Event('open'))
      native.receive('late')
      native.fail()
    }
    await this.advance(3_600_000)
  }

  /** Where a page goes, it stays for a while. */
  private async stayAway(): Promise<void> {
    if (this.isCached || this.isFrozen || this.isPrerendered) await this.advance(2_000)
  }

  /** Whether a socket that hears of the page may put off everything until a sign that it is back. */
  private get pageIsAway(): boolean {
    const { wake, hiddenTimeout } = this.circumstances
    if (wake === false) return false
    const isHidden = document.visibilityState === 'hidden'
    return this.isCached || this.isFrozen || this.isPrerendered || (hiddenTimeout === true && isHidden)
  }

  /** Whether the page is hidden and there is a limit to that. */
  private get isHiding(): boolean {
    const { wake, hiddenTimeout } = this.circumstances
    return hiddenTimeout === true && wake !== false && document.visibilityState === 'hidden'
  }

  /** Notes the first thing that is wrong; it may be found inside a listener, where throwing would go unseen. */
  private note(look: () => void): void {
    try {
      look()
    } catch (error) {
      this.broken ??= (error as Error).message
    }
  }

  /** Holds at any moment, also inside a listener. */
  private checkAlways(): void {
    const { socket, Fake } = this
    const { state } = socket
    const { name } = state
    const numbers = { idle: 3, connecting: 0, open: 1, waiting: 0, closing: 2, closed: 3 }
    must(socket.readyState === numbers[name], `readyState is ${socket.readyState} while ${name}`)
    must(Fake.instances.filter(isAttached).length <= 1, 'two native sockets are attached')
    const may = name === 'connecting' || name === 'open' || name === 'closing'
    must(may || !this.attached, `a native socket is attached while ${name}`)
    const { reconnect } = this.circumstances
    const most = reconnect === 'never' ? 0 : reconnect === 'once' ? 1 : Infinity
    const retries = name === 'waiting' && state.delay < Infinity ? state.attempt : 0
    must(retries <= most, `waits for retry ${retries} of ${most}`)
    for (const native of this.superseded) {
      must(native.listenerCount() <= 1, 'a superseded native socket has more than one listener')
      must(
        native.listenerCount() === native.listenerCount('error'),
        'a superseded native socket is listened to',
      )
    }
  }

  /** Holds whenever promises have settled. */
  private checkAtRest(): void {
    const { socket, attached, superseded, earth } = this
    const { state } = socket
    const { name } = state
    const waits = this.waits.filter(({ settled }) => !settled)
    const timers = vi.getTimerCount() - waits.filter(({ options }) => options.timeout !== undefined).length
    const asked = new Set(this.questions.filter(isOpenQuestion).map(({ signal }) => signal)).size
    // The page's own, which ends only what is open, or puts off what waits.
    const hiding = this.isHiding ? 1 : 0
    const pending = `${attached ? 1 : 0} native sockets, ${asked} providers, ${timers} timers while ${name}`
    switch (name) {
      case 'idle':
      case 'closed':
        must(!attached && asked === 0 && timers === 0, pending)
        break
      case 'waiting':
        must(!attached && asked === 0, pending)
        if (state.delay === Infinity) {
          must(this.pageIsAway || this.isStranded, 'waits for a page that is there')
          must(timers === 0 || this.isStranded, pending)
        } else must(timers === 1 + hiding, pending)
        break
      case 'connecting':
        must((attached ? 1 : 0) + asked === 1, pending)
        must(timers >= (this.circumstances.connectTimeout === 'none' ? 0 : 1) + hiding, pending)
        break
      case 'open':
        must(!!attached && asked === 0 && timers >= hiding, pending)
        break
      case 'closing':
        must(!!attached && asked === 0 && timers >= 1, pending)
        break
      default:
        name satisfies never
    }
    for (const { what, options } of waits) {
      must(!options.signal?.aborted && name !== 'closed', `waits for ${what}() while ${name}`)
      must(what === 'drained' || (name !== 'open' && name !== 'closing'), `waits for ${what}() while ${name}`)
    }
    must(!this.aborted || name === 'closing' || name === 'closed', `${name} though the signal is aborted`)
    const shouldWatch = name === 'connecting' || name === 'open' || name === 'waiting'
    const watching = shouldWatch && this.circumstances.wake !== false
    const listeners = earth.pageListeners.present()
    must(listeners.length === (watching ? 8 : 0), () => `listens to ${listeners.join()} while ${name}`)
    for (const native of superseded) must(native.readyState >= 2, 'a native socket was left behind unclosed')
    const closes = this.entries.filter(([event, info]) => event === 'close' && info.phase !== 'none').length
    const underWay = name === 'connecting' || name === 'open' || name === 'closing' ? 1 : 0
    const { attempts } = socket.stats
    must(attempts === closes + underWay, `${attempts} attempts, ${closes} of them told closed, while ${name}`)
    must(
      earth.reported === this.shouldReport,
      `${this.shouldReport} errors to report, ${earth.reported} reported`,
    )
    this.checkFates()
  }

  /** What has no other fate yet waits in the queue, but what is counted as dropped and about to be told. */
  private checkFates(): void {
    const { untold } = this
    const { queue } = this.socket
    // Of a key only the newest waits; the others it has replaced.
    if (untold === 0)
      for (const older of this.thoseWith('waiting')
        .filter((name) => name.startsWith('k'))
        .slice(0, -1))
        this.decide(older, 'replaced')
    const waiting = this.thoseWith('waiting').length - untold
    const stuck = this.thoseWith('stuck').length
    must(
      waiting <= queue.length && queue.length <= waiting + stuck,
      () =>
        `${queue.length} messages wait, of which ${waiting} are known: ${JSON.stringify([...this.fates])}`,
    )
  }

  private thoseWith(fate: Fate): string[] {
    return [...this.fates].filter((each) => each[1] === fate).map(([name]) => name)
  }

  // The world's own side

  private get url(): ConstructorParameters<typeof SteadySocket>[0] {
    const { url } = this.circumstances
    if (!url) return 'ws://test/'
    return ({ signal }) => {
      this.note(() => must(!signal.aborted, 'asked for the URL of an attempt that is over'))
      signal.addEventListener('abort', () => this.spring('abort'))
      this.spring('url')
      return url === 'promise' ? this.ask(this.questions, signal, 'ws://test/') : 'ws://test/'
    }
  }

  private get options(): SteadySocketOptions<string, string> {
    const { protocols, handshake, reconnect, queue, connectTimeout, closeTimeout } = this.circumstances
    const { heartbeat, wake = true, hiddenTimeout, autoConnect = true } = this.circumstances
    return {
      WebSocket: this.Fake,
      codec: {
        encode: (message) => {
          if (isMessage(message)) this.spring('encode')
          return codec.encode(message)
        },
        decode: (frame) => {
          this.spring('decode')
          return codec.decode(frame)
        },
      },
      signal: this.controller.signal,
      wake,
      autoConnect,
      ...(hiddenTimeout && { hiddenTimeout: 1_000 }),
      ...(protocols && {
        protocols: ({ signal }) => {
          this.spring('protocols')
          return protocols === 'promise' ? this.ask(this.questions, signal, 'chat') : 'chat'
        },
      }),
      ...(handshake && {
        handshake: ({ send, receive, signal }) => {
          this.spring('handshake')
          send('hello')
          if (handshake === 'listens') return receive()
          return handshake === 'promise' ? this.ask(this.handshakes, signal, 'done') : undefined
        },
      }),
      ...(reconnect === 'never' && { reconnect: false }),
      ...(reconnect === 'once' && { reconnect: { maxAttempts: 1 } }),
      ...(reconnect === 'at once' && { reconnect: { baseDelay: 0 } }),
      ...(reconnect === 'asks' && {
        reconnect: {
          shouldReconnect: ({ code }) => {
            this.spring('shouldReconnect')
            return code === 1011 ? 250 : code !== 1008
          },
        },
      }),
      ...(queue === 'off' && { queue: false }),
      ...(queue === 'short' && { queue: { maxMessages: 2, overflow: 'drop-oldest', highWaterMark: 8 } }),
      ...(queue === 'narrow' && { queue: { highWaterMark: 1 } }),
      ...(queue === 'no resend' && { queue: { resendUnsent: false } }),
      ...(queue === 'one resend' && { queue: { resendUnsent: 1 } }),
      ...(connectTimeout && { connectTimeout: connectTimeout === 'none' ? Infinity : 100 }),
      ...(closeTimeout && { closeTimeout: 0 }),
      ...(heartbeat && {
        heartbeat: {
          interval: 1_000,
          timeout: 500,
          message: () => {
            this.spring('ping')
            return 'ping'
          },
          isPong: (message) => {
            this.spring('isPong')
            return message === 'pong'
          },
        },
      }),
    }
  }

  private ask(questions: Question[], signal: AbortSignal, right: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const question: Question = {
        signal,
        settled: false,
        settle: (answer) => {
          question.settled = true
          if (answer === 'rejection') reject(new Error('no answer'))
          else resolve(answer === 'right' ? right : 'neither a URL nor a subprotocol: http://')
        },
      }
      questions.push(question)
    })
  }

  private built(native: FakeWebSocket): void {
    const { send, close } = native
    native.send = (data) => {
      this.note(() => must(native.readyState === 1, 'native send on a socket that is not open'))
      this.spring('native send', ['throw'])
      this.note(() => this.handOver(String(data)))
      send.call(native, data)
      this.spring(
        'native send',
        pranks.filter((prank) => prank !== 'throw'),
      )
    }
    native.close = (code, reason) => {
      close.call(native, code, reason)
      this.spring('native close')
    }
    if (this.circumstances.bufferedAmount === 'missing')
      Object.defineProperty(native, 'bufferedAmount', { get: () => undefined, set: () => {} })
    this.spring('WebSocket')
  }

  private sendNamed(kind: 'm' | 'k' | 'a', options?: SendOptions): void {
    const name = `${kind}${++this.messages}`
    this.fates.set(name, 'waiting')
    try {
      const answer = this.socket.send(name, options)
      this.note(() =>
        must(
          answer !== 'dropped' || this.untold > 0 || this.fates.get(name) === 'dropped',
          `${name}: dropped, it says`,
        ),
      )
    } catch {
      // Thrown from `encode`: nothing is queued.
      this.fates.delete(name)
    }
  }

  /** How many messages are counted as dropped and about to be told. */
  private get untold(): number {
    return this.socket.stats.dropped - this.entries.filter(([event]) => event === 'drop').length
  }

  /** What becomes of a message: one thing, once. */
  private decide(name: string, fate: Fate): void {
    const before = this.fates.get(name)
    this.note(() => must(isOpenFate(before), `message ${name} is ${fate} after it was ${before}`))
    this.fates.set(name, fate)
  }

  /**
   * Messages leave in the order in which they were given, and none twice; those with the key at the place of an older one,
   * but in order among themselves. What is dropped or withdrawn does not leave any more.
   */
  private handOver(data: string): void {
    if (!isMessage(data)) return
    must(!this.withdrawn.has(data), `message ${data} was sent after it was withdrawn`)
    this.decide(data, 'sent')
    const earlier = this.handedOver[data.charAt(0)]
    if (!earlier) return
    const number = Number(data.slice(1))
    const last = earlier.at(-1) ?? 0
    must(number > last, `message ${number} was sent after message ${last}`)
    earlier.push(number)
    // Of a key only the newest waits, and what it has replaced would come out of order.
    if (data.startsWith('k'))
      for (const older of this.thoseWith('waiting').filter((name) => isOlder(name, data)))
        this.decide(older, 'replaced')
  }

  /** Those of which a byte is still in the native buffer may be sent once more, or are told as dropped. */
  private giveBack(native: FakeWebSocket, { close }: Parameters<FakeWebSocket['fail']>[0] = {}): void {
    const { state } = this.socket
    // One that was told to close, or whose loss will be found out later, may have been left before.
    const fate = state.name === 'closing' || close === false ? 'stuck' : 'waiting'
    let stuck = native.bufferedAmount ?? 0
    for (const data of [...native.sent].reverse()) {
      if (stuck <= 0) return
      stuck -= size(data)
      const name = String(data)
      if (this.fates.get(name) !== 'sent') continue
      this.fates.set(name, fate)
      this.handedOver[name.charAt(0)]?.pop()
    }
  }

  /** Carries out what waits there, one at a time. */
  private spring(place: Place, among: readonly Prank[] = pranks): void {
    const index = this.ambushes.findIndex((each) => each.place === place && among.includes(each.prank))
    const [ambush] = index === -1 ? [] : this.ambushes.splice(index, 1)
    if (!ambush) return
    const { socket } = this
    switch (ambush.prank) {
      case 'connect':
        socket.connect()
        break
      case 'reconnect':
        this.reconnect()
        break
      case 'close':
        socket.close()
        break
      case 'restart':
        socket.close()
        socket.connect()
        break
      case 'dispose':
        socket[Symbol.dispose]()
        break
      case 'send':
        this.sendNamed('a')
        break
      case 'abort':
        this.abort()
        break
      case 'stillborn':
        if (place === 'WebSocket') this.Fake.last.readyState = 3
        break
      case 'throw':
        this.throwFrom(place)
        break
      default:
        ambush.prank satisfies never
    }
  }

  private throwFrom(place: Place): void {
    // An abort listener that throws is the platform's to report.
    if (place === 'abort') return
    // Where the constructor throws, there is no native socket.
    if (place === 'WebSocket') this.Fake.last.readyState = 3
    const reporting: readonly Place[] = [...events, 'shouldReconnect', 'ping', 'isPong', 'subscriber']
    if (reporting.includes(place)) this.shouldReport += 1
    throw new Error(`thrown from ${place}`)
  }
}

function isMessage(data: string): boolean {
  return /^[mka]\d/.test(data)
}

function isOlder(name: string, data: string): boolean {
  return name.startsWith('k') && Number(name.slice(1)) < Number(data.slice(1))
}

function isOpenFate(fate: Fate | undefined): boolean {
  return fate === 'waiting' || fate === 'stuck'
}

function isAttached(native: FakeWebSocket): boolean {
  return native.listenerCount('message') > 0
}

function isOpenQuestion({ signal, settled }: Question): boolean {
  return !settled && !signal.aborted
}
