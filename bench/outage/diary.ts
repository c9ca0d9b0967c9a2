/** What the page tells of its clients, and what it is asked to do. */

export interface Assignment {
  readonly client: number
  readonly candidate: string
  readonly url: string
  /** Whether the last segment of the path is another one at each attempt. */
  readonly paths: boolean
}

/**
 * `attempt`: a native socket was built. `failed`: the engine closed it. `givenUp`: the library did, before the engine.
 * `open`: the library says that it is open. Times are those of `Date.now()`, which page and server share.
 */
export interface Entry {
  readonly client: number
  readonly what: 'attempt' | 'failed' | 'givenUp' | 'open'
  readonly at: number
}
