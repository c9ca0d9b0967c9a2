// The self-contained bundles, gzipped, may not outgrow their budget unnoticed.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const budget = 13_600
for (const file of ['dist/steadysocket.umd.js', 'dist/steadysocket.js']) {
  const size = gzipSync(readFileSync(file), { level: 9 }).length
  console.log(`${file}: ${size} bytes gzipped, of at most ${budget}`)
  if (size > budget) {
    console.error(
      `${file} has outgrown its budget: make it smaller, or raise the budget in scripts/check-size.mjs.`,
    )
    process.exitCode = 1
  }
}
