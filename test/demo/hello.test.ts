/** The hello page. */
import { expect } from 'vitest'
import { faults } from '../support/axe.ts'
import { click, fill, open, shows, test, texts } from './fixture.ts'

const lines = async (page: Parameters<typeof texts>[0]): Promise<string[]> =>
  (await texts(page, '#log li')).map((line) => line.replace(/^.*?(?=open|message|close|error)/, ''))

test('[P2] it greets in text and bytes, as Blob and ArrayBuffer, and the server takes its leave', async ({
  server,
  browser,
}) => {
  const page = await open(browser, new URL('hello.html', server.url).href)
  await fill(page, 'name', 'Zoë')
  await click(page, '#form button[type=submit]')
  await shows(page, '#log', 'Hello from server, Zoë!')
  await fill(page, 'kind', 'blob')
  await click(page, '#form button[type=submit]')
  await shows(page, '#log', 'Blob of')
  await fill(page, 'kind', 'arraybuffer')
  await fill(page, 'binary-type', 'arraybuffer')
  await click(page, '#form button[type=submit]')
  await shows(page, '#log', 'ArrayBuffer of')
  await shows(page, '#log', 'close')
  expect(await lines(page)).toEqual([
    'open the connection is made',
    'message Hello from server, Zoë!',
    'message Blob of 24 bytes: Hello from server, Zoë!',
    'message ArrayBuffer of 24 bytes: Hello from server, Zoë!',
    'close cleanly, code 1000 Bye!',
  ])
  await shows(page, '#badge', 'Disconnected')
  expect(await faults(page)).toEqual([])
})

test('[P2] a connection that dies is told as such, and one that fails with an error', async ({
  server,
  browser,
}) => {
  const page = await open(browser, new URL('hello.html', server.url).href)
  await click(page, '#form button[type=submit]')
  await shows(page, '#log', 'Hello from server')
  await server.kill()
  await shows(page, '#log', 'the connection died, code 1006')
  await click(page, '#form button[type=submit]')
  await shows(page, '#log [data-kind=error]', 'error')
})
