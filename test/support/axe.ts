/** Looks for what keeps people from using a page, by axe. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

interface Violation {
  id: string
  nodes: { html: string; failureSummary?: string }[]
}

/** Playwright's and our own alike. */
interface Page {
  evaluate<T>(run: () => T | Promise<T>): Promise<T>
}

/** What axe finds wrong with the page. */
export async function faults(page: Page): Promise<string[]> {
  // As the text of a function, since the page's policy lets no page evaluate one.
  const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')
  await page.evaluate(new Function(source) as () => void)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}
