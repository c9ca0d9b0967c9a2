/** A socket as web streams, and as an async iterator. They come and go while the socket stays: none of them closes it. */
import {
  type BinaryData,
  type DropReason,
  type SteadySocket,
  SteadySocketError,
  type SteadySocketEvents,
} from './index.ts'

const MiB = 2 ** 20

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
   * Bytes of which a message is made at most, where a chunk is binary: longer ones are cut. WebKit's `file.stream()` gives a
   * file in one piece. @default 1048576 (1 MiB)
   */
  chunkSize?: number | undefined
  /** Told after each message how many binary bytes have gone to the socket so far, and have room there. */
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

export interface Messages<In> extends AsyncIterable<In> {
  /** How many messages had to go. */
  readonly dropped: number
  next(): Promise<IteratorResult<In, undefined>>
  return(): Promise<IteratorResult<In, undefined>>
  [Symbol.asyncIterator](): Messages<In>
}

/**
 * What comes in from now on, text and binary in wire order, from one connection and the next. It ends when the socket is
 * closed and fails with code `CLOSED` when it gives up. To cancel it is to stop listening.
 */
export function readable<In, Out>(
  socket: SteadySocket<In, Out>,
  { signal, limit = Infinity }: ReadableOptions = {},
): ReadableStream<In | ArrayBuffer | Blob> {
  checkPositive('limit', limit)
  let stop: () => void
  return new ReadableStream(
    {
      start(controller) {
        const take = (chunk: In | ArrayBuffer | Blob): void => {
          if ((controller.desiredSize as number) > 0) {
            controller.enqueue(chunk)
            return
          }
          stop()
          controller.error(
            new SteadySocketError('OVERFLOW', `More than ${limit} messages wait for the reader`),
          )
        }
        stop = follow(
          socket,
          signal,
          { message: take, binary: take },
          {
            fail: (reason) => controller.error(reason),
            end: () => controller.close(),
          },
        )
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
 */
export function writable<In, Out>(
  socket: SteadySocket<In, Out>,
  { signal, highWaterMark = MiB, chunkSize = MiB, onProgress, spanConnections = false }: WritableOptions = {},
): WritableStream<Out | BinaryData> {
  checkPositive('highWaterMark', highWaterMark)
  checkPositive('chunkSize', chunkSize)
  const over = new AbortController()
  const wait = { signal: over.signal }
  let isBound = spanConnections
  let handedOver = 0
  let stop = (): void => {}
  const end = (reason: unknown): void => {
    stop()
    over.abort(reason)
  }
  /** What fails a step of the stream fails all of it. */
  const orEnd = async (step: () => Promise<void>): Promise<void> => {
    try {
      await step()
    } catch (reason) {
      end(reason)
      throw reason
    }
  }
  return new WritableStream({
    start(controller) {
      const fail = (reason: unknown): void => {
        end(reason)
        controller.error(reason)
      }
      const close: Listeners<In>['close'] = (cause) => {
        if (isBound && !spanConnections)
          fail(new SteadySocketError('CLOSED', 'The connection of this stream has ended', { cause }))
      }
      const drop: Listeners<In>['drop'] = ({ reason, data }) => {
        // Whose it was is not known; a stream that fails too often is better than one with a hole.
        if (lostWhileWaiting.includes(reason))
          fail(new SteadySocketError('DROPPED', `A message was dropped (${reason})`, { data }))
      }
      stop = follow(
        socket,
        signal,
        { close, drop },
        {
          fail,
          end: () => fail(new SteadySocketError('CLOSED', 'The socket is closed')),
        },
      )
    },
    write: (chunk) =>
      orEnd(async () => {
        if (!isBound) await socket.opened(wait)
        isBound = true
        for (const piece of pieces(chunk, chunkSize)) {
          if (socket.send(piece as Out, wait) === 'dropped')
            throw new SteadySocketError('DROPPED', `A chunk was refused (${socket.state.name})`, {
              data: piece,
            })
          if (socket.queue.bytes >= highWaterMark) await socket.drained(wait)
          handedOver += piece instanceof Uint8Array ? piece.byteLength : 0
          onProgress?.(handedOver)
        }
      }),
    close: () =>
      orEnd(async () => {
        await socket.drained(wait)
        stop()
      }),
    abort: end,
  })
}

/**
 * The `message` events from now on, as an async iterator: `for await (const message of messages(socket))`. The loop ends when
 * the socket is closed, after what had come until then, and throws with code `CLOSED` when it gives up.
 */
export function messages<In, Out>(
  socket: SteadySocket<In, Out>,
  { signal, limit = 1_000, onDrop }: MessagesOptions<In> = {},
): Messages<In> {
  checkPositive('limit', limit)
  type Result = IteratorResult<In, undefined>
  const done: Result = { done: true, value: undefined }
  /** Oldest first. In boxes, since a Set holds no value twice. */
  const waiting = new Set<{ value: In }>()
  const readers: Array<{ resolve: (result: Result) => void; reject: (reason: unknown) => void }> = []
  let dropped = 0
  let isOver = false
  let failure: { reason: unknown } | undefined

  const oldest = (): { value: In } | undefined => {
    for (const box of waiting) {
      waiting.delete(box)
      return box
    }
    return undefined
  }
  const end = (): void => {
    isOver = true
    for (const { resolve } of readers.splice(0)) resolve(done)
  }
  const fail = (reason: unknown): void => {
    const first = readers.shift()
    if (first) first.reject(reason)
    else failure = { reason }
    end()
  }
  const message = (value: In): void => {
    const reader = readers.shift()
    if (reader) {
      reader.resolve({ done: false, value })
      return
    }
    waiting.add({ value })
    const box = waiting.size > limit && oldest()
    if (!box) return
    dropped += 1
    onDrop?.(box.value)
  }
  const stop = follow(socket, signal, { message }, { fail, end })

  return {
    get dropped() {
      return dropped
    },
    next() {
      const box = oldest()
      if (box) return Promise.resolve({ done: false, value: box.value })
      if (failure) {
        const { reason } = failure
        failure = undefined
        return Promise.reject(reason)
      }
      if (isOver) return Promise.resolve(done)
      return new Promise((resolve, reject) => readers.push({ resolve, reject }))
    },
    return() {
      stop()
      end()
      waiting.clear()
      failure = undefined
      return Promise.resolve(done)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

type Listeners<In> = {
  [Name in keyof SteadySocketEvents<In>]: (...told: SteadySocketEvents<In>[Name]) => void
}

/** A chunk as messages: a binary one in pieces of that many bytes at most. */
function* pieces(chunk: unknown, size: number): Iterable<unknown> {
  const bytes = ArrayBuffer.isView(chunk)
    ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    : chunk instanceof ArrayBuffer && new Uint8Array(chunk)
  if (!bytes) yield chunk
  else
    for (let start = 0; start === 0 || start < bytes.length; start += size)
      yield bytes.subarray(start, start + size)
}

/** Why a message is dropped that `send()` had taken. */
const lostWhileWaiting: readonly DropReason[] = ['overflow', 'failed', 'unsent', 'undeliverable', 'too-big']

interface Outcome {
  /** The socket gave up, or the signal was aborted. */
  fail(reason: unknown): void
  /** The socket was closed. */
  end(): void
}

/** Listens until there is an outcome, or until the function it answers is called. */
function follow<In, Out>(
  socket: SteadySocket<In, Out>,
  signal: AbortSignal | undefined,
  listeners: Partial<Listeners<In>>,
  outcome: Outcome,
): () => void {
  const undo: Array<() => void> = []
  let isOver = false
  const stop = (): void => {
    isOver = true
    for (const each of undo.splice(0)) each()
  }
  const settle = (tell: () => void): void => {
    if (isOver) return
    stop()
    tell()
  }
  const abort = (): void => settle(() => outcome.fail(signal?.reason))
  for (const [name, listener] of Object.entries(listeners) as Array<[keyof Listeners<In>, () => void]>) {
    socket.on(name, listener)
    undo.push(() => socket.off(name, listener))
  }
  signal?.addEventListener('abort', abort)
  undo.push(() => signal?.removeEventListener('abort', abort))
  if (signal?.aborted) abort()
  const unsubscribe = socket.subscribe((state) => {
    if (state.name !== 'closed') return
    const { cause, close } = state
    if (cause === 'requested') settle(outcome.end)
    else
      settle(() =>
        outcome.fail(new SteadySocketError('CLOSED', `The socket gave up (${cause})`, { cause: close })),
      )
  })
  undo.push(unsubscribe)
  if (isOver) stop()
  return stop
}

function checkPositive(name: string, value: number): void {
  if (!(value > 0)) throw new TypeError(`Expected \`${name}\` to be a positive number, got ${String(value)}`)
}
