/** A ring of frames, each of which knows its neighbours: no end of it is special. */
import { createFrame, type Frame } from '../frame.ts'

/** Answers the cuts of a ring that has no frames yet, in order. They are frames themselves, of no bytes and no time. */
export function createRing(): [Frame, Frame, Frame, Frame] {
  const [end, ...cuts] = ['', '', '', ''].map((none) => createFrame(none)) as [Frame, Frame, Frame, Frame]
  end.before = end.after = end
  for (const cut of cuts) insert(cut, end)
  return [end, ...cuts]
}

export const before = (frame: Frame): Frame => frame.before as Frame
export const after = (frame: Frame): Frame => frame.after as Frame

export function insert(frame: Frame, place: Frame): void {
  frame.before = before(place)
  frame.after = place
  before(place).after = frame
  place.before = frame
}

export const isInRing = (frame: Frame): boolean => frame.after !== undefined

export function remove(frame: Frame): Frame {
  before(frame).after = frame.after
  after(frame).before = frame.before
  frame.before = frame.after = undefined
  return frame
}
