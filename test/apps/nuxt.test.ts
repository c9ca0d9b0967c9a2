/** The composables in Nuxt, built for production. */
import { furnish, run, start } from './application.ts'
import { testRendered } from './rendered.ts'

testRendered({
  async serve() {
    const folder = furnish('nuxt')
    await run(folder, 'nuxt/bin/nuxt.mjs', 'build')
    return start(folder, '.output/server/index.mjs')
  },
  html: /<p>connecting idle\s*<\/p><i>idle<\/i>/,
  open: 'online open',
})
