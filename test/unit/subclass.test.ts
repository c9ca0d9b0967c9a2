/** Nothing internal is a named property of a socket, so that a subclass has every name for itself. */
import { EventEmitter } from 'eventemitter3'
import { expect } from 'vitest'
import { SteadySocket } from '../../src/index.ts'
import { createFakeWebSocket } from '../support/fake-websocket.ts'
import { at } from '../support/scripted.ts'
import { expectWholeLife } from '../support/whole-life.ts'
import { test } from './fixture.ts'

const readyStates = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED']
const publicNames = [
  ...['constructor', ...readyStates, 'state', 'readyState', 'url', 'protocol', 'extensions', 'binaryType'],
  ...['bufferedAmount', 'queue', 'stats', 'send', 'connect', 'reconnect', 'close'],
  ...['opened', 'drained', 'subscribe'],
]
const emitterNames = ['_events', '_eventsCount', ...Object.getOwnPropertyNames(EventEmitter.prototype)]

/** What pieces of a socket are likely to be called, inside as well as in an application. */
const names = [
  ...[
    'events',
    'settings',
    'options',
    'connection',
    'open',
    'start',
    'state2',
    'timer',
    'queue_',
    'throttle',
  ],
  ...['source', 'current', 'life', 'outbox', 'inbox', 'native', 'socket', 'ws', 'handshake', 'heartbeat'],
  ...[
    'backlog',
    'buffer',
    'subscribers',
    'listeners_',
    'waiters',
    'looks',
    'steps',
    'parts',
    'context',
    'core',
  ],
  ...['counters', 'retries', 'attempt', 'attempts', 'signal', 'codec', 'encode', 'decode', 'drop', 'ping'],
  ...['dial', 'moveTo', 'wait', 'end', 'ended', 'follow', 'tell', 'report', 'schedule', 'wake', 'suspend'],
  ...[
    'id',
    'name',
    'internal',
    'impl',
    '_',
    '_state',
    '_life',
    '_core',
    '_socket',
    'then',
    'toJSON',
    'length',
  ],
]

test('[L10] an instance has no names but those of the public API and of eventemitter3', async () => {
  for (const stage of ['idle', 'open', 'waiting', 'closed'] as const) {
    const { socket } = await at(stage, { heartbeat: { interval: 1_000, timeout: 1_000, message: 'ping' } })
    const own = Object.getOwnPropertyNames(socket)
    expect(own.filter((name) => ![...publicNames, '_events', '_eventsCount'].includes(name))).toEqual([])
  }
})

test('[L10] the class has no names but those of the public API and of eventemitter3', () => {
  const inherited = Object.getOwnPropertyNames(SteadySocket.prototype)
  expect(inherited.filter((name) => ![...publicNames, ...emitterNames].includes(name))).toEqual([])
  const statics = Object.getOwnPropertyNames(SteadySocket)
  expect(statics.filter((name) => ![...readyStates, 'length', 'name', 'prototype'].includes(name))).toEqual(
    [],
  )
})

type Key = string | undefined

/** As fields, methods and accessors, one name or none of each. */
function subclass(field: Key, method: Key, accessor: Key): typeof SteadySocket<string, string> {
  const unused = Symbol('unused')
  return class extends SteadySocket {
    constructor(...args: ConstructorParameters<typeof SteadySocket<string, string>>) {
      super(...args)
      // As a field of that name does; TypeScript has none whose name is computed.
      const own = { value: 'mine', writable: true, enumerable: true, configurable: true }
      Object.defineProperty(this, field ?? unused, own)
    }

    [method ?? unused](): string {
      return 'mine'
    }
    get [accessor ?? unused](): string {
      return 'mine'
    }
    set [accessor ?? unused](_: unknown) {
      throw new Error('Not yours')
    }
  }
}

test.for(
  names.flatMap((name): [string, string, Key, Key, Key][] => [
    ['a field', name, name, undefined, undefined],
    ['a method', name, undefined, name, undefined],
    ['an accessor', name, undefined, undefined, name],
  ]),
)('[L10] a subclass may have %s named `%s`', async ([, , ...members]) => {
  const Subclass = subclass(...members)
  const Fake = createFakeWebSocket()
  await expectWholeLife(new Subclass('ws://test/', { WebSocket: Fake, autoConnect: false }), Fake)
})
