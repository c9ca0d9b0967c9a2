/** The hooks in Next.js: its app router, built for production. */
import { furnish, run, start } from './application.ts'
import { testRendered } from './rendered.ts'

testRendered({
  async serve() {
    const folder = furnish('next')
    await run(folder, 'next/dist/bin/next', 'build')
    return start(folder, 'node_modules/next/dist/bin/next', 'start', '-H', '127.0.0.1', '-p', '0')
  },
  html: /<p>connecting\s*<\/p><i>idle<\/i>/,
  open: 'online',
})
