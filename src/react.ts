'use client'
/** React's hooks: a socket that lives as long as a component, its state, its messages, and what to tell the user. */
import { useEffect, useInsertionEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { attempt } from './errors.ts'
import {
  type CodecOptions,
  type State,
  SteadySocket,
  type SteadySocketOptions,
  type UrlProvider,
} from './index.ts'
import { liveOptions } from './live-options.ts'
import { closed, connecting, idle } from './none-yet.ts'
import type { OptionsArguments } from './options.ts'
import { isServer } from './page/server.ts'
import { type Status, type StatusOptions, type StatusSource, status } from './status.ts'
import { soon } from './timer.ts'

interface Key {
  /** A new socket is made when it changes, as when the URL does. */
  key?: PropertyKey | undefined
}

/** What may follow the URL: the options of `SteadySocket`, and a `key`. Without a codec, messages are strings. */
export type UseSocketArguments<In, Out> = [In, Out, string, string] extends [string, string, In, Out]
  ? [options?: SteadySocketOptions<In, Out> & Key]
  : [options: CodecOptions<In, Out> & Key]

/** What a component gives at a render. */
interface Given<In, Out> {
  readonly url: UrlProvider
  readonly options: SteadySocketOptions<In, Out> & Key
}

/** A socket as its component holds it. */
interface Held<In, Out> {
  readonly socket: SteadySocket<In, Out>
  readonly name: string | undefined
  readonly key: PropertyKey | undefined
  /** Stands for the signal given, so that a socket that is never used leaves no listener on that. */
  readonly controller: AbortController
  latest: Given<In, Out>
  isHeld?: boolean
  /** Whether it was closed because nobody held it. */
  isLeft?: boolean
}

/** Sockets that are idle only until their component is there. */
const starting = new WeakSet<object>()

/**
 * A socket that connects as soon as the component is there, and closes when it has gone. On a server it stays idle.
 *
 * It is the same one until the URL, as a string, or `key` changes. Functions among the options, and a `url` that is one,
 * may be new at each render: they are called in their latest version. Everything else counts as it was when the socket
 * was made. With `autoConnect: false` it waits for `connect()`, or until that is `true`.
 */
export function useSocket<In = string, Out = string>(
  url: UrlProvider,
  ...[options]: UseSocketArguments<In, Out>
): SteadySocket<In, Out> {
  const given: Given<In, Out> = { url, options: options ?? {} }
  const { key, signal, autoConnect } = given.options
  const name = typeof url === 'function' ? undefined : String(url)
  const [first, keep] = useState(() => hold(given, name))
  let held = first
  if (held.name !== name || !Object.is(held.key, key)) {
    held = hold(given, name)
    keep(held)
  }
  useInsertionEffect(() => {
    held.latest = given
  })
  useEffect(() => {
    const { socket, controller } = held
    const abort = (): void => controller.abort(signal?.reason)
    if (signal?.aborted) abort()
    signal?.addEventListener('abort', abort)
    held.isHeld = true
    if (held.isLeft || (autoConnect !== false && socket.state.name === 'idle')) socket.connect()
    held.isLeft = false
    return () => {
      signal?.removeEventListener('abort', abort)
      held.isHeld = false
      // A little later: in StrictMode and at a hot update React undoes effects only to run them again.
      soon(() => {
        if (held.isHeld || socket.readyState > 1) return
        held.isLeft = true
        socket.close()
      })
    }
  }, [held, autoConnect, signal])
  return held.socket
}

function hold<In, Out>(latest: Given<In, Out>, name: string | undefined): Held<In, Out> {
  const controller = new AbortController()
  const held = { latest, name, controller }
  const {
    url,
    options: { key, ...options },
  } = liveOptions(() => held.latest)
  const socket = new SteadySocket<In, Out>(
    url,
    ...([
      { ...options, autoConnect: isServer() ? undefined : false, signal: controller.signal },
    ] as OptionsArguments<In, Out>),
  )
  if (options.autoConnect !== false) starting.add(socket)
  return Object.assign(held, { socket, key })
}

/**
 * What the socket is doing, or what the selector makes of that; renders again when it changes. What a selector answers may
 * be a new object each time: plain objects and arrays with the same content count as the same. Without a socket, and
 * where a server renders the page, it is idle.
 */
export function useSocketState(socket: StatusSource | null | undefined): State
export function useSocketState<T>(socket: StatusSource | null | undefined, selector: (state: State) => T): T
export function useSocketState(
  socket: StatusSource | null | undefined,
  selector: (state: State) => unknown = same,
): unknown {
  const memo = useRef<[state?: State, selector?: unknown, value?: Content | null | undefined]>([])
  const select = (state: State): unknown => {
    const [lastState, lastSelector, last] = memo.current
    if (lastState === state && lastSelector === selector) return last
    const next = selector(state) as Content | null | undefined
    const value = last && next && isAlike(last, next) ? last : next
    memo.current = [state, selector, value]
    return value
  }
  return useSyncExternalStore(
    socket?.subscribe ?? never,
    () => select(socket?.state ?? idle),
    () => select(idle),
  )
}

/**
 * Calls the handler, in its latest version, for every message, and renders nothing. What it throws is reported
 * (`reportError`).
 */
export function useMessage<In, Out>(
  socket: SteadySocket<In, Out> | null | undefined,
  handler: (message: NoInfer<In>) => void,
): void {
  const latest = useRef(handler)
  useInsertionEffect(() => {
    latest.current = handler
  })
  useEffect(() => {
    const hear = (message: In): void => attempt(() => latest.current(message))
    socket?.on('message', hear)
    return () => void socket?.off('message', hear)
  }, [socket])
}

/** What to tell the user, as `status()` says; without a socket it is `closed`. */
export function useStatus(socket: StatusSource | null | undefined, { patience }: StatusOptions = {}): Status {
  const store = useMemo(() => socket && status(socket, { patience }), [socket, patience])
  return useSyncExternalStore(
    store?.subscribe ?? never,
    () => {
      if (socket?.state.name === 'idle' && starting.has(socket)) return connecting
      return store?.value ?? closed
    },
    () => (socket ? connecting : closed),
  )
}

const same = (state: State): unknown => state

const never = (): (() => void) => () => {}

/** What a selector has answered, where it is no primitive. */
type Content = Record<string, unknown>

/** Whether both are plain objects, or both arrays, of the same content. Others have some that is not in their properties. */
function isAlike(one: Content, other: Content): boolean {
  const kind: unknown = one.constructor
  if (kind !== other.constructor || (kind !== Object && kind !== Array)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && Object.is(one[key], other[key]))
  )
}
