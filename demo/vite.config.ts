/** The three pages. All addresses in them are relative, so that the build may live in any folder. */
import { defineConfig } from 'vite'

export default defineConfig({
  base: './',
  build: {
    target: 'es2022',
    rolldownOptions: { input: ['index.html', 'hello.html', 'lab.html'] },
  },
})
