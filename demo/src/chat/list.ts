/** The list of messages: in the order of their numbers, and grey below them what the server has not taken yet. */

import type { ChatMessage } from '../messages.ts'
import { create, createTime, find } from '../page.ts'

const MAX_ITEMS = 300

interface Item {
  element: HTMLLIElement
  /** Infinity while it waits. */
  number: number
}

const scroller = find('div', 'scroller')
const list = find('ol', 'messages')
const items = new Map<string, Item>()
list.replaceChildren()

/** Whether the newest is in sight, and is to stay so. */
let following = true
scroller.onscroll = () => {
  following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 50
}

function scrollToEnd(): void {
  scroller.scrollTop = scroller.scrollHeight
}

/** The number of the newest message that is here. */
export let newest = 0

/** Shows it in grey, below all others. What it answers goes into the item, for a picture's progress. */
export function showWaiting({ id, from, text }: { id: string; from: string; text: string }): HTMLElement {
  const element = create('li')
  element.className = 'mine waiting'
  const content = textOf(text)
  element.append(create('bdi', from), create('small', 'waiting'), content)
  items.set(id, { element, number: Infinity })
  list.append(element)
  scrollToEnd()
  return element
}

/** Shows it at its place. Answers whether it is new here: perhaps it came before, by another way. */
export function showMessage({ id, number, from, text, at, picture }: ChatMessage): boolean {
  newest = Math.max(newest, number)
  const item = items.get(id) ?? { element: create('li'), number: Infinity }
  if (item.number !== Infinity) return false
  item.number = number
  item.element.classList.remove('waiting')
  item.element.replaceChildren(create('bdi', from), createTime(at), picture ? frameOf(text) : textOf(text))
  items.set(id, item)
  list.insertBefore(item.element, firstAfter(number))
  if (following) scrollToEnd()
  forgetOldest()
  return true
}

/** It is not to be sent. */
export function removeWaiting(id: string): void {
  const item = items.get(id)
  if (item?.number !== Infinity) return
  item.element.remove()
  items.delete(id)
}

/** Puts the picture into its frame, or says why there is none. */
export function showPicture(id: string, picture: Blob | string): void {
  const frame = items.get(id)?.element.querySelector('figure')
  if (!frame) return
  if (typeof picture === 'string') {
    frame.prepend(create('em', picture))
    return
  }
  const image = create('img')
  image.alt = frame.textContent ?? ''
  image.src = URL.createObjectURL(picture)
  image.onload = () => {
    URL.revokeObjectURL(image.src)
    frame.classList.remove('loading')
    if (following) scrollToEnd()
  }
  image.onerror = () => image.replaceWith(create('em', 'This is no picture that can be shown'))
  frame.prepend(image)
}

function textOf(text: string): HTMLParagraphElement {
  const paragraph = create('p', text)
  paragraph.dir = 'auto'
  return paragraph
}

function frameOf(name: string): HTMLElement {
  const frame = create('figure')
  frame.className = 'loading'
  frame.append(create('figcaption', name))
  return frame
}

function firstAfter(number: number): HTMLLIElement | null {
  let first: Item | undefined
  for (const item of items.values()) {
    if (item.number > number && (!first || item.number < first.number)) first = item
  }
  return first?.element ?? null
}

function forgetOldest(): void {
  const oldest = list.firstElementChild
  if (items.size <= MAX_ITEMS || !oldest) return
  for (const [id, { element }] of items) if (element === oldest) items.delete(id)
  oldest.remove()
}
