/** `test` with a test server, for tests that run in Node. */
import { testWithServer } from '../support/server-fixture.ts'
import { callMethod, serverHandle } from '../support/server-handle.ts'
import { TestServer } from '../support/test-server.ts'

export const test = testWithServer(async (options) => {
  const server = await TestServer.open(options)
  return serverHandle(server.origin, (method, args) => callMethod(server, method, args))
})
