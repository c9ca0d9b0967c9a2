/** What the page sends while it goes: on the old connection or on the next one, as `send()` has answered, never on both. */
import { describe, expect, onTestFinished, vi } from 'vitest'
import { page } from '../support/page.ts'
import { at, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

const places = [
  ['window', 'pagehide'],
  ['document', 'visibilitychange'],
  ['window', 'visibilitychange'],
] as const

type Rig = Pick<Staged, 'socket'>

/** Where `send()` has answered what, by the word that was sent. */
type Answers = Record<string, string>

/** Listeners that send a word each when the page goes. The socket may come later. */
function sayInEach(when: string, rig: () => Rig, answers: Answers): void {
  for (const [place, type] of places) {
    const target: EventTarget = place === 'window' ? window : document
    const say = (): void => {
      if (type === 'visibilitychange' && document.visibilityState === 'visible') return
      const word = `${when}, ${type} on ${place}`
      answers[word] = rig().socket.send(word)
    }
    target.addEventListener(type, say)
    onTestFinished(() => target.removeEventListener(type, say))
  }
}

const isWord = (data: unknown): boolean => typeof data === 'string' && data.includes(', ')

/** Back from the cache and open again: what went out where, of the words. */
async function wordsOnEach({ Fake }: Staged): Promise<unknown[][]> {
  await pass(60_000)
  page.leaveCache()
  await settle()
  Fake.last.accept()
  await pass(100)
  return Fake.instances.map(({ sent }) => sent.filter(isWord))
}

const orderOfEvents = (when: string[]): string[] =>
  places.flatMap(([place, type]) => when.map((each) => `${each}, ${type} on ${place}`))

describe('a visible page goes', () => {
  test('[W2] the hang-up comes after every listener of `pagehide` and of the `visibilitychange` that follows', async () => {
    const answers: Answers = {}
    let rig: Staged | undefined
    sayInEach('before', () => rig as Staged, answers)
    rig = await at('open')
    sayInEach('after', () => rig as Staged, answers)
    page.enterCache()
    const words = orderOfEvents(['before', 'after'])
    expect(answers).toEqual(Object.fromEntries(words.map((word) => [word, 'sent'])))
    expect(rig.socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    expect(rig.Fake.last.closeCalls).toHaveLength(1)
    expect(await wordsOnEach(rig)).toEqual([words, []])
  })

  test('[W2] so it does each time that the page goes', async () => {
    const answers: Answers = {}
    const rig = await at('open')
    sayInEach('after', () => rig, answers)
    const words = orderOfEvents(['after'])
    for (let visit = 1; visit <= 3; visit++) {
      page.enterCache()
      const said = await wordsOnEach(rig)
      expect(said).toEqual([...Array(visit).fill(words), []])
    }
  })

  test('[W2] what waits is handed over, as by `close()`, before what is said last', async () => {
    const rig = await at('open', { fake: { buffering: true }, queue: { highWaterMark: 1 } })
    const { Fake, socket, record } = rig
    expect(['one', 'two', 'three'].map((word) => socket.send(word))).toEqual(['sent', 'queued', 'queued'])
    page.enterCache()
    expect(Fake.last.sent).toEqual(['one', 'two', 'three'])
    expect(socket.queue.length).toBe(0)
    expect(socket.send('four')).toBe('queued')
    page.leaveCache()
    await settle()
    Fake.last.accept()
    expect(Fake.instances.map(({ sent }) => sent)).toEqual([['one', 'two', 'three'], ['four']])
    expect(record.of('drop')).toEqual([])
  })

  test.for(['provider', 'connecting', 'handshake', 'waiting'] as const)(
    '[W2] what is sent while not open, at the stage %s, stays queued',
    async (stage) => {
      const answers: Answers = {}
      const rig = await at(stage)
      sayInEach('after', () => rig, answers)
      page.enterCache()
      const words = orderOfEvents(['after'])
      expect(answers).toEqual(Object.fromEntries(words.map((word) => [word, 'queued'])))
      await pass(60_000)
      page.leaveCache()
      await settle()
      rig.answer('ws://test/')
      await settle()
      rig.Fake.last.accept()
      rig.agree()
      await pass(100)
      expect(rig.Fake.instances.flatMap(({ sent }) => sent)).toEqual(words)
      expect(rig.Fake.last.sent).toEqual(words)
    },
  )

  test('[W2] nothing starts between `pagehide` and the `visibilitychange` that follows', async () => {
    const { Fake, socket } = await at('open')
    page.hide()
    socket.reconnect()
    page.online()
    await settle()
    page.turnHidden()
    await pass(60_000)
    expect(Fake.instances).toHaveLength(1)
    expect(Fake.last.closeCalls).toHaveLength(1)
    expect(socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    page.leaveCache()
    await settle()
    expect(Fake.instances).toHaveLength(2)
  })
})

describe('a hidden page goes', () => {
  test('[W2] the hang-up comes in `pagehide`, behind the listeners that were there when it became hidden', async () => {
    const answers: Answers = {}
    let rig: Staged | undefined
    sayInEach('before', () => rig as Staged, answers)
    rig = await at('open')
    sayInEach('after', () => rig as Staged, answers)
    page.turnHidden()
    await pass(1_000)
    expect(rig.socket.state.name).toBe('open')
    page.enterCache()
    expect(rig.socket.state).toMatchObject({ name: 'waiting', delay: Infinity })
    expect(rig.Fake.last.closeCalls).toHaveLength(1)
    const hidden = orderOfEvents(['before', 'after'])
    const words = [...hidden.slice(2), ...hidden.slice(0, 2)]
    expect(answers).toEqual(Object.fromEntries(words.map((word) => [word, 'sent'])))
    expect(await wordsOnEach(rig)).toEqual([words, []])
  })

  test('[W2] what a listener sends that was added later is where `send()` has said', async () => {
    const answers: Answers = {}
    const rig = await at('open')
    sayInEach('before', () => rig, answers)
    page.turnHidden()
    sayInEach('after', () => rig, answers)
    page.enterCache()
    const [old, next] = await wordsOnEach(rig)
    const answered = (answer: string): string[] =>
      Object.keys(answers).filter((word) => answers[word] === answer)
    expect(answers['before, pagehide on window']).toBe('sent')
    expect(new Set(old)).toEqual(new Set(answered('sent')))
    expect(next).toEqual(answered('queued'))
    expect(Object.keys(answers)).toHaveLength(4)
  })
})

describe('what was not hung up', () => {
  test.for(['provider', 'connecting', 'handshake', 'open'] as const)(
    '[W2] is taken for dead at a `pageshow` that is persisted: %s',
    async (stage) => {
      const { Fake, socket, record } = await at(stage)
      const begun = socket.stats.attempts
      const told = record.order.length
      page.show()
      expect(record.order.slice(told)).toEqual(['state connecting', 'close'])
      expect(record.of('close')).toMatchObject([
        { phase: 'pagehide', opened: stage === 'open', willRetry: true },
      ])
      await settle()
      expect(socket.stats.attempts).toBe(begun + 1)
      if (stage === 'provider') return
      expect(Fake.instances.map(({ closeCalls }) => closeCalls.length)).toEqual([1, 0])
      Fake.instances[0]?.fail()
      expect(record.of('close')).toHaveLength(1)
    },
  )

  test('[W2] is the end without reconnection', async () => {
    const { Fake, socket, record } = await at('open', { reconnect: false })
    page.show()
    expect(socket.state).toMatchObject({ name: 'closed', cause: 'refused' })
    expect(record.of('close')).toMatchObject([{ phase: 'pagehide', willRetry: false }])
    await settle()
    expect([Fake.instances.length, Fake.last.closeCalls.length]).toEqual([1, 1])
  })

  test('[W2] is not, at one that is not persisted', async () => {
    const { Fake, record } = await at('open')
    page.show(false)
    await pass(60_000)
    expect(record.states).toEqual(['connecting', 'open'])
    expect(Fake.last.closeCalls).toEqual([])
  })
})

test('[W2] the state while the page is away comes without a `retry` event', async () => {
  const { record } = await at('open')
  page.enterCache()
  page.leaveCache()
  expect(record.order).toEqual([
    'state connecting',
    'state open',
    'open',
    'state waiting',
    'close',
    'state connecting',
  ])
  expect(vi.getTimerCount()).toBe(1)
})
