/** What the pages run that the tests open: one socket, as the query says, and the story of page and socket. */
import { SteadySocket } from '../../src/index.ts'

declare global {
  /** For pages whose socket the test makes, or several of them. */
  var library: { SteadySocket: typeof SteadySocket }
  var socket: SteadySocket
  /** What the page was told and what the socket told, each with the state in which the socket was then. */
  var story: string[]
  /** What the page sends in `pagehide`, before the socket has heard of that. */
  var partingWords: string[]
}

const query = new URLSearchParams(location.search)
globalThis.library = { SteadySocket }
globalThis.story = []
globalThis.partingWords = []

const note = (what: string): void => void story.push(`${what}: ${socket.state.name}`)

const url = query.get('url')
if (url !== null) start(url)

function start(url: string): void {
  addEventListener('pagehide', () => {
    for (const word of partingWords) note(`${word} ${socket.send(word)}`)
  })
  const provide = (): string => {
    note('url')
    return url
  }
  globalThis.socket = new SteadySocket(
    query.has('provide') ? provide : url,
    JSON.parse(query.get('options') ?? '{}'),
  )
  socket
    .on('close', ({ phase }) => note(`close (${phase})`))
    .on('retry', () => query.has('provide') && note('retry'))
    .on('open', () => note('open'))
  // The socket has its own listeners by then, so that these find what it did.
  queueMicrotask(() => {
    for (const type of ['pagehide', 'pageshow'] as const) {
      addEventListener(type, ({ persisted }) => persisted && note(type))
    }
    for (const type of ['online', 'offline']) addEventListener(type, () => note(type))
    for (const type of ['freeze', 'resume', 'prerenderingchange']) {
      document.addEventListener(type, () => note(type))
    }
    document.addEventListener('visibilitychange', () => note(document.visibilityState))
  })
  if ('prerendering' in document && document.prerendering) setTimeout(lookAtPrerendering, 200)
}

function lookAtPrerendering(): void {
  note('prerendering')
  void fetch('/prerendered')
}
