/** Tables of checks that the native class and the drop-in have to pass alike: the native one proves the check. */
import { afterAll, beforeAll, describe, test } from 'vitest'
import { commands, server as runner } from 'vitest/browser'
import { ReconnectingWebSocket } from '../../src/websocket/index.ts'
import { type ServerHandle, serverHandle } from '../support/server-handle.ts'

const { browser } = runner

/** Either class, called as any code might call it. */
export type AnyClass = typeof WebSocket & (new (...args: unknown[]) => WebSocket)

export interface Given {
  readonly Class: AnyClass
  readonly server: ServerHandle
  /** A socket that does not reconnect and is closed after the check. */
  make(url?: unknown, ...protocols: unknown[]): WebSocket
  /** The same, once it is open. */
  open(path?: string, ...protocols: unknown[]): Promise<WebSocket>
}

export type Check = (given: Given) => unknown

const classes = {
  native: WebSocket as AnyClass,
  'drop-in': ReconnectingWebSocket as unknown as AnyClass,
}

export const prototypeOf = ({ Class }: Given): Record<string, unknown> =>
  Class.prototype as unknown as Record<string, unknown>

export function next<Type extends keyof WebSocketEventMap>(
  socket: WebSocket,
  type: Type,
): Promise<WebSocketEventMap[Type]> {
  return new Promise((resolve) => socket.addEventListener(type, resolve, { once: true }))
}

/** What is told from now on, with the ready state at that moment. */
export function record(socket: WebSocket): string[] {
  const told: string[] = []
  for (const type of ['open', 'message', 'error', 'close'])
    socket.addEventListener(type, () => told.push(`${type} ${socket.readyState}`))
  return told
}

/** In the same task, but so late that the drop-in has made its native socket. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

/** So many tasks later. */
export async function tasks(count: number): Promise<void> {
  for (let task = 0; task < count; task++) await new Promise((resolve) => setTimeout(resolve))
}

export interface Exceptions {
  /** Engines whose own class does not do what the standards say; the drop-in does. */
  except: readonly string[]
}

export function bothClasses(what: string, table: Record<string, Check | [Exceptions, Check]>): void {
  let server: ServerHandle
  beforeAll(async () => {
    const origin = await commands.openTestServer({})
    server = serverHandle(origin, (method, args) => commands.callTestServer(origin, method, args))
  })
  afterAll(() => server.close())

  describe.for(Object.entries(classes))('%s', ([, Class]) => {
    for (const [name, entry] of Object.entries(table)) {
      const [{ except }, check] = Array.isArray(entry) ? entry : [{ except: [] }, entry]
      test.skipIf(Class === WebSocket && except.includes(browser))(`[X1] ${what}: ${name}`, async () => {
        const made: WebSocket[] = []
        // The native class knows no third argument.
        const make = (url: unknown = server.url('/echo'), ...protocols: unknown[]): WebSocket => {
          const socket = new Class(url, protocols.length > 0 ? protocols[0] : [], { reconnect: false })
          made.push(socket)
          return socket
        }
        const open = async (path = '/echo', ...protocols: unknown[]): Promise<WebSocket> => {
          const socket = make(server.url(path), ...protocols)
          await next(socket, 'open')
          return socket
        }
        try {
          await check({ Class, server, make, open })
        } finally {
          for (const socket of made) socket.close()
        }
      })
    }
  })
}

/** One check for each value of a list. */
export function each<T>(
  values: readonly T[],
  title: (value: T) => string,
  check: (value: T, given: Given) => unknown,
): Record<string, Check> {
  return Object.fromEntries(values.map((value) => [title(value), (given: Given) => check(value, given)]))
}

export function thrownBy(run: () => unknown): Error {
  try {
    run()
  } catch (error) {
    return error as Error
  }
  throw new Error('Nothing was thrown')
}
