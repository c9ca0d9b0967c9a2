// An application that uses `using`, with the `lib` for it.
import { SteadySocket } from 'steadysocket'

export function connect(): Disposable {
  using lines = new SteadySocket('wss://example.com')
  lines[Symbol.dispose]()
  // @ts-expect-error it takes nothing
  lines[Symbol.dispose](true)
  return new SteadySocket('wss://example.com')
}

export class Chat extends SteadySocket {
  override [Symbol.dispose](): void {
    super[Symbol.dispose]()
  }
}
