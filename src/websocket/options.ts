/** What a drop-in can be told. */
import type { SteadySocketOptions } from '../index.ts'
import { optionTable } from '../settings.ts'

/** The options of `SteadySocket` but `codec`, since data is as natively, and `protocols`, which are the second argument. */
export interface ReconnectingWebSocketOptions
  extends Omit<SteadySocketOptions, 'codec' | 'protocols' | 'reconnect'> {
  /**
   * When and how fast to reconnect. With `false` all is as with the native class: nothing is queued or held back, whatever
   * `queue` says, and unless they are given, `connectTimeout` and `wake` are off. @default true, all defaults
   */
  reconnect?: SteadySocketOptions['reconnect']
}

/** Those there are in whatever came as a third argument: libraries have ideas of their own about it. */
export function optionsIn(given: unknown): ReconnectingWebSocketOptions {
  const options = Object(given)
  return Object.fromEntries(Object.keys(optionTable).map((name) => [name, options[name]]))
}
