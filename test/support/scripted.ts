/** A socket on a scripted WebSocket, with a record of what it tells, and short ways to every stage of its life. */
import { onTestFinished, vi } from 'vitest'
import {
  type CodecOptions,
  type State,
  SteadySocket,
  type SteadySocketEvents,
  type SteadySocketOptions,
  type UrlProvider,
} from '../../src/index.ts'
import {
  createFakeWebSocket,
  type FakeWebSocket,
  type FakeWebSocketClass,
  type FakeWebSocketOptions,
} from './fake-websocket.ts'

type Events<In> = SteadySocketEvents<In>

export interface Scripted<In = string, Out = string> {
  socket: SteadySocket<In, Out>
  Fake: FakeWebSocketClass
  record: EventRecord<In>
}

/** What a socket has told, in order. */
export interface EventRecord<In = string> {
  /** Names of events; a change of state as `state open`. */
  readonly order: string[]
  readonly states: State['name'][]
  /** The first argument of each event of that name. */
  of<Name extends keyof Events<In>>(name: Name): Events<In>[Name][0][]
}

export interface Script<In, Out> extends SteadySocketOptions<In, Out> {
  url?: UrlProvider
  fake?: FakeWebSocketOptions
}

/** Without `drain`: to listen for that costs timers. */
const recorded = ['state', 'open', 'message', 'binary', 'error', 'close', 'retry', 'drop'] as const

/** Builds a socket that is given up when the test ends. */
export function scripted<In = string, Out = string>({
  url = 'ws://test/',
  fake,
  ...options
}: Script<In, Out> = {}): Scripted<In, Out> {
  const Fake = createFakeWebSocket(fake)
  // Without a codec, In and Out are string.
  const socket = new SteadySocket(url, { WebSocket: Fake, ...options } as CodecOptions<In, Out>)
  onTestFinished(() => {
    socket.removeAllListeners()
    socket.close()
    for (const native of [...Fake.instances, ...builtBy(options.WebSocket)])
      if (native.readyState !== native.CLOSED) native.serverClose()
  })
  return { socket, Fake, record: recordOf(socket) }
}

/** What is not closed goes on in the time of the next test. */
function builtBy(given: unknown): readonly FakeWebSocket[] {
  return (given as FakeWebSocketClass | undefined)?.instances ?? []
}

export function recordOf<In, Out>(socket: SteadySocket<In, Out>): EventRecord<In> {
  const entries: { name: keyof Events<In>; first: unknown }[] = []
  const order: string[] = []
  const states: State['name'][] = []
  const hear = (name: keyof Events<In>, first: unknown): void => {
    entries.push({ name, first })
    if (name === 'state') states.push((first as State).name)
    order.push(name === 'state' ? `state ${(first as State).name}` : name)
  }
  for (const name of recorded) {
    socket.on(name, ((first: unknown) => hear(name, first)) as never)
  }
  return {
    order,
    states,
    of: (name) => entries.filter((each) => each.name === name).map((each) => each.first) as never,
  }
}

/** Everything a native socket can still do after it was given up. */
export function haunt(native: FakeWebSocket): void {
  native.dispatchEvent(new Event('open'))
  native.receive('late')
  native.receive(Uint8Array.of(1))
  native.dispatchEvent(new Event('error'))
  native.fail()
  native.serverClose(4000, 'late')
}

/** Everywhere a socket can be; `provider`, `connecting` and `handshake` are the state `connecting`. */
export const stages = [
  'idle',
  'provider',
  'connecting',
  'handshake',
  'open',
  'waiting',
  'closing',
  'closed',
] as const
export type Stage = (typeof stages)[number]

/** Those with something under way or to come. */
export const liveStages = ['provider', 'connecting', 'handshake', 'open', 'waiting'] as const

export interface Staged<In = string, Out = string> extends Scripted<In, Out> {
  /** Answers the `url` function, at the stage `provider`. */
  answer: (url: string) => void
  /** Ends the handshake, at that stage. */
  agree: () => void
}

/** A socket at that stage; at `waiting` the native socket has failed, at `closing` it has not yet answered. */
export async function at<In = string, Out = string>(
  stage: Stage,
  script: Script<In, Out> = {},
): Promise<Staged<In, Out>> {
  let answer: (url: string) => void = () => {}
  let agree: () => void = () => {}
  const rig = scripted<In, Out>({
    ...script,
    ...(stage === 'idle' && { autoConnect: false }),
    ...(stage === 'provider' && { url: () => new Promise<string>((resolve) => (answer = resolve)) }),
    ...(stage === 'handshake' && { handshake: () => new Promise<void>((resolve) => (agree = resolve)) }),
  })
  const { socket, Fake } = rig
  await vi.advanceTimersByTimeAsync(0)
  if (stage === 'handshake' || stage === 'open' || stage === 'closing' || stage === 'closed')
    Fake.last.accept()
  if (stage === 'waiting') Fake.last.fail()
  if (stage === 'closing' || stage === 'closed') socket.close()
  if (stage === 'closed') Fake.last.serverClose()
  return { ...rig, answer: (url) => answer(url), agree: () => agree() }
}
