/** tRPC over its `wsLink`, which reconnects by itself. */
import { createTRPCClient, createWSClient, wsLink } from '@trpc/client'
import type { AppRouter } from '../servers.ts'
import { type Ask, Socket } from './sockets.ts'

export default (url: string): Ask => {
  const socket = createWSClient({ url, WebSocket: Socket, retryDelayMs: () => 10 })
  const client = createTRPCClient<AppRouter>({ links: [wsLink({ client: socket })] })
  return (text) => client.echo.query(text)
}
