/** Draws the figures of the guide into docs/images, and prints their captions: `npm run figures`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { aDrop } from './a-drop.ts'
import { backPressure } from './back-pressure.ts'
import { states } from './states.ts'

const images = new URL('../../docs/images/', import.meta.url)
mkdirSync(images, { recursive: true })

const figures = { 'back-pressure': await backPressure(), 'a-drop': await aDrop() }
for (const [name, { svg, caption }] of Object.entries(figures)) {
  writeFileSync(new URL(`${name}.svg`, images), svg)
  console.log(`${name}.svg: ${caption}\n`)
}
writeFileSync(new URL('states.svg', images), states())
