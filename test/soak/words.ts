/** The numbered messages of both sides: `17:40:` and dots, up to so many bytes; only `17` and dots where there is no room. */
const head = /^(\d+)(?:\.(\d+))?(?::(\d+):)?/
const roomy = 24

/** @param name a number, or two with a dot between them */
export function word(name: string, size: number): string {
  const start = size < roomy ? name : `${name}:${size}:`
  return start.padEnd(size, '.')
}

export interface Word {
  number: number
  /** The one behind the dot. */
  second: number
  /** Whether it is as it was made. */
  isWhole: boolean
}

/** Undefined if it is none. */
export function readWord(text: string): Word | undefined {
  const found = head.exec(text)
  if (!found) return undefined
  const [start, number, second, size] = found
  const rest = text.length - start.length
  const isWhole =
    (size === undefined ? text.length < roomy : Number(size) === text.length) && dots(rest, text)
  return { number: Number(number), second: Number(second), isWhole }
}

function dots(count: number, text: string): boolean {
  return text.endsWith('.'.repeat(count))
}

/** The payload of malformed frames, some of which engines take all the same: Firefox does not mind a mask. */
export const foreign = 'A'
