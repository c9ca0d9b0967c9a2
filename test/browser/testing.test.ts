/** The class of steadysocket/testing against each engine's own: the same script on both leaves the same log. */
import { expect } from 'vitest'
import { server as runner } from 'vitest/browser'
import type { Engine } from '../../src/testing/index.ts'
import { fakeCounterpart } from '../support/fake-counterpart.ts'
import type { TestServerFixture } from '../support/server-fixture.ts'
import { type Counterpart, checks, Scene, situations } from '../support/situations.ts'
import { test } from './fixture.ts'

const engine = runner.browser as Engine

function realCounterpart(server: TestServerFixture): Counterpart {
  return {
    ...server,
    heard: async () => {
      const { connections } = await server.record()
      return connections.flatMap(({ messages }) => messages.map(({ text, bytes }) => text ?? bytes))
    },
  }
}

const tooLong = 'nobody answers its close frame, for which WebKit waits 5 s'

/** Where an engine does otherwise than the others and the class does as they do, and what takes a minute. */
const skipped: Partial<Record<Engine, readonly string[]>> = {
  chromium: [
    tooLong,
    'closes with a reason alone, which Chromium refuses',
    'the arguments of close, in Firefox as the standard says',
  ],
  firefox: [tooLong],
  webkit: ['the arguments of close, in Firefox as the standard says'],
}

function here<T>(all: Record<string, T>): [string, T][] {
  return Object.entries(all).filter(([title]) => !skipped[engine]?.includes(title))
}

async function play(scene: Scene, run: (scene: Scene) => Promise<void>): Promise<unknown[]> {
  await run(scene)
  const log = [...scene.log]
  scene.end()
  return log
}

// WebKit waits 5 s for the end of a connection that the server has closed.
const limit = { timeout: 20_000 }

test.for(here(situations))('[T1] %s', limit, async ([, run], { server }) => {
  const fake = fakeCounterpart(engine)
  const [native, imitated] = await Promise.all([
    play(new Scene(WebSocket, realCounterpart(server)), run),
    play(new Scene(fake.WebSocket, fake), run),
  ])
  expect(native.length).toBeGreaterThan(0)
  expect(imitated).toEqual(native)
})

test.for(here(checks))('[T1] %s', async ([, run], { server }) => {
  const fake = fakeCounterpart(engine)
  const url = server.url('/hang')
  const native = new Scene(WebSocket, realCounterpart(server))
  const imitated = new Scene(fake.WebSocket, fake)
  run(WebSocket, url, native)
  run(fake.WebSocket, url, imitated)
  // What they are told of it, in later tasks.
  await new Promise((resume) => setTimeout(resume, 100))
  expect(native.log.length).toBeGreaterThan(0)
  expect(imitated.log).toEqual(native.log)
})
