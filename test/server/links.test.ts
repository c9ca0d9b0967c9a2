/** Links between the pages of the documentation: what they name is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'

const pages = ['.', 'docs', 'demo']
  .flatMap((folder) =>
    readdirSync(folder, { recursive: folder === 'docs' }).map((name) => join(folder, String(name))),
  )
  .filter((file) => file.endsWith('.md'))

test.for(pages)('[P1] every link of %s leads somewhere', (page) => {
  const prose = withoutCode(readFileSync(page, 'utf8'))
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)].map(([, link, source]) =>
    String(link ?? source),
  )
  const dead = links.filter((link) => !/^[a-z]+:/.test(link) && !leadsSomewhere(page, link))
  expect(dead).toEqual([])
})

test('[P1] the index names every page of docs', () => {
  const index = readFileSync('docs/README.md', 'utf8')
  const named = pages.filter((page) => dirname(page) === 'docs' && page !== 'docs/README.md')
  expect(named.filter((page) => !index.includes(`(${page.slice('docs/'.length)})`))).toEqual([])
})

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const file = path ? normalize(join(dirname(page), path)) : page
  if (!existsSync(file)) return false
  return anchor === undefined || anchorsOf(file).has(anchor)
}

/** As GitHub makes them of headings, and those that are set by hand. */
function anchorsOf(file: string): Set<string> {
  const text = readFileSync(file, 'utf8')
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => String(id)))
  const counts = new Map<string, number>()
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#{1,6} +(.+)$/gm)) {
    const slug = heading
      .replace(/\]\([^)]*\)/g, ']')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}\- _]/gu, '')
      .replaceAll(' ', '-')
    const count = counts.get(slug) ?? 0
    counts.set(slug, count + 1)
    anchors.add(count > 0 ? `${slug}-${count}` : slug)
  }
  return anchors
}

function withoutBlocks(text: string): string {
  return text.replace(/^```.*?^```/gms, '')
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/`[^`\n]+`/g, '')
}
