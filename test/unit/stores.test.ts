/** A socket in the stores that applications keep their state in: Vue, MobX, Immer, Valtio. */
import { produce } from 'immer'
import { makeAutoObservable, makeObservable, observable } from 'mobx'
import { snapshot, proxy as valtio } from 'valtio/vanilla'
import { describe, expect } from 'vitest'
import { isReactive, readonly, ref, shallowReactive, reactive as vueReactive } from 'vue'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { reactive } from '../support/reactive.ts'
import { scripted } from '../support/scripted.ts'
import { expectWholeLife } from '../support/whole-life.ts'
import { pass, settle, test } from './fixture.ts'

/** Some types of these libraries map over what they hold, and lose that it is a class. */
type Held = { socket: object }
const heldBy = (store: Held): SteadySocket => store.socket as SteadySocket

class Holder {
  socket: SteadySocket
  count = 0

  constructor(socket: SteadySocket) {
    this.socket = socket
    makeAutoObservable(this)
  }
}

/** How a socket gets into a store, and how it comes out of it. */
const stores: [string, (socket: SteadySocket) => SteadySocket][] = [
  ["Vue's reactive", (socket) => vueReactive(socket) as SteadySocket],
  ["an object of Vue's reactive", (socket) => heldBy(vueReactive({ socket }))],
  ["Vue's ref", (socket) => ref(socket).value as SteadySocket],
  ["Vue's shallowReactive", (socket) => shallowReactive(socket)],
  ["MobX's observable", (socket) => heldBy(observable({ socket }))],
  ["MobX's observable.box", (socket) => observable.box(socket).get()],
  ["a holder of MobX's makeAutoObservable", (socket) => heldBy(new Holder(socket))],
  ['a state of Immer, which freezes it', (socket) => heldBy(produceTwice(socket))],
  ['a store of Valtio', (socket) => heldBy(valtio({ socket }))],
  ["Valtio's proxy", (socket) => valtio(socket)],
  ['new Proxy(socket, {})', (socket) => new Proxy(socket, {})],
  ['a deep reactive proxy', (socket) => reactive(socket)],
]

function produceTwice(socket: SteadySocket): Held {
  const state = produce({ count: 0, list: [{ socket }] }, (draft) => {
    draft.count += 1
  })
  return produce(state, ({ list }) => {
    list.push({ socket })
  }).list[1] as Held
}

test.for(stores)('[L10] in %s a socket lives a whole life', async ([, put]) => {
  const { socket, Fake } = scripted({ autoConnect: false })
  await expectWholeLife(put(socket), Fake)
})

test.for(stores)('[L10] in %s a socket is the same one as outside', async ([, put]) => {
  const { socket, Fake, record } = scripted({ autoConnect: false })
  const inside = put(socket)
  const told: string[] = []
  inside.on('message', (message) => told.push(message))
  const undo = inside.subscribe(({ name }) => told.push(name))
  inside.send('1')
  socket.send('2')
  inside.connect()
  await settle()
  Fake.last.accept()
  expect(Fake.last.sent).toEqual(['1', '2'])
  expect(inside.state).toBe(socket.state)
  Fake.last.receive('hello')
  undo()
  inside.off('message')
  Fake.last.receive('again')
  socket.close()
  Fake.last.serverClose()
  expect(told).toEqual(['idle', 'connecting', 'open', 'hello'])
  expect(record.of('message')).toEqual(['hello'])
  expect(inside.state.name).toBe('closed')
})

test.for(stores)('[L10] in %s a socket that is open already goes on', async ([, put]) => {
  const { socket, Fake, record } = scripted({ queue: { highWaterMark: 2 }, fake: { buffering: true } })
  await settle()
  Fake.last.accept()
  socket.send('1')
  socket.send('22')
  socket.send('333')
  const inside = put(socket)
  expect(inside.send('4444')).toBe('queued')
  Fake.last.fail()
  inside.connect()
  await settle()
  Fake.last.accept()
  for (let tick = 0; tick < 4; tick++) {
    Fake.last.drain()
    await pass(4)
  }
  expect(record.states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  expect(Fake.last.sent).toEqual(['1', '22', '333', '4444'])
})

describe('what a store makes of a socket besides', () => {
  test("[L10] Vue's reactive does make a proxy of it, and its states stay the very same", () => {
    const { socket } = scripted({ autoConnect: false })
    const inside = vueReactive(socket)
    expect(isReactive(inside)).toBe(true)
    expect(inside.state).toBe(socket.state)
  })

  test("[L10] what Vue's readonly gives away can be read, sent through and closed", async () => {
    const { socket, Fake } = scripted()
    const inside = readonly(socket) as SteadySocket
    await settle()
    Fake.last.accept()
    expect(inside.send('hello')).toBe('sent')
    expect(inside.state.name).toBe('open')
    inside.close()
    Fake.last.serverClose()
    expect(inside.state.name).toBe('closed')
  })

  test('[L10] what a snapshot of Valtio holds is the same socket', async () => {
    const { socket, Fake } = scripted()
    const store = valtio({ socket, count: 0 })
    await settle()
    Fake.last.accept()
    const taken = snapshot(store)
    expect(taken.socket.state.name).toBe('open')
    expect(heldBy(taken).send('hello')).toBe('sent')
    expect(Fake.last.sent).toEqual(['hello'])
  })

  test('[L10] a subclass may have members that MobX observes', async () => {
    class Counting extends SteadySocket {
      connection = 0

      constructor(...args: ConstructorParameters<typeof SteadySocket<string, string>>) {
        super(...args)
        makeObservable(this, { connection: observable })
        this.on('open', () => {
          this.connection += 1
        })
      }
    }
    const Fake = createFakeWebSocket()
    const socket = new Counting('ws://test/', { WebSocket: Fake, autoConnect: false })
    await expectWholeLife(socket, Fake)
    expect(socket.connection).toBe(3)
  })
})
