/** What the page asks of each library: as much as all of them can. */

export type Data = string | ArrayBuffer

export interface Events {
  /** At every connection. */
  open(): void
  /** Text as it came, or, if `json` was asked for, parsed. */
  message(message: unknown): void
}

export interface Client {
  send(data: Data): void
  close(): void
  /** Bytes that wait, as the library tells them. */
  readonly bufferedAmount?: number
  /** Takes back what waits in the library's own queue, if it can. */
  clear?(): void
}

export interface Candidate {
  name: string
  /** Where it comes from, if from npm. */
  package?: string
  /** Whether this engine can run it. @default true */
  available?: boolean
  /** Whether it reconnects by itself. @default true */
  reconnects?: boolean
  /** How many frames a second it sends however fast the link. */
  framesPerSecond?: number
  /** Connects at once, reconnects without delay, and never gives up. */
  connect(url: string, events: Events, options?: { json?: boolean }): Client
}

/** The events of those that are an `EventTarget`, or nearly so. */
export function listen(
  target: { addEventListener(type: string, listener: EventListener): void },
  { open, message }: Events,
  json = false,
  opens: readonly string[] = ['open'],
): void {
  for (const type of opens) target.addEventListener(type, open)
  const heard = json
    ? ({ data }: MessageEvent<string>) => message(JSON.parse(data))
    : ({ data }: MessageEvent<string>) => message(data)
  target.addEventListener('message', heard as EventListener)
}

/** No attempt is to end while the page is busy. */
export const patience = 120_000
