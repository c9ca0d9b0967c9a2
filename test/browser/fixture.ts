/** `test` with a test server and with sockets that close themselves, for tests that run in a browser. */
import { commands } from 'vitest/browser'
import { SteadySocket } from '../../src/index.ts'
import { testWithServer } from '../support/server-fixture.ts'
import { serverHandle } from '../support/server-handle.ts'

type Arguments<In, Out> = ConstructorParameters<typeof SteadySocket<In, Out>>

interface Fixtures {
  /** `new SteadySocket`, closed after the test, pass or fail. */
  connect: <In = string, Out = string>(...args: Arguments<In, Out>) => SteadySocket<In, Out>
}

export const test = testWithServer(async (options) => {
  const origin = await commands.openTestServer(options)
  return serverHandle(origin, (method, args) => commands.callTestServer(origin, method, args))
}).extend<Fixtures>({
  connect: async ({}, use) => {
    const scope = new AbortController()
    await use(<In, Out>(...args: Arguments<In, Out>) => {
      const socket = new SteadySocket<In, Out>(...args)
      scope.signal.addEventListener('abort', () => socket.close())
      return socket
    })
    scope.abort()
  },
})
