/** `test` with a test server, for tests that run in a browser. */
import { commands } from 'vitest/browser'
import { testWithServer } from '../support/server-fixture.ts'
import { serverHandle } from '../support/server-handle.ts'

export const test = testWithServer(async (options) => {
  const origin = await commands.openTestServer(options)
  return serverHandle(origin, (method, args) => commands.callTestServer(origin, method, args))
})
