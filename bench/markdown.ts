/** The pieces of a document. */

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join('\n')
}

/** @param names how many columns hold names, and not figures */
export function table([head = [], ...body]: ReadonlyArray<readonly string[]>, names: number): string {
  const rule = head.map((_, index) => (index < names ? '---' : '---:'))
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Whether a goal is met, and what was found. */
export function verdict(met: boolean, found: string): string {
  return `${met ? 'yes' : '**no**'}: ${found}`
}
