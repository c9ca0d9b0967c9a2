/** The laboratory: one socket under glass, and buttons to make its life hard. */

import { type State, SteadySocket } from 'steadysocket'
import { showBadge } from '../badge.ts'
import { create, find, sizeOf } from '../page.ts'
import { addChart, milliseconds, moveCharts } from './charts.ts'
import { Load } from './load.ts'
import { showFilter, write } from './log.ts'
import type { Door } from './misbehaviour.ts'
import { isOn, readOptions, setField, showFields, writeCode } from './options.ts'
import { place } from './place.ts'
import { Samples, Timeline } from './record.ts'
import { drawTimeline, stateColour } from './timeline.ts'

const { misbehaviour } = place

// ------------------------------------------------------------------------------------------------ the socket

const timeline = new Timeline()
let socket: SteadySocket
let load: Load
let undoBadge = () => {}

/** Makes a socket with the options of the form in the place of the one there was. */
function makeSocket(): void {
  const problem = find('output', 'problem')
  let next: SteadySocket
  try {
    next = new SteadySocket(place.url, { ...readOptions(), WebSocket: place.WebSocket })
    problem.textContent = ''
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error)
    return
  }
  socket?.[Symbol.dispose]()
  undoBadge()
  socket = next
  load = new Load(socket)
  undoBadge = showBadge(socket)
  socket.subscribe(showState)
  socket.on('state', (state, previous) => write('state', `${previous.name} → ${state.name}`))
  socket.on('open', ({ attempt, reconnected, downtime }) => {
    write(
      'open',
      reconnected
        ? `again, after ${seconds(downtime)}${attempt ? `, by try ${attempt}` : ''}`
        : 'for the first time',
    )
  })
  socket.on('message', (text) => write('message', describe(text)))
  socket.on('binary', (data) => write('binary', describe(data)))
  socket.on('close', ({ code, reason, wasClean, phase, willRetry, unsentBytes }) => {
    const words = [`code ${code}`, reason, wasClean ? 'clean' : 'not clean', `in phase ${phase}`]
    if (unsentBytes > 0) words.push(`${sizeOf(unsentBytes)} unsent`)
    write('close', [...words, willRetry ? 'will retry' : 'is the end'].filter(Boolean).join(', '))
  })
  socket.on('retry', ({ attempt, delay }) => write('retry', `${attempt} in ${seconds(delay)}`))
  socket.on('error', ({ code, message }) => write('error', `${code}: ${message}`))
  socket.on('drop', ({ data, reason }) => write('drop', `${reason}: ${describe(data)}`))
  socket.on('drain', () => write('drain', 'nothing waits any more'))
  showBinaryType()
}

function describe(data: string | Blob | ArrayBufferLike | ArrayBufferView): string {
  if (typeof data === 'string') return data.length > 80 ? `${data.slice(0, 80)}… (${data.length})` : data
  if (ArrayBuffer.isView(data)) return `${data.byteLength} bytes`
  return data instanceof Blob ? `Blob of ${data.size} bytes` : `ArrayBuffer of ${data.byteLength} bytes`
}

function seconds(ms: number): string {
  return ms === Infinity ? 'when the page is back' : `${(ms / 1000).toFixed(1)} s`
}

// ---------------------------------------------------------------------------------------------- what one sees

const words = find('output', 'state')
const swatch = find('span', 'swatch')
const toggle = find('button', 'toggle')

function showState(state: State): void {
  timeline.moveTo(state, Date.now())
  words.textContent = describeState(state)
  swatch.style.background = `var(${stateColour(state.name)})`
  toggle.textContent = isOff(state) ? 'Connect' : 'Close'
}

function isOff({ name }: State): boolean {
  return name === 'idle' || name === 'closing' || name === 'closed'
}

function describeState(state: State): string {
  switch (state.name) {
    case 'connecting':
      return state.attempt === 0 ? 'connecting' : `connecting, try ${state.attempt}`
    case 'waiting':
      return `waiting ${seconds(state.delay)} for try ${state.attempt}`
    case 'closed':
      return `closed (${state.cause})`
    default:
      return state.name
  }
}

const outgoing = new Samples(2)
const throughput = new Samples(2)
const trips = new Samples(1)
addChart('chart-queue', outgoing, [
  { label: 'in the queue', colour: '--accent', filled: true },
  { label: 'in the browser', colour: '--busy', filled: true },
])
addChart('chart-throughput', throughput, [
  { label: 'out', colour: '--accent' },
  { label: 'in', colour: '--good' },
])
addChart('chart-trip', trips, [{ label: 'from ping to pong', colour: '--good' }], {
  words: milliseconds,
  least: 10,
})

const numbers = find('dl', 'numbers')
const figures = new Map<string, HTMLElement>()
let before = { at: Date.now(), bytesIn: 0, bytesOut: 0 }

function showFigure(name: string, value: string): void {
  let figure = figures.get(name)
  if (!figure) {
    figure = create('dd')
    figures.set(name, figure)
    const pair = create('div')
    pair.append(create('dt', name), figure)
    numbers.append(pair)
  }
  if (figure.textContent !== value) figure.textContent = value
}

/** Ten times a second: what no event tells. */
function look(): void {
  const now = Date.now()
  const { stats, queue, bufferedAmount } = socket
  const span = Math.max(1, now - before.at) / 1000
  const inBrowser = bufferedAmount - queue.bytes
  outgoing.add(now, queue.bytes, inBrowser)
  throughput.add(
    now,
    Math.max(0, stats.bytesOut - before.bytesOut) / span,
    Math.max(0, stats.bytesIn - before.bytesIn) / span,
  )
  trips.add(now, socket.state.name === 'open' ? (stats.roundTrip ?? null) : null)
  before = { at: now, bytesIn: stats.bytesIn, bytesOut: stats.bytesOut }
  showFigure('connections', `${stats.connections} of ${stats.attempts} tries`)
  showFigure('messages out', `${stats.messagesOut} · ${sizeOf(stats.bytesOut)}`)
  showFigure('messages in', `${stats.messagesIn} · ${sizeOf(stats.bytesIn)}`)
  showFigure('in the queue', `${queue.length} · ${sizeOf(queue.bytes)}`)
  showFigure('in the browser', sizeOf(inBrowser))
  showFigure('sent again', String(stats.requeued))
  showFigure('dropped', String(stats.dropped))
  showFigure('round trip', stats.roundTrip === undefined ? '–' : milliseconds(stats.roundTrip))
  load.show()
  drawTimeline(timeline, now)
  moveCharts(now)
}

// ------------------------------------------------------------------------------------------------ what one does

/** Has the server misbehave, if it can be asked. */
function ask(misbehave: () => Promise<void>): void {
  misbehave().catch((error) => write('error', `The server does not know: ${error.message}`))
}

function onClick(id: string, run: () => unknown): void {
  find('button', id).addEventListener('click', run)
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-do]')) {
  const name = button.dataset['do'] as 'drop' | 'reset' | 'restart' | 'halfOpen'
  button.addEventListener('click', () => ask(misbehaviour[name]))
}

const stall = find('button', 'stall')
stall.addEventListener('click', () => {
  const on = stall.ariaPressed !== 'true'
  stall.ariaPressed = String(on)
  ask(() => misbehaviour.stall(on))
})

const door = find('select', 'door')
door.addEventListener('change', () => ask(() => misbehaviour.door(door.value as Door)))
const rate = find('select', 'rate')
rate.addEventListener('change', () => ask(() => misbehaviour.rate(Number(rate.value))))
onClick('speak-text', () => ask(() => misbehaviour.speak({ binary: false, bytes: 64, count: 1 })))
onClick('speak-bytes', () => ask(() => misbehaviour.speak({ binary: true, bytes: 1024, count: 1 })))
onClick('speak-much', () => ask(() => misbehaviour.speak({ binary: false, bytes: 4096, count: 200 })))

toggle.addEventListener('click', () => {
  if (isOff(socket.state)) socket.connect()
  else socket.close(1000, 'The button was pressed')
})
onClick('reconnect', () => socket.reconnect())
onClick('say', () => load.say())
onClick('flood', () => load.flood())
onClick('upload', () => load.send())
onClick('clear', () => write('drop', `${socket.queue.clear().length} messages taken out of the queue`))

const binaryType = find('button', 'binary-type')
binaryType.addEventListener('click', () => {
  socket.binaryType = socket.binaryType === 'blob' ? 'arraybuffer' : 'blob'
  setField('binaryType', socket.binaryType)
  showBinaryType()
  showCode()
})

function showBinaryType(): void {
  binaryType.textContent = `Bytes come as ${socket.binaryType === 'blob' ? 'Blob' : 'ArrayBuffer'}`
}

const heartbeat = find('button', 'heartbeat')
heartbeat.addEventListener('click', () => {
  setField('heartbeat', isOn('heartbeat') ? 'off' : 'on')
  showCode()
  makeSocket()
})

// ------------------------------------------------------------------------------------------------- the options

const form = find('form', 'options')
const code = find('code', 'code')

function showCode(): void {
  code.textContent = writeCode()
  heartbeat.ariaPressed = String(isOn('heartbeat'))
}

form.addEventListener('input', showCode)
form.addEventListener('reset', () => setTimeout(showCode))
form.addEventListener('submit', (event) => {
  event.preventDefault()
  makeSocket()
})
onClick('copy', async () => {
  const copy = find('button', 'copy')
  try {
    await navigator.clipboard.writeText(code.textContent ?? '')
    copy.textContent = 'Copied'
  } catch {
    // Where the page may not (over plain http): select it, so that a key does it.
    getSelection()?.selectAllChildren(code)
    copy.textContent = 'Selected'
  }
  setTimeout(() => {
    copy.textContent = 'Copy'
  }, 2_000)
})

showFilter()
showFields()
showCode()
makeSocket()
look()
setInterval(look, 100)
