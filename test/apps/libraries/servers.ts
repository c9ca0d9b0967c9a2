/** A server of its own kind for each library, which answers with what it is told. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
// @ts-expect-error it has no types of its own
import WebSocketJSONStream from '@teamwork/websocket-json-stream'
import { initTRPC } from '@trpc/server'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { getYDoc, setupWSConnection } from '@y/websocket-server/utils'
import { Aedes } from 'aedes'
import { GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
// @ts-expect-error it has no types of its own
import ShareDB from 'sharedb'
import { Server as SocketIoServer } from 'socket.io'
import { createWebSocketStream, WebSocketServer } from 'ws'

export interface LibraryServer {
  readonly port: number
  /** Those that are open now. */
  connections(): Promise<number>
  close(): Promise<void>
}

async function listen(http: Server, connections: () => number, end: () => unknown): Promise<LibraryServer> {
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  return {
    port: (http.address() as AddressInfo).port,
    connections: async () => connections(),
    async close() {
      await end()
      http.close()
      http.closeAllConnections()
    },
  }
}

/** A plain WebSocket server, and what speaks over it. */
function over(speak: (server: WebSocketServer) => unknown): () => Promise<LibraryServer> {
  return async () => {
    const http = createServer()
    const server = new WebSocketServer({ server: http })
    await speak(server)
    return listen(
      http,
      () => server.clients.size,
      () => {
        for (const client of server.clients) client.terminate()
        server.close()
      },
    )
  }
}

const echo = new GraphQLObjectType({
  name: 'Query',
  fields: {
    echo: {
      type: GraphQLString,
      args: { text: { type: new GraphQLNonNull(GraphQLString) } },
      resolve: (_, { text }) => text,
    },
  },
})

const trpc = initTRPC.create()
const router = trpc.router({
  echo: trpc.procedure.input((value) => String(value)).query(({ input }) => input),
})
export type AppRouter = typeof router

export const servers: Record<string, () => Promise<LibraryServer>> = {
  'graphql-ws': over((server) => useServer({ schema: new GraphQLSchema({ query: echo }) }, server)),

  rxjs: over((server) => {
    server.on('connection', (socket) => {
      socket.on('message', (data, binary) => socket.send(data, { binary }))
    })
  }),

  'y-websocket': over((server) => {
    const doc = getYDoc('room')
    doc.getMap('questions').observe(({ target, keysChanged }) => {
      for (const key of keysChanged) doc.getMap('answers').set(key, target.get(key))
    })
    server.on('connection', (socket, request) => setupWSConnection(socket, request))
  }),

  'socket.io': async () => {
    const http = createServer()
    const server = new SocketIoServer(http)
    server.on('connection', (socket) => {
      socket.on('echo', (text, answer) => answer(text))
    })
    return listen(
      http,
      () => server.engine.clientsCount,
      () => server.close(),
    )
  },

  mqtt: over(async (server) => {
    const broker = await Aedes.createBroker()
    server.on('connection', (socket) => {
      const stream = createWebSocketStream(socket)
      stream.on('error', () => {})
      broker.handle(stream)
    })
    server.on('close', () => broker.close())
  }),

  trpc: over((server) => applyWSSHandler({ wss: server, router })),

  sharedb: over((server) => {
    const backend = new ShareDB()
    server.on('connection', (socket) => {
      const stream = new WebSocketJSONStream(socket)
      stream.on('error', () => {})
      backend.listen(stream)
    })
  }),
}
