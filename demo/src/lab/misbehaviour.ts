/** What can be done to the socket from the other side. */

export type Door = 'welcome' | 'refuse' | 'ignore' | 'expel'

export interface Misbehaviour {
  /** Ends the connection without a word. */
  drop(): Promise<void>
  /** Sends a TCP reset. */
  reset(): Promise<void>
  /** Closes with 1012, as a server that restarts. */
  restart(): Promise<void>
  /** Forgets the connection, and does not tell: what is sent leads nowhere, for ever. */
  halfOpen(): Promise<void>
  /** Reads nothing and answers nothing, or does again. */
  stall(on: boolean): Promise<void>
  /** What happens to new connections: welcome, refused with 401, never answered, or closed with 4401 at once. */
  door(how: Door): Promise<void>
  /** Reads no faster than so many bytes a second; 0 for no limit. */
  rate(bytesPerSecond: number): Promise<void>
  speak(what: { binary: boolean; bytes: number; count: number }): Promise<void>
}

/** Asks a server for it, over HTTP. */
export function askFor(url: string): Misbehaviour {
  const ask = async (action: string, value?: unknown): Promise<void> => {
    const { ok, status } = await fetch(url, { method: 'POST', body: JSON.stringify({ action, value }) })
    if (!ok) throw new Error(`The server of the laboratory answered ${status}`)
  }
  return {
    drop: () => ask('drop'),
    reset: () => ask('reset'),
    restart: () => ask('restart'),
    halfOpen: () => ask('halfOpen'),
    stall: (on) => ask('stall', on),
    door: (how) => ask('door', how),
    rate: (bytesPerSecond) => ask('rate', bytesPerSecond),
    speak: (what) => ask('speak', what),
  }
}
