/** The page: a client for each way to use the library, and what a soak asks of them. */
import { Chance } from '../chance.ts'
import { Client, type Report } from './client.ts'
import { drivers } from './drivers.ts'
import { type Growth, heapGrowth } from './heap.ts'

export interface Soak {
  /** Of this page alone: one that was loaded anew has another. */
  readonly token: string
  readonly uncaught: string[]
  resume(): void
  pause(): void
  flood(count: number, size: number): void
  call(what: string): void
  /** One more message from each; answers their numbers by the names of the clients. */
  mark(): Record<string, number>
  report(): Promise<Report[]>
  retire(): void
  heapGrowth(url: string, count: number): Promise<Growth | undefined>
}

declare global {
  var soak: Soak
}

const query = new URLSearchParams(location.search)
const token = Math.floor(performance.timeOrigin).toString(36)
const chance = new Chance(Number(query.get('seed')))
const uncaught: string[] = []
addEventListener('error', ({ message }) => uncaught.push(message))
addEventListener('unhandledrejection', ({ reason }) => uncaught.push(`rejected: ${String(reason)}`))

const clients = drivers.map((driver) => {
  const own = new Chance(chance.between(1, 2 ** 30))
  return new Client(driver, query.get('server') ?? '', token, own)
})
const each =
  <Args extends unknown[]>(act: (client: Client, ...args: Args) => void) =>
  (...args: Args): void => {
    for (const client of clients) act(client, ...args)
  }

globalThis.soak = {
  token,
  uncaught,
  resume: each((client) => client.resume()),
  pause: each((client) => client.pause()),
  flood: each((client, count: number, size: number) => client.flood(count, size)),
  call: each((client, what: string) => client.call(what)),
  mark: () => Object.fromEntries(clients.map((client) => [client.name, client.mark()])),
  report: () => Promise.all(clients.map((client) => client.report())),
  retire: each((client) => client.retire()),
  heapGrowth,
}
