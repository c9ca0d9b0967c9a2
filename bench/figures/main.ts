/** Draws the figures of the guide into docs/images, and writes their captions into docs/sending.md: `npm run figures`. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { aDrop } from './a-drop.ts'
import { backPressure } from './back-pressure.ts'
import { states } from './states.ts'

const images = new URL('../../docs/images/', import.meta.url)
mkdirSync(images, { recursive: true })

const page = new URL('../../docs/sending.md', import.meta.url)
let text = readFileSync(page, 'utf8')

const figures = { 'back-pressure': await backPressure(), 'a-drop': await aDrop() }
for (const [name, { svg, caption }] of Object.entries(figures)) {
  writeFileSync(new URL(`${name}.svg`, images), svg)
  const before = new RegExp(`(<img src="images/${name}\\.svg"[^>]*>\n\n)\\*.*?\\*(?=\n\n)`, 's')
  if (!before.test(text)) throw new Error(`docs/sending.md has no place for the caption of ${name}.svg`)
  text = text.replace(before, (_, image) => image + wrap(`*${caption}*`))
}
writeFileSync(page, text)
writeFileSync(new URL('states.svg', images), states())

function wrap(paragraph: string): string {
  return paragraph.replace(/(.{1,120})(?: |$)/g, '$1\n').trimEnd()
}
