/** What a page says last: in which listeners, what `send()` answers there, and where it arrives. */
import { expect } from 'vitest'
import type { DrivenPage } from '../support/launch-browsers.ts'
import type { TestServerFixture } from '../support/server-fixture.ts'
import { neverByItself, openLibrary, reached, type Site } from './fixture.ts'

interface Rig {
  page: DrivenPage
  site: Site
  server: TestServerFixture
}

export type Stage = 'open' | 'waiting'

/** Opens a page that says a word in each listener, added before and after its socket, and brings that so far. */
export async function openSpeaker(stage: Stage, { page, site, server }: Rig): Promise<void> {
  await openLibrary(page, site.bare)
  await page.evaluate(
    (url: string, options: typeof neverByItself) => {
      // It outlives the page, and is quick.
      window.name = '{}'
      const answers: Record<string, string> = {}
      const say = (word: string): void => {
        // Once only: not when the page comes back.
        if (word in answers) return
        answers[word] = socket.send(word)
        window.name = JSON.stringify(answers)
      }
      const listen = (when: string): void => {
        const onHidden = (place: string) => () => {
          if (document.visibilityState === 'hidden') say(`${when}, visibilitychange on ${place}`)
        }
        addEventListener('pagehide', () => say(`${when}, pagehide`))
        document.addEventListener('visibilitychange', onHidden('document'))
        addEventListener('visibilitychange', onHidden('window'))
      }
      listen('before')
      globalThis.socket = new library.SteadySocket(url, options)
      // Its own listeners are there by then.
      setTimeout(() => listen('after'))
    },
    server.url('/sink'),
    neverByItself,
  )
  await server.until({ connections: 1 })
  await reached(page, 'open')
  // The listeners of `after` are there, too.
  await page.evaluate(() => new Promise<void>((done) => setTimeout(() => setTimeout(done))))
  if (stage === 'waiting') {
    await server.closeAll(1001)
    await reached(page, 'waiting')
  }
}

/** What `send()` has answered, by word; also where the page was not kept. */
export function answers(page: DrivenPage): Promise<Record<string, string>> {
  return page.evaluate(() => JSON.parse(window.name))
}

/** The texts that have arrived, by connection. */
export async function arrived(server: TestServerFixture): Promise<(string | undefined)[][]> {
  const { connections } = await server.record()
  return connections.map(({ messages }) => messages.map(({ text }) => text))
}

/**
 * Firefox closes the sockets of a page before it tells the page that it goes, and keeps no page with a socket. What was
 * answered `sent` before that has arrived, on the old connection.
 */
export async function expectNoneAstray(page: DrivenPage, server: TestServerFixture): Promise<void> {
  const sent = Object.entries(await answers(page)).flatMap(([word, answer]) =>
    answer === 'sent' ? [word] : [],
  )
  const [old, ...next] = await arrived(server)
  expect(old).toEqual(expect.arrayContaining(sent))
  expect(next).toEqual([])
}
