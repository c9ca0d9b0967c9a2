/** Extends `test` with test servers that close themselves. */
import { type TestAPI, test } from 'vitest'
import type { ServerHandle } from './server-handle.ts'
import type { TestServerOptions } from './test-server.ts'

export type TestServerFixture = Omit<ServerHandle, 'close'>

interface Fixtures {
  /** A server for this one test, closed after it, pass or fail. */
  server: TestServerFixture
  /** The same over TLS. */
  secureServer: TestServerFixture
}

export function testWithServer(
  open: (options: TestServerOptions) => Promise<ServerHandle>,
): TestAPI<Fixtures> {
  // Vitest reads a fixture's dependencies from the pattern: there are none.
  const fixture =
    (options: TestServerOptions) =>
    async ({}, use: (server: TestServerFixture) => Promise<void>): Promise<void> => {
      const server = await open(options)
      await use(server)
      await server.close()
    }
  return test.extend<Fixtures>({ server: fixture({}), secureServer: fixture({ tls: true }) })
}
