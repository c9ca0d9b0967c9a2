/** Connections that are lost, servers that go and come back, and what was sent meanwhile. */
import { expect } from 'vitest'
import { collect } from '../support/collect.ts'
import { recordNativeSockets } from '../support/native-sockets.ts'
import { test } from './fixture.ts'

test.for([
  ['a close frame', 'closeAll', 1005],
  ['a killed connection', 'terminateAll', 1006],
  ['a FIN', 'fin', 1006],
  ['a RST', 'reset', 1006],
] as const)('[L3] one native socket follows %s', async ([, drop, code], { server, connect }) => {
  const native = recordNativeSockets()
  const socket = connect(server.url('/echo'), { WebSocket: native.WebSocket, reconnect: { delay: () => 0 } })
  const opens = collect(socket, 'open')
  const closes = collect(socket, 'close')
  for (let round = 1; round <= 5; round++) {
    await opens.next()
    await server[drop]()
    expect(await closes.next()).toMatchObject({ code, opened: true, willRetry: true })
  }
  await opens.next()
  expect(socket.stats).toMatchObject({ attempts: 6, connections: 6 })
  expect(native.attempts).toBe(6)
  expect((await server.record()).upgrades).toBe(6)
})

test.for([
  ['the server', 'stop', 'start'],
  ['the machine', 'down', 'up'],
] as const)(
  '[S1] what is sent while %s is away arrives in order, once',
  async ([, leave, comeBack], { server, connect }) => {
    const native = recordNativeSockets()
    const socket = connect(server.url('/sink'), {
      WebSocket: native.WebSocket,
      reconnect: { delay: () => 0 },
    })
    const opens = collect(socket, 'open')
    const retries = collect(socket, 'retry')
    await opens.next()
    const results = [socket.send('0 before')]
    await server.until({ messages: 1 })
    await server[leave]()
    await retries.next()
    for (let number = 1; number <= 100; number++) results.push(socket.send(`${number} meanwhile`))
    expect(await retries.next()).toMatchObject({ attempt: 2, close: { opened: false, phase: 'connecting' } })
    await server[comeBack]()
    await opens.next()
    socket.send('101 afterwards')
    const { connections, upgrades } = await server.until({ messages: 102 })
    expect(results).toEqual(['sent', ...Array(100).fill('queued')])
    const arrived = connections.map(({ messages }) => messages.map(({ sequence }) => sequence))
    expect(arrived).toEqual([[0], Array.from({ length: 101 }, (_, index) => index + 1)])
    expect(upgrades).toBe(2)
    expect(native.attempts).toBe(socket.stats.attempts)
  },
)
