/** Browser commands: what a test in a page asks of the servers that its test runner keeps for it. */
import type { BrowserCommand } from 'vitest/node'
import { callMethod, type Method } from './server-handle.ts'
import { TestServer, type TestServerOptions } from './test-server.ts'

declare module 'vitest/browser' {
  interface BrowserCommands {
    /** Starts a test server and answers its origin. */
    openTestServer(options: TestServerOptions): Promise<string>
    /** Calls a method of the test server at that origin. */
    callTestServer(origin: string, method: Method, args: unknown[]): Promise<unknown>
  }
}

const servers = new Map<string, TestServer>()

export const openTestServer: BrowserCommand<[TestServerOptions]> = async (_, options) => {
  const server = await TestServer.open(options)
  servers.set(server.origin, server)
  return server.origin
}

export const callTestServer: BrowserCommand<[string, Method, unknown[]]> = async (
  _,
  origin,
  method,
  args,
) => {
  const server = servers.get(origin)
  if (!server) throw new Error(`No test server at ${origin}`)
  if (method === 'close') servers.delete(origin)
  return callMethod(server, method, args)
}
