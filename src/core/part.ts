/** The seam: what may be attached to a connection, and how it sees it. */
import type { SteadySocketError } from '../errors.ts'
import type { FrameData } from '../frame.ts'
import type { Phase } from './state.ts'

/** What came in: the event by which it is told. */
export type Inbound<In> = ['message', In] | ['binary', ArrayBuffer | Blob]

/** A connection as a part sees it. */
export interface Link {
  /** Aborted when the connection has ended. */
  readonly signal: AbortSignal
  /** Sends past the queue; answers whether the browser took it. During `shake` it throws what the browser throws. */
  send(data: FrameData): boolean
  /** Bytes handed to the browser so far, and how many of those have left it. */
  progress(): { readonly handedOver: number; readonly departed: number }
  /** Gives the connection up, for that reason. */
  end(phase: Phase, error: SteadySocketError): void
}

/**
 * Something that lives as long as a connection and takes part in it: the handshake, the heartbeat; anything that sends
 * by itself and claims answers. Every step is optional.
 */
export interface Part<In> {
  /** The native socket is open. A promise delays `open` until it resolves; what it throws fails the attempt. */
  shake?(): unknown
  /** `open` is about to be told, and the part may send before it. Answers what the part has kept of what came in, to be told after it. */
  opened?(): readonly Inbound<In>[] | undefined
  /** Something came in, `undefined` if it made no sense. Every part is asked; what one claims is not told. */
  received?(inbound: Inbound<In> | undefined): boolean
  /** The page or the network is back, which suggests that the connection may have died. */
  woken?(): void
  /** The connection has ended, or is about to be closed; may come twice. */
  over?(): void
}

/** Makes a part for each connection; what outlives one is the maker's own. */
export type PartMaker<In> = (link: Link) => Part<In>
