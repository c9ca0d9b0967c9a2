/** Native classes whose `send()` calls back before it returns: an echo, a death, a refusal, and whatever the application then does. */
import { describe, expect, vi } from 'vitest'
import { type FakeWebSocket, manners } from '../support/fake-websocket.ts'
import { page } from '../support/page.ts'
import { at, type Script, type Staged } from '../support/scripted.ts'
import { pass, settle, test } from './fixture.ts'

/** On every connection, what is to happen inside the native `send`, after it has taken the message. */
function within(happens: (native: FakeWebSocket, data: string) => void): Script<string, string> {
  const onCreate = (native: FakeWebSocket): void => {
    const send = native.send.bind(native)
    native.send = (data) => {
      if (native.readyState !== native.OPEN) throw new Error('Sent on a socket that is not open')
      send(data)
      happens(native, String(data))
    }
  }
  return { fake: { onCreate }, reconnect: { delay: () => 0 } }
}

const echo = within((native, data) => native.receive(data))

function sent({ Fake }: Staged): unknown[][] {
  return Fake.instances.map((native) => native.sent)
}

async function again({ Fake }: Staged): Promise<void> {
  await settle()
  Fake.last.accept()
}

describe('an echo', () => {
  test('[S1] what a listener sends then leaves after it, each counted once', async () => {
    const rig = await at('open', echo)
    const { socket, record } = rig
    const results: unknown[] = []
    socket.on('message', (message) => {
      if (message.length < 5) results.push(socket.send(`${message}.`))
    })
    expect(socket.send('a')).toBe('sent')
    expect(results).toEqual(Array(4).fill('sent'))
    expect(sent(rig)).toEqual([['a', 'a.', 'a..', 'a...', 'a....']])
    expect(record.of('message')).toEqual(sent(rig)[0])
    expect(socket.stats).toMatchObject({ messagesIn: 5, messagesOut: 5, bytesOut: 15 })
    expect(socket.queue.length).toBe(0)
  })

  test('[S1] of a backlog: what a listener sends waits behind it', async () => {
    const rig = await at('connecting', echo)
    const { socket, Fake } = rig
    for (const message of ['a', 'b', 'c']) socket.send(message)
    socket.on('message', (message) => {
      if (message.length < 2) socket.send(`${message}.`)
    })
    Fake.last.accept()
    await settle()
    expect(sent(rig)).toEqual([['a', 'b', 'c', 'a.', 'b.', 'c.']])
    expect(socket.stats).toMatchObject({ messagesIn: 6, messagesOut: 6, dropped: 0 })
  })

  test('[S9] with a buffer: its shares are right, so what was stuck goes again, once', async () => {
    const rig = await at('open', { ...echo, fake: { ...echo.fake, buffering: true } })
    const { socket, Fake } = rig
    socket.once('message', () => socket.send('bb'))
    socket.send('a')
    Fake.last.drain(1)
    Fake.last.fail()
    expect([socket.stats.requeued, socket.queue.bytes]).toEqual([1, 2])
    await again(rig)
    expect(sent(rig)).toEqual([['a', 'bb'], ['bb']])
  })

  test('[L6] a listener that calls close() closes behind what waits', async () => {
    const rig = await at('connecting', echo)
    const { socket, Fake } = rig
    for (const message of ['a', 'b', 'c']) socket.send(message)
    socket.once('message', () => socket.close(4000))
    Fake.last.accept()
    await settle()
    expect(sent(rig)).toEqual([['a', 'b', 'c']])
    expect(Fake.last.closeCalls).toEqual([{ code: 4000, reason: '' }])
  })

  test('[S2] a listener that calls reconnect(): the rest goes out on the new connection', async () => {
    const rig = await at('connecting', echo)
    const { socket, Fake } = rig
    for (const message of ['a', 'b', 'c']) socket.send(message)
    socket.once('message', () => socket.reconnect())
    Fake.last.accept()
    await again(rig)
    await pass(4)
    const [old = [], now = []] = sent(rig)
    expect([...old, ...now]).toEqual(['a', 'b', 'c'])
    expect(socket.stats).toMatchObject({ messagesOut: 3, dropped: 0 })
  })
})

test('[S9] the application sends from within: both shares are right, so what was stuck goes again, in order', async () => {
  const happens = (native: FakeWebSocket, data: string): void => {
    if (native === first && data === 'outer') rig.socket.send('inner')
  }
  const rig = await at('open', { ...within(happens), fake: { ...within(happens).fake, buffering: true } })
  const { socket, Fake } = rig
  const first = Fake.last
  socket.send('before')
  socket.send('outer')
  first.fail()
  await again(rig)
  expect(sent(rig)).toEqual(Array(2).fill(['before', 'outer', 'inner']))
  expect(socket.stats).toMatchObject({ requeued: 3, dropped: 0 })
})

test('[L5] the application closes from within, while the page goes away: it stays closed', async () => {
  const rig = await at(
    'open',
    within(() => rig.socket.close(4000)),
  )
  const { socket, Fake, record } = rig
  Fake.last.bufferedAmount = 2 ** 20
  socket.send('last word')
  page.leave()
  Fake.last.serverClose(4000)
  page.show()
  expect(Fake.instances).toHaveLength(1)
  expect(record.of('close')).toMatchObject([{ code: 4000, willRetry: false }])
  expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
})

test('[L5] the application connects from within, while close() hands over what waits: that begins anew', async () => {
  let isFirst = true
  const rig = await at(
    'open',
    within(() => {
      if (isFirst) rig.socket.connect()
      isFirst = false
    }),
  )
  const { socket, Fake } = rig
  Fake.last.bufferedAmount = 2 ** 20
  for (const message of ['a', 'b']) socket.send(message)
  socket.close()
  await again(rig)
  await pass(5)
  expect(sent(rig)).toEqual([['a'], ['b']])
  expect(socket.state.name).toBe('open')
  Fake.last.bufferedAmount = 1
  Fake.last.fail()
  expect(socket.queue.length).toBe(1)
})

/** Ends inside the native `send` of that message, the first time. */
function dying(
  end: (native: FakeWebSocket) => void,
  fake: Script<string, string>['fake'] = {},
): Script<string, string> {
  let isDead = false
  const script = within((native, data) => {
    if (isDead || data !== 'deadly') return
    isDead = true
    end(native)
  })
  return { ...script, fake: { ...script.fake, ...fake } }
}

describe.for(manners)('it dies inside, as in %s', (manner) => {
  const end = (native: FakeWebSocket): void => native.lose(manner)

  test('[S9] stuck in the buffer, the message goes again, before what waits', async () => {
    const rig = await at('open', dying(end, { buffering: true }))
    const { socket, Fake, record } = rig
    // Where the close event comes later, it is still in the browser.
    expect(socket.send('deadly')).toBe(manner.startsWith('webkit') ? 'sent' : 'queued')
    expect(socket.send('next')).toBe('queued')
    await pass(5)
    await again(rig)
    expect(sent(rig)).toEqual([['deadly'], ['deadly', 'next']])
    expect(record.of('close')).toMatchObject([{ code: 1006, unsentBytes: 6 }])
    expect(socket.stats).toMatchObject({ requeued: 1, dropped: 0 })
    Fake.last.drain()
  })

  test('[S9] of a backlog: nothing is forgotten, nothing sent on the dead socket', async () => {
    const rig = await at('connecting', dying(end, { buffering: true }))
    const { socket, Fake, record } = rig
    for (const message of ['a', 'deadly', 'b', 'c']) socket.send(message)
    Fake.last.accept()
    await pass(5)
    await again(rig)
    await pass(5)
    expect(sent(rig)).toEqual([
      ['a', 'deadly'],
      ['a', 'deadly', 'b', 'c'],
    ])
    expect(record.of('drop')).toEqual([])
    expect(record.of('close')).toHaveLength(1)
  })

  test('[S9] gone from the buffer, it may have arrived: it is not sent again', async () => {
    const rig = await at('open', dying(end))
    expect(rig.socket.send('deadly')).toBe('sent')
    await pass(5)
    await again(rig)
    expect(sent(rig)).toEqual([['deadly'], []])
    expect(rig.socket.stats).toMatchObject({ messagesOut: 1, requeued: 0, dropped: 0 })
  })

  test('[S2] and refuses it: told as failed, once, and the rest goes on', async () => {
    const refusing = (native: FakeWebSocket): never => {
      end(native)
      throw new Error('closed meanwhile')
    }
    const rig = await at('connecting', dying(refusing, { buffering: true }))
    const { socket, Fake, record } = rig
    for (const message of ['deadly', 'b']) socket.send(message)
    Fake.last.accept()
    await pass(5)
    await again(rig)
    await pass(5)
    expect(record.of('drop')).toEqual([{ data: 'deadly', reason: 'failed' }])
    expect(record.of('error')).toMatchObject([{ code: 'SEND_FAILED', data: 'deadly' }])
    expect(record.of('close')).toHaveLength(1)
    expect(sent(rig)).toEqual([['deadly'], ['b']])
  })
})

test('[L6] it dies inside while close() hands over what waits: the rest is not sent, and waits for connect()', async () => {
  const rig = await at(
    'open',
    dying((native) => native.fail(), { buffering: true }),
  )
  const { socket, Fake, record } = rig
  Fake.last.bufferedAmount = 2 ** 20
  for (const message of ['a', 'deadly', 'b']) expect(socket.send(message)).toBe('queued')
  socket.close()
  await settle()
  expect(record.of('close')).toMatchObject([{ willRetry: false }])
  expect(sent(rig)).toEqual([['a', 'deadly']])
  expect(socket.queue.clear()).toEqual(['a', 'deadly', 'b'])
  expect(socket.state).toMatchObject({ name: 'closed', cause: 'requested' })
})

describe('a ping that the native `send` refuses', () => {
  test('[H1] is no `drop`: it was not the application that sent it', async () => {
    const { Fake, socket, record } = await at('open', {
      heartbeat: { interval: 1_000, timeout: 1_000, message: 'ping' },
    })
    const refused = vi.fn(() => {
      throw new Error('no')
    })
    Fake.last.send = refused
    await pass(5_000)
    expect(refused).toHaveBeenCalled()
    expect(record.of('drop')).toEqual([])
    expect(socket.stats).toMatchObject({ dropped: 0, messagesOut: 0 })
    expect(record.of('error')[0]).toMatchObject({ code: 'SEND_FAILED', data: 'ping' })
  })

  test('[H1] nor is one that dies in it', async () => {
    const script = within((native, data) => {
      if (data === 'ping') native.fail()
    })
    const { socket, record } = await at('open', {
      ...script,
      fake: { ...script.fake, buffering: true },
      heartbeat: { interval: 1_000, timeout: 1_000, message: 'ping' },
    })
    await pass(1_001)
    expect(record.of('close')).toMatchObject([{ code: 1006, unsentBytes: 4 }])
    expect(record.of('drop')).toEqual([])
    expect(socket.stats).toMatchObject({ dropped: 0, requeued: 0 })
  })
})
