/** Every event, newest first, with a filter. */

import { create, createTime, find } from '../page.ts'

const MAX_LINES = 400
const kinds = ['state', 'open', 'message', 'binary', 'close', 'retry', 'error', 'drop', 'drain'] as const
export type Kind = (typeof kinds)[number]

const log = find('ol', 'log')
/** Those that would bury the others are not shown at first. */
const hidden = new Set<Kind>(['message'])
let waiting: HTMLLIElement[] = []

export function showFilter(): void {
  for (const kind of kinds) {
    const box = create('input')
    box.type = 'checkbox'
    box.checked = !hidden.has(kind)
    box.addEventListener('change', () => {
      if (box.checked) hidden.delete(kind)
      else hidden.add(kind)
      for (const line of log.children) line.toggleAttribute('hidden', isHidden(line as HTMLElement))
    })
    const label = create('label')
    label.append(box, kind)
    find('fieldset', 'filter').append(label)
  }
  find('button', 'clear-log').addEventListener('click', () => log.replaceChildren())
}

function isHidden(line: HTMLElement): boolean {
  return hidden.has(line.dataset['kind'] as Kind)
}

export function write(kind: Kind, text: string): void {
  const line = create('li')
  line.dataset['kind'] = kind
  line.hidden = hidden.has(kind)
  line.append(createTime(Date.now()), create('b', kind), ' ', text)
  // A burst is shown at once, and no more of it than there is room for.
  if (waiting.push(line) === 1) setTimeout(flush, 50)
  else if (waiting.length > 2 * MAX_LINES) waiting = waiting.slice(-MAX_LINES)
}

function flush(): void {
  log.prepend(...waiting.splice(0).reverse())
  // What is hidden takes no room from what is shown.
  for (const selector of ['li[hidden]', 'li:not([hidden])']) {
    for (const line of [...log.querySelectorAll(`:scope > ${selector}`)].slice(MAX_LINES)) line.remove()
  }
}
