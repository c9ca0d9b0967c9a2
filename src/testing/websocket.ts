/** The class that a page takes for the native `WebSocket`. */
import { domException } from '../errors.ts'
import { createHandlers, type Handlers } from '../event-handlers.ts'
import { resolveUrl } from '../page/url.ts'
import { readCloseArguments } from '../rules/close-codes.ts'
import { isSubprotocol } from '../rules/subprotocols.ts'
import { demandArgument, dress, toProtocols } from '../web-idl.ts'
import type { Network } from './network.ts'
import { createPageEnd, type PageEnd, type Request, readyStates } from './page-end.ts'

type NativeClass = typeof WebSocket

/** @param connect hands a request to the server */
export function createWebSocketClass(network: Network, connect: (request: Request) => void): NativeClass {
  class WebSocket extends EventTarget {
    private readonly end: PageEnd
    readonly handlers: Handlers = createHandlers(this)

    constructor(...given: [url?: unknown, protocols?: unknown]) {
      demandArgument(given)
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
      demandArgument(given)
      this.end.send(given[0])
    }

    close(code?: number, reason = ''): void {
      this.end.close(...readCloseArguments(code, reason))
    }
  }

  const { prototype } = WebSocket
  for (const type of ['open', 'message', 'error', 'close'] as const)
    Object.defineProperty(prototype, `on${type}`, {
      get(this: WebSocket) {
        return this.handlers.get(type)
      },
      set(this: WebSocket, handler: null) {
        this.handlers.set(type, handler)
      },
      enumerable: true,
      configurable: true,
    })
  dress(WebSocket, 'WebSocket', readyStates)
  return WebSocket as unknown as NativeClass
}

function readProtocols(given: unknown = []): string[] {
  const protocols = [toProtocols(given)].flat()
  // As engines do: of web-platform-tests, names that differ by case alone are not different.
  if (protocols.every(isSubprotocol) && new Set(protocols).size === protocols.length) return protocols
  throw domException('SyntaxError', `Not a list of different subprotocols: ${protocols.join()}`)
}
