/** The browser's own WebSocket, with a record of what was built. */

export interface NativeSockets {
  /** To be given as the `WebSocket` option. */
  WebSocket: typeof WebSocket
  /** Oldest first; those whose constructor threw are missing. */
  built: WebSocket[]
  /** How often the constructor was called. */
  attempts: number
}

export function recordNativeSockets(Native: typeof WebSocket = WebSocket): NativeSockets {
  const sockets: NativeSockets = {
    built: [],
    attempts: 0,
    WebSocket: class extends Native {
      constructor(url: string | URL, protocols?: string | string[]) {
        sockets.attempts += 1
        super(url, protocols)
        sockets.built.push(this)
      }
    },
  }
  return sockets
}
