/** What a page shows, and what is said on its console. */
import { expect, vi } from 'vitest'

/** Keeps what is said while it is used; nothing may be. */
export async function expectSilence(use: (said: unknown[][]) => Promise<void>): Promise<void> {
  const said: unknown[][] = []
  for (const method of ['error', 'warn'] as const)
    vi.spyOn(console, method).mockImplementation((...args) => void said.push(args))
  await use(said)
  vi.restoreAllMocks()
  expect(said).toEqual([])
}

/** Resolves once the element says that. */
export function says(element: HTMLElement, text: string): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (element.textContent !== text) return
      observer.disconnect()
      resolve()
    }
    const observer = new MutationObserver(look)
    observer.observe(element, { childList: true, characterData: true, subtree: true })
    look()
  })
}
