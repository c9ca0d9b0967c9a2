/** The npm package websocket-ts, with the queue that its documentation begins with. */
import { ArrayQueue, ConstantBackoff, WebsocketBuilder, WebsocketEvent } from 'websocket-ts'
import type { Candidate } from './candidate.ts'

export const websocketTs: Candidate = {
  name: 'websocket-ts',
  package: 'websocket-ts',
  connect(url, { open, message }, { json } = {}) {
    const socket = new WebsocketBuilder(url)
      .withBuffer(new ArrayQueue())
      .withBackoff(new ConstantBackoff(1))
      .build()
    socket.addEventListener(WebsocketEvent.open, open)
    socket.addEventListener(
      WebsocketEvent.message,
      json ? (_, { data }) => message(JSON.parse(data)) : (_, { data }) => message(data),
    )
    return socket
  },
}
