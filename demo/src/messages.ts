/** The list of messages, newest first: what still waits on top and grey, below it what the server has taken. */

import { create, createTime, find } from './page.ts'
import type { ChatMessage } from './protocol.ts'

const MAX_ITEMS = 200

const list = find('ol', 'messages')
const items = new Map<string, HTMLLIElement>()

export function showWaiting({ id, from, text }: Omit<ChatMessage, 'at'>): void {
  const item = create('li')
  item.className = 'mine waiting'
  item.append(create('bdi', from), create('small', 'waiting'), textOf(text))
  items.set(id, item)
  list.prepend(item)
}

/** Called again with a message that is already there (the history repeats some), it changes nothing. */
export function showMessage({ id, from, text, at }: ChatMessage): void {
  const item = items.get(id) ?? create('li')
  if (items.has(id) && !item.classList.contains('waiting')) return
  const newestTaken = list.querySelector('li:not(.waiting)')
  item.classList.remove('waiting')
  item.replaceChildren(create('bdi', from), createTime(at), textOf(text))
  items.set(id, item)
  list.insertBefore(item, newestTaken)
  forgetOldest()
}

function textOf(text: string): HTMLParagraphElement {
  const paragraph = create('p', text)
  paragraph.dir = 'auto'
  return paragraph
}

function forgetOldest(): void {
  if (items.size <= MAX_ITEMS) return
  for (const [id, item] of items) {
    if (item !== list.lastElementChild) continue
    items.delete(id)
    item.remove()
    return
  }
}
