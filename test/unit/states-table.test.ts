/** The table of docs/states.md, row by row: what each method does in each state, asked of the class itself. */
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { at, recordOf, type Stage, type Staged } from '../support/scripted.ts'
import { settle, test } from './fixture.ts'

/** The columns: the stages of an attempt are one state. */
const columns: Record<string, readonly Stage[]> = {
  idle: ['idle'],
  connecting: ['provider', 'connecting', 'handshake'],
  open: ['open'],
  waiting: ['waiting'],
  closing: ['closing'],
  closed: ['closed'],
}

const lines = readFileSync('docs/states.md', 'utf8').split('\n')
const [header = [], ...rows] = lines
  .slice(lines.findIndex((line) => line.startsWith('| method |')))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )

test('[R9] the table of docs/states.md has a column for every state', () => {
  expect(header.slice(1)).toEqual(Object.keys(columns).map((name) => `\`${name}\``))
})

/** Asks at every stage, and expects the row of the table. */
function asks(id: string, method: string, probe: (stage: Stage) => Promise<string>): void {
  test(`${id} ${method}, as docs/states.md says`, async () => {
    const name = `\`${method}\``
    const found = [name]
    for (const stages of Object.values(columns)) {
      const answers = new Set<string>()
      for (const stage of stages) answers.add(await probe(stage))
      found.push([...answers].join(' or '))
    }
    expect(found).toEqual(rows.find(([first]) => first === name))
  })
}

/** What a call brings about, up to the answer of the server if it is asked to close. */
async function moves({ socket, Fake }: Staged, call: () => void): Promise<string> {
  const record = recordOf(socket)
  call()
  await settle()
  if (record.states.at(-1) === 'closing') Fake.last.serverClose()
  const path = record.states.map((name) => `→ \`${name}\``).join(' ')
  return [path || '–', ...(record.of('close').length > 0 ? ['`close` event'] : [])].join(', ')
}

async function outcome(promise: Promise<void>): Promise<string> {
  const result = Promise.race([
    promise.then(
      () => 'resolves',
      ({ code }) => `rejects \`${code}\``,
    ),
    settle().then(() => 'waits'),
  ])
  promise.catch(() => {})
  return result
}

/** At that stage, with a message that has not left: it waits, or the browser has it. */
async function loaded(stage: Stage): Promise<Staged> {
  const before = stage === 'closing' ? 'open' : stage === 'closed' ? 'waiting' : stage
  const rig = await at(before, { fake: { buffering: true }, queue: { highWaterMark: 1 } })
  if (before === 'open') rig.socket.send('in the browser')
  rig.socket.send('waits')
  if (stage === 'closing' || stage === 'closed') rig.socket.close()
  await settle()
  return rig
}

asks('[S2]', 'send()', async (stage) => {
  const { socket } = await at(stage)
  return `\`'${socket.send('x')}'\``
})

asks('[L1]', 'connect()', async (stage) => {
  const rig = await at(stage)
  return moves(rig, () => rig.socket.connect())
})

asks('[R9]', 'reconnect()', async (stage) => {
  const rig = await at(stage)
  return moves(rig, () => rig.socket.reconnect())
})

asks('[L5]', 'close()', async (stage) => {
  const rig = await at(stage)
  return moves(rig, () => rig.socket.close())
})

asks('[L5]', 'opened()', async (stage) => outcome((await at(stage)).socket.opened()))

asks('[S10]', 'drained()', async (stage) => outcome((await loaded(stage)).socket.drained()))

asks('[L5]', 'queue.clear()', async (stage) => {
  const { socket } = await loaded(stage)
  const given = socket.queue.clear()
  expect(socket.queue.length).toBe(0)
  return given.length > 0 ? 'gives what waits' : 'gives `[]`'
})

asks('[M5]', 'binaryType =', async (stage) => {
  const { socket, Fake, answer } = await at(stage)
  answer('ws://test/')
  await settle()
  const present = socket.url === '' ? undefined : Fake.last
  socket.binaryType = 'arraybuffer'
  if (present) expect(present.binaryType).toBe('arraybuffer')
  socket.reconnect()
  await settle()
  answer('ws://test/')
  await settle()
  expect(Fake.last).not.toBe(present)
  expect(Fake.last.binaryType).toBe('arraybuffer')
  return present ? 'at once' : 'for the next connection'
})

test('[S10] drained() with nothing on its way resolves in every state', async () => {
  const found: string[] = []
  for (const stage of Object.values(columns).flat())
    found.push(await outcome((await at(stage)).socket.drained()))
  expect(new Set(found)).toEqual(new Set(['resolves']))
})
