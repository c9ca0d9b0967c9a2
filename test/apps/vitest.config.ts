/** Tests with libraries and frameworks, which have a package of their own: `npm run test:apps`. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'apps',
    environment: 'node',
    root: import.meta.dirname,
    include: ['**/*.test.ts'],
    globalSetup: '../support/packed.ts',
    // Otherwise graphql is there twice, once as Vite finds it and once as Node does.
    server: { deps: { inline: ['graphql-ws'] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
})
