/** The native class: where it is found, and how to get to know what `SteadySocket` makes of it. */
import type { WebSocketClass, WebSocketLike } from '../index.ts'

const atFirst: WebSocketClass | undefined = globalThis.WebSocket

/** The global class, but where a drop-in has taken its place, what was there before. */
export function nativeClass(): WebSocketClass | undefined {
  const { WebSocket } = globalThis
  return 'steady' in Object(WebSocket?.prototype) ? atFirst : WebSocket
}

/** The class, but each new socket is shown; where there is no class, that stays for `SteadySocket` to say. */
export function shown(
  Class: WebSocketClass | undefined,
  show: (native: WebSocketLike) => void,
): WebSocketClass | undefined {
  if (typeof Class !== 'function') return Class
  return function Native(url: string, protocols?: string | string[]) {
    const native = new Class(url, protocols)
    show(native)
    return native
  } as unknown as WebSocketClass
}
