/** The class that a page takes for the native `WebSocket`. */
import { domException } from '../errors.ts'
import { resolveUrl } from '../page/url.ts'
import { readCloseArguments } from '../rules/close-codes.ts'
import { dress } from '../web-idl.ts'
import { handlerAttribute } from './events.ts'
import type { Network } from './network.ts'
import { createPageEnd, type PageEnd, type Request, readyStates } from './page-end.ts'

type NativeClass = typeof WebSocket

/** @param connect hands a request to the server */
export function createWebSocketClass(network: Network, connect: (request: Request) => void): NativeClass {
  class WebSocket extends EventTarget {
    private readonly end: PageEnd

    constructor(...given: [url?: unknown, protocols?: unknown]) {
      demand(given)
      super()
      const url = resolveUrl(`${given[0]}`)
      this.end = createPageEnd(this, { url, protocols: readProtocols(given[1]) }, network, connect)
    }

    get url(): string {
      return this.end.url
    }

    get readyState(): number {
      return this.end.readyState
    }

    get bufferedAmount(): number {
      return this.end.bufferedAmount
    }

    get protocol(): string {
      return this.end.protocol
    }

    get extensions(): string {
      return ''
    }

    get binaryType(): BinaryType {
      return this.end.binaryType
    }

    set binaryType(type: BinaryType) {
      if (type === 'blob' || type === 'arraybuffer') this.end.binaryType = type
    }

    send(...given: [data?: unknown]): void {
      demand(given)
      this.end.send(given[0])
    }

    close(code?: number, reason = ''): void {
      this.end.close(...readCloseArguments(code, reason))
    }
  }

  const { prototype } = WebSocket
  for (const type of ['open', 'message', 'error', 'close'])
    Object.defineProperty(prototype, `on${type}`, handlerAttribute(type))
  dress(WebSocket, 'WebSocket', readyStates)
  return WebSocket as unknown as NativeClass
}

function demand(given: readonly unknown[]): void {
  if (given.length === 0) throw new TypeError('1 argument required, but only 0 present')
}

/** WHATWG WebSockets: each a token of HTTP, and none twice. */
function readProtocols(given: unknown = []): string[] {
  const isList = typeof given === 'object' && given !== null && Symbol.iterator in given
  const protocols = isList ? Array.from(given as Iterable<unknown>, String) : [`${given}`]
  const isToken = (text: string): boolean => /^[!#$%&'*+\-.^_`|~\w]+$/.test(text)
  if (protocols.every(isToken) && new Set(protocols).size === protocols.length) return protocols
  throw domException('SyntaxError', `Not a list of different subprotocols: ${protocols.join()}`)
}
