/** graphql-ws, which reconnects by itself. */
import { createClient } from 'graphql-ws'
import { type Ask, Socket } from './sockets.ts'

export default (url: string): Ask => {
  const client = createClient({ url, webSocketImpl: Socket, lazy: false, retryWait: async () => {} })
  return (text) =>
    new Promise((resolve, reject) => {
      client.subscribe<{ echo: string }>(
        { query: 'query ($text: String!) { echo(text: $text) }', variables: { text } },
        { next: ({ data }) => resolve(data?.echo ?? ''), error: reject, complete() {} },
      )
    })
}
