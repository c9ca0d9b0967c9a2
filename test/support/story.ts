/** All that one socket has told, and whether it makes sense as a whole. */
import type { CloseInfo, RetryInfo, State, SteadySocketEvents } from '../../src/index.ts'

type Name = keyof SteadySocketEvents
export type Entry = { [Each in Name]: readonly [Each, ...SteadySocketEvents[Each]] }[Name]

/** Fails with a sentence. */
export function must(holds: boolean, sentence: string | (() => string)): asserts holds {
  if (!holds) throw new Error(typeof sentence === 'string' ? sentence : sentence())
}

/** Where a state can lead: the drawing in the documentation of `State`. */
const ways: Record<State['name'], readonly State['name'][]> = {
  idle: ['connecting', 'waiting', 'closing'],
  connecting: ['open', 'waiting', 'closing', 'closed', 'connecting'],
  open: ['waiting', 'connecting', 'closing', 'closed'],
  waiting: ['connecting', 'waiting', 'closing'],
  closing: ['closed'],
  closed: ['connecting', 'waiting'],
}

const isUnderWay = (name: State['name']): boolean => name === 'connecting' || name === 'open'

/** Whether by this move a connection or an attempt ends, or `close()` is done: then there is one `close` event. */
function ends(from: State['name'], to: State['name']): boolean {
  return (
    (isUnderWay(from) && (to === 'waiting' || to === 'connecting' || to === 'closed')) || from === 'closing'
  )
}

/** Checks a story from construction to the end of a closing. */
export function checkStory(entries: readonly Entry[]): void {
  let state: State = { name: 'idle' }
  let wasOpen = false
  for (const [move, told] of chapters(entries)) {
    if (move) {
      const [, next, previous] = move
      must(
        previous === state || previous.name === 'idle',
        `state told ${previous.name} as the one before, it was ${state.name}`,
      )
      must(ways[state.name].includes(next.name), `went from ${state.name} to ${next.name}`)
    }
    const next: State = move ? move[1] : state
    const closes = told.flatMap((entry) => (entry[0] === 'close' ? [entry[1]] : []))
    const retries = told.flatMap((entry) => (entry[0] === 'retry' ? [entry[1]] : []))
    const opens = told.flatMap((entry) => (entry[0] === 'open' ? [entry[1]] : []))
    const path = `${state.name} → ${next.name}`
    must(
      closes.length === (move && ends(state.name, next.name) ? 1 : 0),
      `${closes.length} close events at ${path}`,
    )
    must(opens.length === (next.name === 'open' && move ? 1 : 0), `${opens.length} open events at ${path}`)
    // A wait that is endless, while the page is away, is none for a retry.
    const waits = next.name === 'waiting' && next.delay < Infinity && isUnderWay(state.name)
    must(retries.length === (waits && move ? 1 : 0), `${retries.length} retry events at ${path}`)
    for (const close of closes) checkClose(close, next, wasOpen)
    for (const retry of retries) checkRetry(retry, next, told)
    if (next.name !== 'closing') wasOpen = next.name === 'open'
    state = next
  }
  must(state.name === 'closed', `the story ends ${state.name}`)
}

function checkClose(close: CloseInfo, { name, ...state }: State, wasOpen: boolean): void {
  const goesOn = name === 'waiting' || name === 'connecting'
  must(close.willRetry === goesOn, `close.willRetry is ${close.willRetry}, and the state ${name}`)
  must(close.opened === wasOpen, `close.opened is ${close.opened}, wrongly`)
  must(!wasOpen || !attemptFailed(close), `an open connection ended by ${close.error?.code}`)
  if ('close' in state) must(state.close === close, `the state ${name} holds another close than the one told`)
}

function attemptFailed({ error }: CloseInfo): boolean {
  return error !== undefined && error.code !== 'HEARTBEAT_TIMEOUT'
}

function checkRetry(retry: RetryInfo, state: State, told: readonly Entry[]): void {
  must(
    state.name === 'waiting' && state.attempt === retry.attempt,
    'retry tells another attempt than the state',
  )
  must(state.delay === retry.delay && state.at === retry.at, 'retry tells another time than the state')
  must(state.close === retry.close, 'retry tells another close than the state')
  const order = told.map(([name]) => name).filter((name) => name === 'close' || name === 'retry')
  must(order.join() === 'close,retry', `told ${order.join()}`)
}

type Move = Extract<Entry, readonly ['state', ...unknown[]]>

/** Cut at every change of state: the change, and what was told until the next one. */
function* chapters(entries: readonly Entry[]): Generator<[Move | undefined, Entry[]]> {
  let move: Move | undefined
  let told: Entry[] = []
  for (const entry of entries) {
    if (entry[0] === 'state') {
      yield [move, told]
      move = entry
      told = []
    } else {
      told.push(entry)
    }
  }
  yield [move, told]
}

/** The story in a line. */
export function tell(entries: readonly Entry[]): string {
  return entries
    .map((entry) => {
      if (entry[0] === 'state') return entry[1].name.toUpperCase()
      if (entry[0] === 'close') return `close(${entry[1].code}${entry[1].willRetry ? ', willRetry' : ''})`
      return entry[0]
    })
    .join(' · ')
}
