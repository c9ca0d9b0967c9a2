/** The projects of the test suite: five that run in Node, and three for each browser engine. */
import { defineConfig } from 'vitest/config'
import {
  browserProjects,
  demoProjects,
  findEngines,
  pageProjects,
  sideBySide,
} from './support/browser-projects.ts'
import { TallyReporter } from './support/tally-reporter.ts'

const engines = findEngines()

export default defineConfig({
  test: {
    reporters: ['default', new TallyReporter()],
    retry: 0,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/**/umd.ts', 'src/**/index.ts'],
      reporter: ['text', 'json-summary'],
      thresholds: { statements: 98, branches: 95, functions: 98, lines: 98 },
    },
    projects: [
      { test: { name: 'unit', environment: 'happy-dom', include: ['test/unit/**/*.test.ts'] } },
      { test: { name: 'server', environment: 'node', include: ['test/server/**/*.test.ts'] } },
      {
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: 'test/tsconfig.json',
          },
        },
      },
      ...browserProjects(engines),
      {
        test: {
          name: 'package',
          environment: 'node',
          include: ['test/package/**/*.test.ts'],
          globalSetup: 'test/support/packed.ts',
          testTimeout: 60_000,
          ...sideBySide,
        },
      },
      {
        test: {
          name: 'network',
          environment: 'node',
          include: ['test/network/**/*.test.ts'],
          testTimeout: 60_000,
          ...sideBySide,
        },
      },
      ...pageProjects(engines),
      ...demoProjects(engines),
    ],
  },
})
