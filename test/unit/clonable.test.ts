/** What goes to other tabs and workers: infos and states can be cloned, whatever the application threw. */
import { describe, expect } from 'vitest'
import type { SteadySocketEvents } from '../../src/index.ts'
import { at, type Script, scripted, stages } from '../support/scripted.ts'
import { unclonable } from '../support/unclonable.ts'
import { settle, test } from './fixture.ts'

/** The plain half of it. */
function plain(info: object): object {
  return Object.fromEntries(Object.entries(info).filter(([, value]) => typeof value !== 'object'))
}

/** Clones every info and state that the socket tells, and compares. */
function cloneAll({ socket }: ReturnType<typeof scripted<string, string>>): string[] {
  const cloned: string[] = []
  for (const name of ['state', 'open', 'close', 'retry', 'drop'] as const) {
    socket.on(name, ((info: SteadySocketEvents[typeof name][0]) => {
      const copy = structuredClone(info)
      expect(copy).toMatchObject(plain(info))
      cloned.push(name)
    }) as never)
  }
  return cloned
}

const throwing: [string, (thrown: () => unknown) => Script<string, string>][] = [
  ['the `url` function', (thrown) => ({ url: () => raise(thrown()) })],
  ['the handshake', (thrown) => ({ handshake: () => raise(thrown()) })],
  ['an asynchronous handshake', (thrown) => ({ handshake: async () => raise(thrown()) })],
  ['the native constructor', (thrown) => ({ fake: { onCreate: () => raise(thrown()) } })],
]

function raise(thrown: unknown): never {
  throw thrown
}

describe.for(unclonable)('%s', ([what, thrown]) => {
  test.for(throwing)(
    `[L11] ${what} thrown by %s: what is told of it can be cloned`,
    async ([, script], { reported }) => {
      const rig = scripted({ ...script(thrown), reconnect: { maxAttempts: 0 } })
      const cloned = cloneAll(rig)
      await settle()
      if (rig.socket.state.name === 'connecting') {
        rig.Fake.last.accept()
        await settle()
      }
      expect(reported).toEqual([])
      expect(cloned).toEqual(['state', 'state', 'close'])
      expect(structuredClone(rig.socket.state)).toMatchObject({
        name: 'closed',
        close: { code: 1006, willRetry: false },
      })
      // The original is for debuggers, as ever.
      expect(rig.record.of('close')[0]?.error?.cause).toBeDefined()
    },
  )
})

test.for(stages)('[L11] the state at the stage %s can be cloned', async (stage) => {
  const { socket } = await at(stage, { reconnect: { shouldReconnect: () => true } })
  expect(structuredClone(socket.state)).toMatchObject(plain(socket.state))
})

test('[L11] a close info can be frozen, spread and made JSON of', async () => {
  const { record, socket } = scripted({ url: () => raise(unclonable[5]?.[1]()) })
  await settle()
  const [close] = record.of('close')
  expect(JSON.parse(JSON.stringify({ ...close }))).toMatchObject({ code: 1006, willRetry: true })
  expect(JSON.parse(JSON.stringify(socket.state))).toMatchObject({ name: 'waiting', attempt: 1 })
})
