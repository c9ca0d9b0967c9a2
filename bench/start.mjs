// Runs a TypeScript file, which Node 20 cannot by itself: `node bench/start.mjs bench/main.ts --quick`.
import { runnerImport } from 'vite'

process.argv.splice(1, 1)
await runnerImport(process.argv[1])
