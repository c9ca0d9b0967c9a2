/** Builds the library three ways: modules for bundlers and Node; and of the class and the drop-in one script and one module for a tag. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig, type EnvironmentOptions, type LibraryOptions, type Plugin } from 'vite'

/** Each entry is a file of src/ and a subpath in the `exports` of package.json. */
const entries = ['index', 'websocket/index', 'streams', 'status', 'react', 'vue', 'testing/index']

/** What the application brings along: the peer dependencies. */
const external = ['react', 'vue']

const emitterFolder = 'node_modules/eventemitter3'

function credit(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  return `${name} ${version}, ${license}`
}

const [copyright = ''] = /\(c\).*/.exec(readFileSync(`${emitterFolder}/LICENSE`, 'utf8')) ?? []
const emitterCredit = `${credit(emitterFolder)}, ${copyright}`

/** EventEmitter3's `import` entry wraps its CommonJS file; bundlers and browsers do better with its own ESM build. */
const eventEmitterEsm: Plugin = {
  name: 'eventemitter3-esm',
  enforce: 'pre',
  resolveId: (id) => (id === 'eventemitter3' ? resolve(emitterFolder, 'dist/eventemitter3.esm.js') : null),
}

/** A module's name in dist. npm would not publish a folder node_modules there. */
const fileName = (module: string) => (module.startsWith(emitterFolder) ? 'eventemitter3' : module)

/** One minified module, `steadysocket.js`, that says whose it is. Class names survive: they show in stacks and consoles. */
function bundle(file: string, entry: string): EnvironmentOptions {
  return minified({ entry, formats: ['es'], fileName: () => `${file}.js` })
}

/** The same as a script that sets a global. */
function script(file: string, entry: string, name: string): EnvironmentOptions {
  return minified({ entry, name, formats: ['umd'], fileName: () => `${file}.umd.js` }, { exports: 'default' })
}

function minified(lib: LibraryOptions, output: { exports?: 'default' } = {}): EnvironmentOptions {
  const names = { keepNames: { class: true, function: false } }
  return {
    consumer: 'client',
    build: {
      emptyOutDir: false,
      minify: true,
      lib,
      rolldownOptions: {
        output: {
          minify: { compress: names, mangle: names, codegen: true },
          postBanner: `/*! ${credit('.')}; ${emitterCredit} */`,
          ...output,
        },
      },
    },
  }
}

export default defineConfig({
  plugins: [eventEmitterEsm],
  build: { target: 'es2022', sourcemap: true },
  builder: {
    async buildApp(builder) {
      // The first empties the folder. Vite has an environment of its own, too, for server-side rendering.
      for (const name of ['client', 'umd', 'module', 'dropInUmd', 'dropInModule']) {
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
          fileName: (format, module) => `${fileName(module)}.${format === 'es' ? 'js' : 'cjs'}`,
        },
        rolldownOptions: {
          external,
          output: {
            preserveModules: true,
            preserveModulesRoot: 'src',
            banner: ({ name }) =>
              fileName(name) === 'eventemitter3' ? `/* ${emitterCredit}: THIRD-PARTY-LICENSES.txt */` : '',
          },
        },
      },
    },
    umd: script('steadysocket', 'src/umd.ts', 'SteadySocket'),
    module: bundle('steadysocket', 'src/index.ts'),
    dropInUmd: script('websocket', 'src/websocket/umd.ts', 'ReconnectingWebSocket'),
    dropInModule: bundle('websocket', 'src/websocket/index.ts'),
  },
})
