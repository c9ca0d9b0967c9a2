/** Serves the page to the browsers, hands out the clients, and collects their diaries. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Assignment, Entry } from './diary.ts'
import { freshAddress } from './network.ts'

export class Crews {
  private readonly files: Map<string, string | Uint8Array>
  private readonly assignments: Assignment[][] = []
  private readonly servers: Server[] = []
  private readonly noted: (entry: Entry) => void

  /** @param files of the page, by path */
  constructor(files: Map<string, string | Uint8Array>, noted: (entry: Entry) => void) {
    this.files = files
    this.noted = noted
  }

  /** The address of a page for these clients. Each is a site of its own, so that engines that tell sites apart do. */
  async page(assignments: Assignment[]): Promise<string> {
    const crew = this.assignments.push(assignments) - 1
    return `${await this.listen()}?crew=${crew}`
  }

  /** The address of a page that shows those pages; without an `&`, at which Chromium's launcher would cut it. */
  async frames(pages: readonly string[]): Promise<string> {
    return `${await this.listen()}?frames=${pages.join()}`
  }

  close(): void {
    for (const server of this.servers) {
      server.close()
      server.closeAllConnections()
    }
  }

  private async listen(): Promise<string> {
    const server = createServer((request, response) => void this.serve(request, response))
    this.servers.push(server)
    server.listen(0, freshAddress())
    await once(server, 'listening')
    const { address, port } = server.address() as AddressInfo
    return `http://${address}:${port}/`
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://here')
    if (pathname === '/diary') {
      for (const entry of JSON.parse((await request.toArray()).join('')) as Entry[]) this.noted(entry)
      response.end()
    } else if (pathname.startsWith('/crew/')) {
      response.end(JSON.stringify(this.assignments[Number(pathname.slice('/crew/'.length))]))
    } else {
      const file = this.files.get(pathname === '/' ? '/index.html' : pathname)
      response.statusCode = file ? 200 : 404
      response.setHeader('Content-Type', pathname.endsWith('.js') ? 'text/javascript' : 'text/html')
      response.end(file)
    }
  }
}
