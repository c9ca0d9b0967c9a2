/** The place without a server: the one in the page does what server/lab.js does, but for the network. */

import { type Connection, createServer } from 'steadysocket/testing'
import type { Door, Misbehaviour } from './misbehaviour.ts'
import type { Place } from './place.ts'

const REPORT_INTERVAL = 50
const encoder = new TextEncoder()

/** Those that the server has not forgotten. */
const links = new Set<Connection>()
let door: Door = 'welcome'
let isStalled = false

const server = createServer(
  {
    // As far away as the next town.
    latency: 10,
    record: false,
    upgrade: () => (door === 'ignore' ? new Promise(() => {}) : door !== 'refuse'),
  },
  (connection) => {
    if (door === 'expel') return connection.close(4401, 'Token expired')
    links.add(connection)
    connection.on('close', () => links.delete(connection))
    receive(connection)
    if (isStalled) connection.stall()
  },
)

/** Answers pings, and says now and then how much has come. */
function receive(connection: Connection): void {
  const received = { text: 0, binary: 0 }
  let report: ReturnType<typeof setTimeout> | undefined
  const tell = (): void => {
    report = undefined
    connection.send(JSON.stringify(received))
  }
  connection.on('message', (message) => {
    if (message === 'ping') return connection.send('pong')
    if (typeof message === 'string') received.text += encoder.encode(message).length
    else received.binary += message.byteLength
    report ??= setTimeout(tell, REPORT_INTERVAL)
  })
  connection.on('close', () => clearTimeout(report))
}

const misbehaviour: Misbehaviour = {
  async drop() {
    for (const link of links) link.drop()
  },
  // To a page the two are one.
  reset: () => misbehaviour.drop(),
  async restart() {
    for (const link of links) link.close(1012, 'Restarting')
  },
  async halfOpen() {
    for (const link of links) link.halfOpen()
    links.clear()
  },
  async stall(on) {
    isStalled = on
    for (const link of links) on ? link.stall() : link.resume()
  },
  async door(how) {
    door = how
  },
  async rate(bytesPerSecond) {
    server.rate = bytesPerSecond || Infinity
  },
  async speak({ binary, bytes, count }) {
    const words = 'The server says something. '.repeat(bytes / 27 + 1).slice(0, bytes)
    for (const link of links) {
      for (let i = 0; i < count; i++) link.send(binary ? encoder.encode(words) : words)
    }
  },
}

export const place: Place = { url: 'wss://laboratory.invalid/', WebSocket: server.WebSocket, misbehaviour }
