/** Builds the library three ways: modules for bundlers and Node, one script for a tag, one module for a tag. */
import { resolve } from 'node:path'
import { defineConfig, type EnvironmentOptions, type LibraryOptions, type Plugin } from 'vite'

/** Each entry is a file of src/ and a subpath in the `exports` of package.json. */
const entries = ['index']

const selfContained = ['umd', 'module']

/** EventEmitter3's `import` entry wraps its CommonJS file; its own ESM build makes the bundle 180 B smaller. */
const eventEmitterEsm: Plugin = {
  name: 'eventemitter3-esm',
  enforce: 'pre',
  applyToEnvironment: ({ name }) => selfContained.includes(name),
  resolveId: (id) =>
    id === 'eventemitter3' ? resolve('node_modules/eventemitter3/dist/eventemitter3.esm.js') : null,
}

type Output = { exports?: 'default' }

/** One minified file with the emitter inside. Class names survive: they show in stacks and consoles. */
function bundle(lib: LibraryOptions, output: Output = {}): EnvironmentOptions {
  const names = { keepNames: { class: true, function: false } }
  return {
    consumer: 'client',
    build: {
      emptyOutDir: false,
      minify: true,
      lib,
      rolldownOptions: { output: { minify: { compress: names, mangle: names, codegen: true }, ...output } },
    },
  }
}

export default defineConfig({
  plugins: [eventEmitterEsm],
  build: { target: 'es2022', sourcemap: true },
  builder: {
    async buildApp(builder) {
      for (const name of ['client', ...selfContained]) {
        const environment = builder.environments[name]
        if (environment) await builder.build(environment)
      }
    },
  },
  environments: {
    client: {
      build: {
        minify: false,
        lib: {
          entry: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
          formats: ['es', 'cjs'],
        },
        rolldownOptions: {
          external: ['eventemitter3'],
          output: { preserveModules: true, preserveModulesRoot: 'src' },
        },
      },
    },
    umd: bundle(
      {
        entry: 'src/umd.ts',
        name: 'SteadySocket',
        formats: ['umd'],
        fileName: () => 'steadysocket.umd.js',
      },
      { exports: 'default' },
    ),
    module: bundle({ entry: 'src/index.ts', formats: ['es'], fileName: () => 'steadysocket.js' }),
  },
})
