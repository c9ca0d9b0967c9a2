/** What browsers and their drivers are told: numbered commands over a WebSocket, or WebDriver's requests over HTTP. */
import { EventEmitter, once } from 'node:events'
import { WebSocket } from 'ws'

export interface Remote {
  send<T>(method: string, params?: object): Promise<T>
  /** Resolves at the next event of that name and at that URL, if the browser was asked to tell it. */
  next(event: string, url: string): Promise<unknown>
  /** Resolves once the browser has hung up as well. */
  close(): Promise<unknown>
}

/** To a command by its number, or an event, as Chromium's DevTools protocol gives it, and WebDriver BiDi. */
interface Reply {
  id?: number
  method?: string
  params?: { url?: string }
  result?: unknown
  message?: string
  error?: string | { message: string }
}

/** Speaks the DevTools protocol of Chromium or WebDriver BiDi: in what is used here they are alike. */
export async function connectRemote(url: string): Promise<Remote> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  const pending = new Map<number, (reply: Reply) => void>()
  const events = new EventEmitter()
  socket.on('message', (data) => {
    const reply: Reply = JSON.parse(String(data))
    if (reply.method) events.emit(`${reply.method} ${reply.params?.url}`)
    if (reply.id === undefined) return
    pending.get(reply.id)?.(reply)
    pending.delete(reply.id)
  })
  socket.on('close', () => {
    for (const settle of pending.values()) settle({ error: 'the browser has hung up' })
  })
  let count = 0
  return {
    send: async <T>(method: string, params: object = {}): Promise<T> => {
      const id = ++count
      const reply = new Promise<Reply>((resolve) => pending.set(id, resolve))
      socket.send(JSON.stringify({ id, method, params }))
      const { result, error, message } = await reply
      if (error === undefined) return result as T
      throw new Error(`${method}: ${message ?? (typeof error === 'string' ? error : error.message)}`)
    },
    next: (event, url) => once(events, `${event} ${url}`),
    close: () => {
      socket.close()
      return once(socket, 'close')
    },
  }
}

export type WebDriver = <T>(method: string, path: string, body?: object) => Promise<T>

export function webdriver(origin: string): WebDriver {
  return async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await fetch(origin + path, { method, ...(body && { body: JSON.stringify(body) }) })
    const { value } = (await response.json()) as { value: T }
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`)
    return value
  }
}
