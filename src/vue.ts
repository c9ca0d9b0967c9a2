/** Vue's composables: a socket that lives as long as its scope, its state, its messages, and what to tell the user. */
import {
  getCurrentInstance,
  type MaybeRefOrGetter,
  markRaw,
  onMounted,
  onScopeDispose,
  type Ref,
  type ShallowRef,
  shallowRef,
  toValue,
  watch,
} from 'vue'
import { attempt } from './errors.ts'
import {
  type CodecOptions,
  type State,
  SteadySocket,
  type SteadySocketOptions,
  type UrlProvider,
} from './index.ts'
import { closed, connecting, idle } from './none-yet.ts'
import type { OptionsArguments } from './options.ts'
import { isServer } from './page/server.ts'
import { type Status, type StatusOptions, type StatusSource, status } from './status.ts'

interface Key {
  /** A new socket is made when it changes, as when the URL does. */
  key?: MaybeRefOrGetter<PropertyKey | undefined>
}

/** What may follow the URL: the options of `SteadySocket`, and a `key`. Without a codec, messages are strings. */
export type UseSteadySocketArguments<In, Out> = [In, Out, string, string] extends [string, string, In, Out]
  ? [options?: SteadySocketOptions<In, Out> & Key]
  : [options: CodecOptions<In, Out> & Key]

export interface UseSteadySocket<In, Out> {
  /** The present socket; never deeply reactive. */
  readonly socket: Readonly<ShallowRef<SteadySocket<In, Out>>>
  /** What it is doing. */
  readonly state: Readonly<ShallowRef<State>>
}

/** A value, a ref of it, or a getter. */
type Source<T> = MaybeRefOrGetter<T | null | undefined>

/**
 * A socket that closes when the scope ends: that of the component, or whichever is active. On a server it stays idle.
 *
 * Another takes its place when the URL, as a string, or `key` changes. A function is a getter; one that is to be asked before
 * every attempt comes out of a getter: `() => async ({ attempt }) => …`.
 */
export function useSteadySocket<In = string, Out = string>(
  url: string | URL | Readonly<Ref<UrlProvider>> | (() => UrlProvider),
  ...[options]: UseSteadySocketArguments<In, Out>
): UseSteadySocket<In, Out> {
  const { key, ...rest }: SteadySocketOptions<In, Out> & Key = options ?? {}
  const target = (): UrlProvider => toValue(url as () => UrlProvider)
  const make = (): SteadySocket<In, Out> => {
    const first = target()
    return markRaw(
      new SteadySocket<In, Out>(
        typeof first === 'function' ? (attempt) => (target() as typeof first)(attempt) : first,
        ...([rest] as unknown as OptionsArguments<In, Out>),
      ),
    )
  }
  const name = (): string | undefined => {
    const now = target()
    return typeof now === 'function' ? undefined : String(now)
  }
  const socket = shallowRef(make())
  const renew = (): void => {
    socket.value.close()
    socket.value = make()
  }
  watch([name, () => toValue(key)], renew)
  onScopeDispose(() => socket.value.close())
  return { socket, state: useSocketState(socket) }
}

/**
 * What the socket is doing, or what the selector makes of that. Without a socket, and where a server renders the page, it
 * is idle.
 */
export function useSocketState(socket: Source<StatusSource>): Readonly<ShallowRef<State>>
export function useSocketState<T>(
  socket: Source<StatusSource>,
  selector: (state: State) => T,
): Readonly<ShallowRef<T>>
export function useSocketState(
  socket: Source<StatusSource>,
  selector: (state: State) => unknown = (state) => state,
): Readonly<ShallowRef<unknown>> {
  const state = shallowRef(selector(idle))
  const set = (next: State): void => {
    state.value = selector(next)
  }
  afterHydration(() =>
    follow(socket, (present) => {
      if (!present) set(idle)
      return present?.subscribe(set)
    }),
  )
  return state
}

/** Calls the handler for every message. What it throws is reported (`reportError`). */
export function useMessage<In, Out>(
  socket: Source<SteadySocket<In, Out>>,
  handler: (message: NoInfer<In>) => void,
): void {
  const hear = (message: In): void => attempt(() => handler(message))
  follow(socket, (present) => {
    present?.on('message', hear)
    return () => present?.off('message', hear)
  })
}

/** What to tell the user, as `status()` says; without a socket it is `closed`. */
export function useStatus(
  socket: Source<StatusSource>,
  options?: StatusOptions,
): Readonly<ShallowRef<Status>> {
  const value = shallowRef(toValue(socket) ? connecting : closed)
  const set = (next: Status): void => {
    value.value = next
  }
  afterHydration(() =>
    follow(socket, (present) => {
      if (!present) set(closed)
      return present && status(present, options).subscribe(set)
    }),
  )
  return value
}

/** Does something with the present socket until it is another, or until the scope ends; nothing where a server renders. */
function follow<T>(
  source: Source<T>,
  run: (present: T | null | undefined) => (() => void) | null | undefined,
): void {
  if (getCurrentInstance() && isServer()) return
  watch(
    () => toValue(source),
    (present, _, onCleanup) => {
      onCleanup(run(present) ?? nothing)
    },
    { immediate: true, flush: 'sync' },
  )
}

const nothing = (): void => {}

/** Does it now; but where a page from a server is taken over, when that is done: until then all must be as it was there. */
function afterHydration(start: () => void): void {
  const instance = getCurrentInstance()
  // Its vnode has an element before it has rendered only if that was in the page already.
  if (instance?.vnode.el && !instance.isMounted) onMounted(start)
  else start()
}
