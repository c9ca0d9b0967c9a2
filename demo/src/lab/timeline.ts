/** Draws the states of the last minute as a band. */

import { find } from '../page.ts'
import { type Colour, colourOf } from './colours.ts'
import { SHOWN, type Timeline } from './record.ts'

const canvas = find('canvas', 'timeline')
const context = canvas.getContext('2d')

const colours: Record<string, Colour> = {
  open: '--good',
  connecting: '--accent',
  waiting: '--busy',
  closing: '--bad',
  closed: '--bad',
  idle: '--off',
}

export function stateColour(name: string): Colour {
  return colours[name] ?? '--off'
}

export function drawTimeline({ spans }: Timeline, now: number): void {
  if (!context) return
  const { clientWidth: width, clientHeight: height } = canvas
  const ratio = devicePixelRatio
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  context.font = `12px ${getComputedStyle(canvas).fontFamily}`
  context.textBaseline = 'middle'
  const band = height - 18
  const at = (time: number): number => width - ((now - time) / SHOWN) * width

  for (const { name, label, from, to } of spans) {
    const [left, right] = [Math.max(0, at(from)), at(to ?? now)]
    if (right < 0) continue
    context.fillStyle = colourOf(stateColour(name))
    context.fillRect(left, 0, Math.max(2, right - left - 1), band)
    if (context.measureText(label).width < right - left - 12) {
      context.fillStyle = colourOf('--surface')
      context.fillText(label, left + 6, band / 2)
    }
  }

  context.fillStyle = colourOf('--faint')
  for (let ago = 50; ago > 0; ago -= 10) {
    context.textAlign = 'center'
    context.fillText(`−${ago} s`, at(now - ago * 1000), height - 7)
  }
  context.textAlign = 'left'
}
