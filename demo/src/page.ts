/** How to get at the elements of the page, and how to make new ones. */

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

export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(bytes < 10 * 1024 ? 1 : 0)} KiB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}
