/** The pages over HTTP: from Vite while you work on them, from `dist/` in production. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import sirv from 'sirv'

/** @import { RequestListener, Server } from 'node:http' */

const root = join(import.meta.dirname, '..')

/**
 * @param {Server} http which also carries Vite's own connection
 * @returns {Promise<{ serve: RequestListener, close(): Promise<void> }>}
 */
export async function livePages(http) {
  const { createServer } = await import('vite')
  const vite = await createServer({
    root,
    appType: 'mpa',
    server: { middlewareMode: true, ws: { server: http } },
  })
  return { serve: vite.middlewares, close: () => vite.close() }
}

/** @returns {{ serve: RequestListener, close(): Promise<void> }} */
export function builtPages() {
  const folder = join(root, 'dist')
  if (!existsSync(folder)) throw new Error('There are no built pages yet. Build them first: npm run build')
  const serve = sirv(folder, {
    setHeaders: (response) => {
      response.setHeader('Content-Security-Policy', "default-src 'self'; img-src 'self' data: blob:")
      response.setHeader('X-Content-Type-Options', 'nosniff')
    },
  })
  return { serve, close: async () => {} }
}
