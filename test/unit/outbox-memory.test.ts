/** What the outbox lets go of: whatever waits no more and is not in the browser. */
import { expect, test, vi } from 'vitest'
import { createFrame } from '../../src/frame.ts'
import { isCollected } from '../support/collect-garbage.ts'
import { type OutboxRig, outboxOf } from '../support/outbox.ts'

/** Gives a message with a key, whose frame and data nobody else holds. */
function give({ outbox }: OutboxRig, key: string): Record<'frame' | 'data', WeakRef<object>> {
  const frame = createFrame(new Blob([key]), { key })
  outbox.send(frame)
  return { frame: new WeakRef(frame), data: new WeakRef(frame.data as Blob) }
}

/** Which of them are not held any more; what waits is still there. */
async function gone(given: ReturnType<typeof give>): Promise<boolean[]> {
  return [await isCollected(given.frame), await isCollected(given.data)]
}

const nothing = [false, false]
const all = [true, true]

test('[S11] what was taken out is not held, by its key neither', async () => {
  const rig = outboxOf()
  const given = give(rig, 'k')
  expect(await gone(given)).toEqual(nothing)
  rig.outbox.clear()
  expect(await gone(given)).toEqual(all)
  rig.send('goes on')
})

test('[S11] nor is what was replaced, or dropped to make room', async () => {
  const rig = outboxOf({ maxMessages: 2, overflow: 'drop-oldest' })
  rig.drops.push = () => 0
  const [old, replacing] = [give(rig, 'k'), give(rig, 'k')]
  expect([await gone(old), await gone(replacing)]).toEqual([all, nothing])
  for (const text of ['a', 'b']) rig.send(text)
  expect(await gone(replacing)).toEqual(all)
})

test('[S12] what has left the browser is let go within two seconds, while others wait', async () => {
  const rig = outboxOf({ highWaterMark: 1 })
  const native = rig.connect()
  native.send = (data) => {
    native.bufferedAmount += (data as Blob).size ?? String(data).length
  }
  const given = give(rig, 'k')
  for (const text of ['a', 'b', 'c']) rig.send(text)
  rig.leave()
  expect(await gone(given)).toEqual(nothing)
  const now = performance.now()
  vi.spyOn(performance, 'now').mockReturnValue(now + 2_000)
  rig.leave()
  vi.restoreAllMocks()
  expect(rig.outbox.length).toBeGreaterThan(0)
  expect(await gone(given)).toEqual(all)
})

test('[S11] when the connection is given up, nothing of what was in the browser is held', async () => {
  const rig = outboxOf()
  rig.connect().send = () => {}
  const given = give(rig, 'k')
  rig.giveUp()
  expect(await gone(given)).toEqual(all)
  rig.send('goes on')
})
