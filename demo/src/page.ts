/** The badge, the event log, and how to get at the elements of the page. */

const MAX_LOG_LINES = 30

export function find<K extends keyof HTMLElementTagNameMap>(tag: K, id: string): HTMLElementTagNameMap[K] {
  const element = document.querySelector<HTMLElementTagNameMap[K]>(`${tag}#${id}`)
  if (!element) throw new Error(`The page has no <${tag} id="${id}">`)
  return element
}

/** An element with a text in it. As text, never as HTML: it may come from a stranger. */
export function create<K extends keyof HTMLElementTagNameMap>(tag: K, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  element.textContent = text
  return element
}

export function createTime(at: number): HTMLTimeElement {
  const time = create('time', new Date(at).toLocaleTimeString())
  time.dateTime = new Date(at).toISOString()
  return time
}

const badge = find('p', 'badge')
const state = find('span', 'state')
const countdown = find('span', 'countdown')
let ticking: ReturnType<typeof setInterval> | undefined

/** With `until` (ms since 1970) a countdown runs beside the words: outside what a screen reader announces. */
export function showBadge(name: string, words: string, until?: number): void {
  badge.dataset['state'] = name
  state.textContent = words
  countdown.textContent = ''
  clearInterval(ticking)
  if (until === undefined) return
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000))
    countdown.textContent = ` in ${seconds} s`
  }
  tick()
  ticking = setInterval(tick, 200)
}

const lines = find('ol', 'log')

export function writeLog(text: string): void {
  const line = create('li')
  line.append(createTime(Date.now()), ' ', text)
  lines.prepend(line)
  if (lines.childElementCount > MAX_LOG_LINES) lines.lastElementChild?.remove()
}
