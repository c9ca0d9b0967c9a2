/** Blobs that are being read when the page is left. */
import { expect } from 'vitest'
import { engine, openLibrary, reached, test } from './fixture.ts'

test('[S9] left while Blobs are on their way, and back, nothing arrives twice, and all in order', async ({
  page,
  site,
  server,
}) => {
  await openLibrary(page, site.bare)
  await page.evaluate((url: string) => {
    globalThis.socket = new library.SteadySocket(url)
    let number = 0
    setInterval(() => {
      if (socket.state.name !== 'open') return
      for (let count = 0; count < 20; count++) {
        const text = `${++number} `.padEnd(3_000, '.')
        socket.send(count === 10 ? new Blob([text]) : text)
      }
    }, 2)
  }, server.url('/sink'))
  const arrived = async (): Promise<number[]> => {
    const { connections } = await server.record()
    return connections.flatMap(({ messages }) => messages.map(({ sequence }) => sequence ?? 0))
  }
  // Firefox keeps no page with a socket.
  const turns = engine === 'firefox' ? 1 : 5
  for (let turn = 1; turn <= turns; turn++) {
    await reached(page, 'open')
    await server.until({ messages: (await arrived()).length + 200 })
    await page.follow(site.elsewhere)
    await page.back()
    if (turn < turns) await server.until({ connections: turn + 1 })
  }
  const numbers = await arrived()
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
})
