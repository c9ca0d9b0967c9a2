/** A socket as web streams, and as an async iterator. They come and go while the socket stays: none of them closes it. */
import {
  type BinaryData,
  type ClosedState,
  type DropReason,
  type State,
  type SteadySocket,
  SteadySocketError,
  type SteadySocketEvents,
} from './index.ts'
import {
  aFunction,
  check,
  isFunction,
  oneOf,
  positive,
  type Rule,
  read,
  signal,
  type Table,
  whole,
} from './validation.ts'

const MiB = 2 ** 20

const readableTable: Table = { signal, limit: whole(1) }
const writableTable: Table = {
  signal,
  highWaterMark: positive(MiB),
  chunkSize: whole(1, MiB),
  onProgress: aFunction,
  spanConnections: oneOf(false, true),
}
const messagesTable: Table = { signal, limit: whole(1, 1_000), onDrop: aFunction }

/** By what is used of it: a socket may be a proxy, or of another copy of the class. */
const aSocket: Rule = ['a SteadySocket', (value) => isFunction((value as Partial<SteadySocket>).opened)]

/** @throws TypeError that names what does not fit and shows the value */
function readArguments<T>(socket: unknown, table: Table, options: T | object = {}): Complete<T> {
  check('socket', socket, aSocket)
  return read(table, options)
}

type Complete<T> = {
  [Key in keyof T]-?: Key extends 'signal' | `on${string}` ? T[Key] : Exclude<T[Key], undefined>
}

export interface ReadableOptions {
  /** Ends the stream with the signal's reason. */
  signal?: AbortSignal | undefined
  /**
   * How many messages may wait for the reader. One more, and the stream fails (`OVERFLOW`) rather than have a hole: a page
   * cannot slow a WebSocket down. @default Infinity
   */
  limit?: number | undefined
}

export interface WritableOptions {
  /** Ends the stream with the signal's reason; what still waits is withdrawn. */
  signal?: AbortSignal | undefined
  /** Bytes in the socket's queue from which the source has to wait. @default 1048576 (1 MiB) */
  highWaterMark?: number | undefined
  /**
   * Bytes of which a message is made at most, where a chunk is binary: longer ones are cut, but for Blobs, which go whole.
   * WebKit's `file.stream()` gives a file in one piece. @default 1048576 (1 MiB)
   */
  chunkSize?: number | undefined
  /** Told after each message how many binary bytes, without those of Blobs, have gone to the socket so far, and have room there. */
  onProgress?: ((bytes: number) => void) | undefined
  /**
   * Whether the stream goes on with the next connection when one is lost. Then each chunk should make sense by itself: those
   * that had left the browser may not have arrived, nor those that waited where the socket has `queue: false`. @default false
   */
  spanConnections?: boolean | undefined
}

export interface MessagesOptions<In> {
  /** Ends the iteration with the signal's reason. */
  signal?: AbortSignal | undefined
  /** How many messages may wait for the loop; for one more the oldest goes. @default 1000 */
  limit?: number | undefined
  /** Told of each message that had to go. */
  onDrop?: ((message: In) => void) | undefined
}

/**
 * What comes in from now on, text and binary in wire order, from one connection and the next. It ends when the socket is
 * closed and fails with code `CLOSED` when it gives up. To cancel it is to stop listening.
 *
 * @param socket stays open, whatever becomes of the stream
 * @param options how much may wait, and what ends it
 */
export function readable<In, Out>(
  socket: SteadySocket<In, Out>,
  options?: ReadableOptions,
): ReadableStream<In | ArrayBuffer | Blob> {
  const { signal, limit } = readArguments(socket, readableTable, options)
  let stop: () => void
  return new ReadableStream(
    {
      start(controller) {
        const take = (chunk: In | ArrayBuffer | Blob): void => {
          if ((controller.desiredSize as number) > 0) controller.enqueue(chunk)
          else {
            stop()
            controller.error(
              new SteadySocketError('OVERFLOW', `More than ${limit} messages wait for the reader`),
            )
          }
        }
        stop = follow(socket, signal, { message: take, binary: take }, controller)
      },
      cancel: () => stop(),
    },
    { highWaterMark: limit },
  )
}

/**
 * Sends each chunk as a message, as fast as the network takes them: while `highWaterMark` bytes wait, and while the socket
 * is not open, the source waits, too. `close()` resolves when all has left the browser.
 *
 * The stream belongs to one connection, the one that takes the first chunk: when that ends, it fails with code `CLOSED`,
 * and what is left of it is not sent: a file with a hole is worth nothing. Aborting it withdraws what waits.
 *
 * @param socket stays open, whatever becomes of the stream
 * @param options how much may wait, and what ends it
 */
export function writable<In, Out>(
  socket: SteadySocket<In, Out>,
  options?: WritableOptions,
): WritableStream<Out | BinaryData> {
  const { signal, highWaterMark, chunkSize, onProgress, spanConnections } = readArguments(
    socket,
    writableTable,
    options,
  )
  const over = new AbortController()
  const wait = { signal: over.signal }
  let isBound = false
  let isClosing = false
  let handedOver = 0
  let stop = (): void => {}
  let fail: (reason: unknown) => void

  const write = async (chunk: Out | BinaryData): Promise<void> => {
    if (!spanConnections) {
      await socket.opened(wait)
      isBound = true
    }
    for (const piece of pieces(chunk, chunkSize)) {
      if (socket.send(piece as Out, wait) === 'dropped') throw dropped('refused', piece)
      if (socket.queue.bytes >= highWaterMark) await socket.drained(wait)
      if (piece instanceof Uint8Array) handedOver += piece.length
      onProgress?.(handedOver)
    }
  }
  const close = async (): Promise<void> => {
    isClosing = true
    await socket.drained(wait)
    stop()
  }
  /** What fails a step of the stream fails all of it. */
  const rethrow = (reason: unknown): never => {
    fail(reason)
    throw reason
  }

  return new WritableStream({
    start(controller) {
      fail = (reason) => {
        stop()
        over.abort(reason)
        controller.error(reason)
      }
      const lost = (cause?: unknown): void =>
        fail(new SteadySocketError('CLOSED', 'The connection of this stream has ended', { cause }))
      const close: Listeners<In>['close'] = (info) => {
        if (isBound) lost(info)
      }
      const drop: Listeners<In>['drop'] = ({ reason, data }) => {
        // Whose it was is not known; a stream that fails too often is better than one with a hole.
        if (lostWhileWaiting.includes(reason)) fail(dropped(reason, data))
      }
      stop = follow(
        socket,
        signal,
        { close, drop },
        {
          error: fail,
          close() {
            // What waits is on its way out then.
            if (!isClosing) lost()
          },
        },
      )
    },
    write: (chunk) => write(chunk).catch(rethrow),
    close: () => close().catch(rethrow),
    abort: (reason) => fail(reason),
  })
}

/**
 * The `message` events from now on, as an async iterator: `for await (const message of messages(socket))`. The loop ends when
 * the socket is closed, after what had come until then, and throws with code `CLOSED` when it gives up.
 *
 * @param socket stays open, whatever becomes of the loop
 * @param options how much may wait, and what ends it
 */
export function messages<In, Out>(
  socket: SteadySocket<In, Out>,
  options?: MessagesOptions<In>,
): AsyncGenerator<In, void, undefined> {
  const { signal, limit, onDrop } = readArguments(socket, messagesTable, options)
  /** Oldest first. In boxes, since a Set holds no value twice. */
  const waiting = new Set<{ readonly value: In }>()
  /** How the loop ends, once that is known. */
  let outcome: (() => void) | undefined
  let wake = (): void => {}

  const message = (value: In): void => {
    waiting.add({ value })
    for (const oldest of waiting) {
      if (waiting.size <= limit) break
      waiting.delete(oldest)
      onDrop?.(oldest.value)
    }
    wake()
  }
  const close = (how = (): void => {}): void => {
    outcome ??= how
    wake()
  }
  const error = (reason: unknown): void =>
    close(() => {
      throw reason
    })
  const stop = follow(socket, signal, { message }, { close, error })

  async function* loop(): AsyncGenerator<In, void, undefined> {
    for (;;) {
      for (const oldest of waiting) {
        waiting.delete(oldest)
        yield oldest.value
      }
      if (outcome) return outcome()
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  const iterator = loop()
  const leave = iterator.return
  // Also before the first step, and while one waits, when a generator runs no `finally`.
  iterator.return = (value) => {
    stop()
    close()
    waiting.clear()
    return leave.call(iterator, value)
  }
  return iterator
}

type Listeners<In> = {
  [Name in keyof SteadySocketEvents<In>]: (...told: SteadySocketEvents<In>[Name]) => void
}

/** A chunk as messages: a binary one in pieces of that many bytes at most. */
function* pieces(chunk: unknown, size: number): Iterable<unknown> {
  let rest = ArrayBuffer.isView(chunk)
    ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : chunk instanceof ArrayBuffer && new Uint8Array(chunk)
  for (; rest && rest.length > size; rest = rest.subarray(size)) yield rest.subarray(0, size)
  yield rest || chunk
}

/** Why a message is dropped that `send()` had taken. */
const lostWhileWaiting: readonly DropReason[] = ['overflow', 'failed', 'unsent', 'undeliverable', 'too-big']

function dropped(why: string, data: unknown): SteadySocketError {
  return new SteadySocketError('DROPPED', `A message was dropped (${why})`, { data })
}

/** What is told how it ended: by itself, or with a failure. */
interface Sink {
  close(): void
  error(reason: unknown): void
}

/**
 * Listens until the socket is closed, which is the end, or gives up, or the signal is aborted, which is a failure; or until
 * the function it answers is called.
 */
function follow<In, Out>(
  socket: SteadySocket<In, Out>,
  signal: AbortSignal | undefined,
  listeners: Partial<Listeners<In>>,
  sink: Sink,
): () => void {
  let isOver = false
  const stop = (): void => {
    isOver = true
    each('off')
    signal?.removeEventListener('abort', abort)
  }
  const settle = (outcome: () => void): void => {
    if (isOver) return
    stop()
    outcome()
  }
  const abort = (): void => settle(() => sink.error(signal?.reason))
  // After `close()` nothing more comes, and a disposed socket tells nothing more than that it is closing.
  const state = (state: State): void => {
    const { name, cause, close }: Partial<Omit<ClosedState, 'name'>> & { name: State['name'] } = state
    if (name === 'closing' || cause === 'requested') settle(() => sink.close())
    else if (cause)
      settle(() =>
        sink.error(new SteadySocketError('CLOSED', `The socket gave up (${cause})`, { cause: close })),
      )
  }
  const all = Object.entries({ ...listeners, state }) as Array<['message', () => void]>
  const each = (method: 'on' | 'off'): void => {
    for (const [name, listener] of all) socket[method](name, listener)
  }
  each('on')
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  state(socket.state)
  return stop
}
