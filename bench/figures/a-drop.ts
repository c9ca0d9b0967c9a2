/** What becomes of ten messages when the connection is lost: what had left, what was stuck, what goes out again. */
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../../test/support/fake-websocket.ts'
import { text } from '../svg.ts'
import { inOwnTime } from './clock.ts'
import { figure } from './look.ts'

const size = 1_000
const count = 9
/** The mark: so many messages are in the browser at first. */
const mark = 6 * size
/** Bytes that leave before the connection is lost. */
const left = 2.5 * size

interface Course {
  /** What the first connection was given, by number, and how many bytes of it had not left. */
  readonly given: readonly number[]
  readonly unsentBytes: number
  readonly waited: number
  readonly requeued: number
  /** What the second was given, in order. */
  readonly again: readonly string[]
}

export async function aDrop(): Promise<{ svg: string; caption: string }> {
  const course = await run()
  const gone = course.given.length - course.requeued
  const caption =
    `${count} messages of ${size / 1_000} kB; a mark of ${mark / 1_000} kB. When the connection is lost, ${left / 1_000} kB have left the ` +
    `browser: messages 1 to ${gone}, and half of the next. \`close.unsentBytes\` is ${course.unsentBytes}, \`stats.requeued\` ` +
    `${course.requeued}. A listener of \`open\` sends “hello”. Run with the class on a scripted link, by \`npm run figures\`.`
  return {
    caption,
    svg: figure({ title: 'A lost connection', description: caption, height: 412, body: draw(course, gone) }),
  }
}

async function run(): Promise<Course> {
  let course: Course | undefined
  await inOwnTime(async (clock) => {
    const Fake = createFakeWebSocket({ buffering: true })
    const socket = new SteadySocket('ws://link/', {
      WebSocket: Fake,
      autoConnect: true,
      queue: { highWaterMark: mark },
    })
    let unsentBytes = 0
    socket.on('close', (close) => {
      unsentBytes ||= close.unsentBytes
    })
    await clock.pass(1)
    Fake.last.accept()
    for (let number = 1; number <= count; number++) socket.send(String(number).padEnd(size))
    Fake.last.drain(left)
    const given = Fake.last.sent.map(Number)
    const waited = socket.queue.length
    Fake.last.lose('chromium')
    socket.on('open', () => socket.send('hello'))
    socket.reconnect()
    await clock.pass(1)
    Fake.last.accept()
    for (let turn = 0; turn < 5; turn++) {
      Fake.last.drain()
      await clock.pass(10)
    }
    const again = Fake.last.sent.map((data) => String(data).trim())
    course = { given, unsentBytes, waited, requeued: socket.stats.requeued, again }
    socket.removeAllListeners()
    socket.close()
    Fake.last.serverClose()
    await clock.pass(100)
  })
  return course as Course
}

const box = 42
const gap = 6
const boxHeight = 38

function draw({ given, waited, again }: Course, gone: number): string[] {
  const kindOf = (number: number): string =>
    number <= gone ? 'gone' : number <= given.length ? 'stuck' : 'waits'
  const all = [...given, ...Array.from({ length: waited }, (_, index) => given.length + index + 1)]
  const part = (left % size) / size
  const first = all.flatMap((number, index) => [
    ...frameBox(index, 46, kindOf(number), String(number)),
    // What of the oldest stuck one had left.
    ...(number === gone + 1 && part > 0
      ? [`<rect class="gone" x="${x(index)}" y="46" width="${box * part}" height="${boxHeight}"/>`]
      : []),
  ])
  const second = again.flatMap((data, index) => {
    const number = Number(data)
    const isFirst = Number.isNaN(number)
    return frameBox(index, 362, isFirst ? 'first' : kindOf(number), isFirst ? 'hello' : data)
  })
  return [
    text(4, 24, 'title', 'The first connection, when it is lost'),
    ...first,
    ...legend(118, 'gone', 'had left the browser: not sent again,', 'since it may have arrived'),
    ...legend(
      166,
      'stuck',
      'stuck in the browser: never arrived whole,',
      'goes back to the head of the queue',
    ),
    ...legend(214, 'waits', 'waited in the queue: stays there'),
    `<path class="arrow" d="M84 246v54"/><path class="head" d="M78 294l6 12 6 -12z"/>`,
    text(102, 266, '', 'close, retry, a new attempt'),
    text(102, 286, 'note', 'what listeners of open send goes first'),
    text(4, 344, 'title', 'The second connection, in this order'),
    ...second,
  ]
}

function x(index: number): number {
  return 4 + index * (box + gap)
}

function frameBox(index: number, y: number, kind: string, label: string): string[] {
  return [
    `<rect class="${kind}" x="${x(index)}" y="${y}" width="${box}" height="${boxHeight}" rx="4"/>`,
    text(x(index) + box / 2, y + 24, 'middle', label),
  ]
}

/** What a colour means, in one or two lines. */
function legend(y: number, kind: string, ...lines: readonly string[]): string[] {
  return [
    `<rect class="${kind}" x="4" y="${y - 14}" width="18" height="18" rx="3"/>`,
    ...lines.map((line, index) => text(32, y + index * 20, index === 0 ? '' : 'note', line)),
  ]
}
