/** The test server as a test holds it: the same in Node and, through a browser command, in a page. */
import type { TestServer } from './test-server.ts'

const methods = [
  'record',
  'until',
  'broadcast',
  'closeAll',
  'terminateAll',
  'stop',
  'start',
  'fin',
  'reset',
  'stall',
  'resume',
  'delay',
  'rate',
  'refuse',
  'hold',
  'down',
  'up',
  'close',
] as const satisfies readonly (keyof TestServer)[]

export type Method = (typeof methods)[number]

export type ServerHandle = {
  readonly origin: string
  url(path: string): string
} & {
  [M in Method]: (...args: Parameters<TestServer[M]>) => Promise<Awaited<ReturnType<TestServer[M]>>>
}

export type Call = (method: Method, args: unknown[]) => Promise<unknown>

export async function callMethod(server: TestServer, method: Method, args: unknown[]): Promise<unknown> {
  return (server[method] as (...args: unknown[]) => unknown).apply(server, args)
}

export function serverHandle(origin: string, call: Call): ServerHandle {
  const calls = methods.map((method) => [method, (...args: unknown[]) => call(method, args)])
  return { origin, url: (path: string) => origin + path, ...Object.fromEntries(calls) }
}
