/** The form and the list of the hello page. */

import { create, createTime, find } from '../page.ts'
import code from './hello.ts?raw'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

const name = find('input', 'name')
const kind = find('select', 'kind')
const binaryType = find('select', 'binary-type')
const log = find('ol', 'log')

find('code', 'code').textContent = code

/** Tells when the form is sent: the name as text or bytes. */
export function onSay(say: (message: string | Blob | ArrayBuffer) => void): void {
  find('form', 'form').addEventListener('submit', (event) => {
    event.preventDefault()
    if (kind.value === 'text') say(name.value)
    else if (kind.value === 'blob') say(new Blob([name.value]))
    else say(encoder.encode(name.value).buffer)
  })
}

export function onHangUp(hangUp: () => void): void {
  find('button', 'hang-up').addEventListener('click', hangUp)
}

export function onBinaryType(change: (type: BinaryType) => void): void {
  binaryType.addEventListener('change', () => change(binaryType.value as BinaryType))
}

/** Bytes in words: what they came as, how many, and what they say. */
export async function describe(data: Blob | ArrayBuffer): Promise<string> {
  const bytes = data instanceof Blob ? await data.arrayBuffer() : data
  return `${data.constructor.name} of ${bytes.byteLength} bytes: ${decoder.decode(bytes)}`
}

export function write(kind: string, text: string): void {
  const line = create('li')
  line.dataset['kind'] = kind
  line.append(createTime(Date.now()), create('b', kind), ' ', text)
  log.append(line)
  while (log.childElementCount > 100) log.firstElementChild?.remove()
}
