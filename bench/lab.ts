/** What the page needs of Node: its own files, jobs, test servers, and the server that only counts. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { callMethod, type Method } from '../test/support/server-handle.ts'
import { TestServer } from '../test/support/test-server.ts'
import type { Answer, Hello, Job } from './scenario.ts'

type Asked = (body: never) => unknown

/** Resolves from outside. */
class Turn<T> {
  readonly taken: Promise<T>
  take!: (value: T) => void

  constructor() {
    this.taken = new Promise((resolve) => {
      this.take = resolve
    })
  }
}

export class Lab {
  private readonly http: Server
  private readonly sinkProcess: ChildProcess
  private readonly sinkPort: number
  private readonly files: Map<string, string | Uint8Array>
  private readonly servers = new Map<string, TestServer>()
  private greeting = new Turn<Hello>()
  private job = new Turn<Job>()
  private answer = new Turn<Answer>()

  private constructor(files: Map<string, string | Uint8Array>, sinkProcess: ChildProcess, sinkPort: number) {
    this.files = files
    this.sinkProcess = sinkProcess
    this.sinkPort = sinkPort
    this.http = createServer((request, response) => void this.serve(request, response))
  }

  /** @param before an earlier build of the library, a file */
  static async open(before?: string): Promise<Lab> {
    const sink = fork(here('start.mjs'), [here('sink.ts')])
    const [[port], files] = await Promise.all([once(sink, 'message'), buildPage('page', before)])
    const lab = new Lab(files, sink, port)
    lab.http.listen(0, '127.0.0.1')
    await once(lab.http, 'listening')
    return lab
  }

  /** Where the page is. */
  get url(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/`
  }

  get sink(): string {
    return `ws://127.0.0.1:${this.sinkPort}`
  }

  versionOf(library: string): string {
    return JSON.parse(readFileSync(here(`node_modules/${library}/package.json`), 'utf8')).version
  }

  /** What the page says once it is there; call it before the page is opened. */
  greeted(): Promise<Hello> {
    this.greeting = new Turn()
    this.job = new Turn()
    return this.greeting.taken
  }

  run(job: Job): Promise<Answer> {
    this.answer = new Turn()
    this.job.take(job)
    return this.answer.taken
  }

  /** Ends what a measurement left behind. */
  async tidy(): Promise<void> {
    const left = [...this.servers.values()]
    this.servers.clear()
    await Promise.all(left.map((server) => server.close()))
  }

  async close(): Promise<void> {
    await this.tidy()
    this.http.close()
    this.http.closeAllConnections()
    this.sinkProcess.disconnect()
  }

  private readonly asked: Record<string, Asked> = {
    '/hello': (hello: Hello) => {
      this.greeting.take(hello)
      return this.nextJob()
    },
    '/next': (answer: Answer) => {
      const next = this.nextJob()
      this.answer.take(answer)
      return next
    },
    '/server/open': async () => {
      const server = await TestServer.open()
      this.servers.set(server.origin, server)
      return server.origin
    },
    '/server/call': ({ origin, method, args }: { origin: string; method: Method; args: unknown[] }) =>
      callMethod(this.server(origin), method, args),
    '/server/reset-after': async ({ origin, messages }: { origin: string; messages: number }) => {
      const server = this.server(origin)
      await server.until({ messages })
      server.reset()
    },
  }

  private nextJob(): Promise<Job> {
    this.job = new Turn()
    return this.job.taken
  }

  private server(origin: string): TestServer {
    const server = this.servers.get(origin)
    if (!server) throw new Error(`There is no test server at ${origin}`)
    return server
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', method } = request
    // A page that is isolated has the finer clock.
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp')
    const file = this.files.get(url === '/' ? '/index.html' : url)
    if (method === 'GET' && file) {
      response.setHeader('Content-Type', url.endsWith('.js') ? 'text/javascript' : 'text/html')
      response.end(file)
      return
    }
    const handle = this.asked[url]
    const body = (await request.toArray()).join('')
    let answer: Answer
    try {
      if (!handle) throw new Error(`There is no ${url}`)
      answer = { value: await handle(JSON.parse(body) as never) }
    } catch (error) {
      answer = { error: String(error) }
    }
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(answer))
  }
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}

/** As an application would ship it: bundled and minified, every library alike. */
export async function buildPage(root = 'page', before?: string): Promise<Map<string, string | Uint8Array>> {
  const { output } = (await build({
    configFile: false,
    root: here(root),
    logLevel: 'warn',
    resolve: { alias: { before: before ? resolve(before) : here('candidates/no-build.ts') } },
    build: { write: false, target: 'es2022' },
  })) as Rolldown.RolldownOutput
  return new Map(output.map((file) => [`/${file.fileName}`, file.type === 'chunk' ? file.code : file.source]))
}
