/** A WebSocket class that costs nothing: it opens by itself, if at all, and only counts what it is given. */
import { FakeWebSocket } from '../../test/support/fake-websocket.ts'

class IdleWebSocket extends FakeWebSocket {
  calls = 0

  constructor(url: string | URL, protocols: string | string[] = []) {
    super(url, protocols, false)
  }

  override send(): void {
    this.calls += 1
  }
}

class OpenWebSocket extends IdleWebSocket {
  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    queueMicrotask(() => this.accept())
  }
}

/** Puts such a class in the place of the native one while `use` works. */
export async function withFake<T>(opens: boolean, use: () => Promise<T>): Promise<T> {
  const { WebSocket } = globalThis
  globalThis.WebSocket = opens ? OpenWebSocket : IdleWebSocket
  try {
    return await use()
  } finally {
    globalThis.WebSocket = WebSocket
  }
}
