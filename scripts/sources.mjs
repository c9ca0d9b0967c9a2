// The library's own sources, for what is built of the demo, which names the package.
import { fileURLToPath } from 'node:url'

const source = (file) => fileURLToPath(new URL(`../src/${file}`, import.meta.url))

export const sources = [
  { find: /^steadysocket$/, replacement: source('index.ts') },
  { find: /^steadysocket\/(websocket|testing)$/, replacement: source('$1/index.ts') },
  { find: /^steadysocket\/(\w+)$/, replacement: source('$1.ts') },
]
