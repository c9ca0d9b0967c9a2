/** What is held of messages that have left: nothing, as the engine's garbage collector sees it. */
import { expect } from 'vitest'
import { cdp, server as runner } from 'vitest/browser'
import { test } from './fixture.ts'

const MiB = 2 ** 20
const count = 50

async function collectGarbage(): Promise<void> {
  // Chromium does not collect for memory outside its heap; Firefox cannot be told to.
  if (runner.browser === 'chromium') await cdp().send('HeapProfiler.collectGarbage')
  else Array.from({ length: 4 }, () => new Uint8Array(32 * MiB).fill(1))
  // What a WeakRef was asked for lives until the end of the task.
  await new Promise((resume) => setTimeout(resume, 100))
}

/** In a function of its own, so that no variable of the test holds what shall be collected. */
function give(send: (blob: Blob) => unknown): WeakRef<Blob>[] {
  return Array.from({ length: count }, (_, index) => {
    const blob = new Blob([new Uint8Array(100_000).fill(index)])
    send(blob)
    return new WeakRef(blob)
  })
}

// WebKit cannot be told to collect, and may keep what a stale word of its stack points to.
const testWhereCollected = test.skipIf(runner.browser === 'webkit')

testWhereCollected(
  '[S12] Blobs that have left are let go, though nothing else is sent',
  // Firefox takes its time where the machine is busy.
  { timeout: 120_000 },
  async ({ server, connect }) => {
    const socket = connect(server.url('/sink'))
    await socket.opened()
    const blobs = give((blob) => socket.send(blob))
    await server.until({ messages: count })
    while (blobs.some((blob) => blob.deref())) await collectGarbage()
    expect(socket.state.name).toBe('open')
  },
)
