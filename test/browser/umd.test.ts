/** The two bundles for pages without a build step, byte for byte, under a strict Content-Security-Policy. */
import { expect, onTestFinished } from 'vitest'
import moduleSource from '../../dist/steadysocket.js?raw'
import scriptSource from '../../dist/steadysocket.umd.js?raw'
import type * as Module from '../../src/index.ts'
import type Face from '../../src/umd.ts'
import { collect } from '../support/collect.ts'
import { openFrame } from '../support/frame.ts'
import { test } from './fixture.ts'

function urlOf(source: string): string {
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }))
  onTestFinished(() => URL.revokeObjectURL(url))
  return url
}

function policy(origin: string): string {
  const rules = `default-src 'none'; script-src blob: 'nonce-ours'; connect-src ${origin}`
  return `<meta http-equiv="Content-Security-Policy" content="${rules}">`
}

async function expectToWork(
  { SteadySocket, json }: Pick<typeof Module, 'SteadySocket' | 'json'>,
  url: string,
) {
  const socket = new SteadySocket(url, { codec: json<{ n: number }>(), reconnect: { delay: () => 0 } })
  onTestFinished(() => socket.close())
  const messages = collect(socket, 'message')
  const binaries = collect(socket, 'binary')
  socket.send({ n: 1 })
  expect(await messages.next()).toEqual({ n: 1 })
  socket.send(Uint8Array.of(1, 2))
  expect(((await binaries.next()) as Blob).size).toBe(2)
  socket.reconnect()
  socket.send({ n: 2 })
  expect(await messages.next()).toEqual({ n: 2 })
  expect(socket.stats).toMatchObject({ connections: 2, attempts: 2 })
}

test('[P1] a script tag gives `window.SteadySocket`, with the other exports as static members', async ({
  server,
}) => {
  const plain = await openFrame('')
  const page = await openFrame(`${policy(server.origin)}<script src="${urlOf(scriptSource)}"></script>`)
  const added = Object.keys(page).filter((name) => !(name in plain))
  expect(added).toEqual(['SteadySocket'])
  const { SteadySocket } = page as unknown as { SteadySocket: typeof Face }
  expect(() => page.eval('1')).toThrow()
  expect(SteadySocket.name).toBe('SteadySocket')
  expect(SteadySocket.CloseCode.GoingAway).toBe(1001)
  expect(SteadySocket.backoff(2, { jitter: 'none' })).toBe(6000)
  expect(SteadySocket.text.encode('as it is')).toBe('as it is')
  expect(new SteadySocket.SteadySocketError('TIMEOUT', 'too late')).toMatchObject({ code: 'TIMEOUT' })
  await expectToWork(SteadySocket, server.url('/echo'))
})

test('[P1] a module script imports it, with nothing else to load', async ({ server }) => {
  const script = `import * as steadysocket from '${urlOf(moduleSource)}'; Object.assign(window, { steadysocket })`
  const page = await openFrame(
    `${policy(server.origin)}<script type="module" nonce="ours">${script}</script>`,
  )
  const { steadysocket } = page as unknown as { steadysocket: typeof Module }
  expect(() => page.eval('1')).toThrow()
  expect(Object.keys(steadysocket).sort()).toEqual([
    'CloseCode',
    'SteadySocket',
    'SteadySocketError',
    'backoff',
    'json',
    'text',
  ])
  await expectToWork(steadysocket, server.url('/echo'))
})
