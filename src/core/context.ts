/** What the pieces of one socket share. */
import type { UrlProvider } from '../options.ts'
import type { Settings } from '../settings.ts'
import type { Looks } from '../until.ts'
import type { Tell } from './events.ts'
import type { PartMaker } from './part.ts'
import type { Counters } from './stats.ts'
import type { Steps } from './steps.ts'

export interface Context<In, Out> {
  readonly url: UrlProvider
  readonly settings: Settings<In, Out>
  readonly parts: readonly PartMaker<In>[]
  readonly counters: Counters
  readonly steps: Steps
  readonly looks: Looks
  readonly tell: Tell<In>
  /** Something has changed that subscribers and promises may wait for: all of them look, one step each. */
  lookAgain(): void
  /** Whether somebody listens for `drain` or waits for `drained()`. */
  wantsDrain(): boolean
  /** Runs it in a microtask, in the context in which the socket was made: that of zone.js. */
  inOwnContext(run: () => void): void
  /** What the native socket shall make of binary frames. */
  nativeBinaryType(): BinaryType
}
