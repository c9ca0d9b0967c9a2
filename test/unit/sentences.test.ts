/** What `error` events say, in words, of attempts that fail and of connections that end. */
import { expect } from 'vitest'
import { at, type Script, type Stage, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const failing = (): never => {
  throw new Error('no idea')
}

const endings: [string, stage: Stage, Script<string, string>, (rig: Staged) => unknown, said: string][] = [
  ['[R5] a url function that throws', 'idle', { url: failing }, connect, 'No URL or subprotocol: no idea'],
  [
    '[R5] a url function that gives none',
    'idle',
    { url: () => 'ftp://test/' },
    connect,
    'No usable URL or subprotocol: ',
  ],
  [
    '[L11] a constructor that throws',
    'idle',
    { fake: { onCreate: failing } },
    connect,
    'The browser refused to connect: no idea',
  ],
  ['[L11] a failure', 'connecting', {}, fail, 'The connection could not be opened'],
  ['[R6] no answer', 'connecting', {}, wait, 'No step forward within 5000 ms (connecting)'],
  ['[R6] a handshake without an end', 'handshake', {}, wait, 'No step forward within 5000 ms (handshake)'],
  ['[R8] a handshake that throws', 'idle', { handshake: failing }, open, 'The handshake failed: no idea'],
  ['[R8] a loss during the handshake', 'handshake', {}, fail, 'The connection was lost during the handshake'],
  ['[H1] silence', 'open', { heartbeat: { timeout: 1_000 } }, wait, 'Nothing heard for 1000 ms'],
]

test.for(endings)('%s says so in a sentence', async ([, stage, script, end, said]) => {
  const rig = await at(stage, script)
  await end(rig)
  expect(rig.record.of('error')).toMatchObject([{ message: expect.stringContaining(said) }])
})

async function connect({ socket }: Staged): Promise<void> {
  socket.connect()
  await settle()
}

async function open(rig: Staged): Promise<void> {
  await connect(rig)
  rig.Fake.last.accept()
}

function fail({ Fake }: Staged): void {
  Fake.last.fail()
}

function wait(): Promise<void> {
  return pass(5_000)
}
