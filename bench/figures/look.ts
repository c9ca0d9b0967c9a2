/** How the figures of the guide look, in light and in the dark. */
import { frame, type Picture } from '../svg.ts'

const style = `
  svg { color: #1f2328; font: 15px system-ui, sans-serif }
  text { fill: currentColor }
  path, rect { fill: none }
  .title { font-weight: 600 }
  .note { font-size: 13px; fill: #59636e }
  .middle { text-anchor: middle }
  .end { text-anchor: end }
  .axis { stroke: #8c959f }
  .grid { stroke: #8c959f; stroke-opacity: 0.3 }
  .event { stroke: #8c959f; stroke-dasharray: 3 3 }
  .own { fill: #0a66c2; fill-opacity: 0.25 }
  .browser { fill: #0a66c2 }
  .naive { fill: #bc4c00 }
  .mark { stroke: #bf3989; stroke-width: 2 }
  text.mark { stroke: none; fill: #bf3989 }
  .gone { fill: #8c959f; fill-opacity: 0.35 }
  .stuck { fill: #bc4c00; fill-opacity: 0.35; stroke: #bc4c00 }
  .waits { fill: #0a66c2; fill-opacity: 0.2; stroke: #0a66c2 }
  .first { fill: #1a7f37; fill-opacity: 0.25; stroke: #1a7f37 }
  .state { fill: #0a66c2; fill-opacity: 0.12; stroke: #0a66c2 }
  .arrow { stroke: currentColor; stroke-width: 1.5 }
  .head { fill: currentColor }
  .group { stroke: #8c959f; stroke-dasharray: 5 4 }`

const dark = `
  svg { color: #e6edf3 }
  .note { fill: #9198a1 }
  .own, .browser { fill: #4ea1ff }
  .naive { fill: #f0883e }
  .mark { stroke: #f778ba }
  text.mark { fill: #f778ba }
  .stuck { fill: #f0883e; stroke: #f0883e }
  .waits, .state { fill: #4ea1ff; stroke: #4ea1ff }
  .first { fill: #3fb950; stroke: #3fb950 }`

/** Narrow, so that a phone shows the text large enough. */
export const width = 480

export function figure(picture: Pick<Picture, 'title' | 'description' | 'height' | 'body'>): string {
  return frame({ ...picture, width, shownWidth: 640, style, dark })
}
