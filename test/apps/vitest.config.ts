/** Applications of other people's frameworks, with the library as it is published; and the hooks in React 18. */
import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { browserProjects, findEngines } from '../support/browser-projects.ts'

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The same tests as for React 19, in Chromium. */
function react18(): TestProjectInlineConfiguration[] {
  const chromium = findEngines().filter(({ engine }) => engine === 'chromium')
  return browserProjects(chromium).map((project) => ({
    ...project,
    cacheDir: 'node_modules/.vite/react-18',
    resolve: {
      alias: {
        react: folder('react-18/node_modules/react'),
        'react-dom': folder('react-18/node_modules/react-dom'),
      },
    },
    test: {
      ...project.test,
      name: 'react 18',
      include: ['test/browser/react.test.ts'],
      env: { REACT: '18' },
    },
  }))
}

export default defineConfig({
  root: folder('../..'),
  test: {
    retry: 0,
    projects: [
      {
        test: {
          name: 'apps',
          environment: 'node',
          include: ['test/apps/*.test.ts', 'test/apps/libraries/*.test.ts'],
          // Otherwise graphql is there twice, once as Vite finds it and once as Node does.
          server: { deps: { inline: ['graphql-ws'] } },
          globalSetup: 'test/support/packed.ts',
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
      ...react18(),
    ],
  },
})
