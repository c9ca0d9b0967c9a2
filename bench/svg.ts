/** Figures by hand: text, numbers, and a frame that is readable in light and dark. */

export interface Picture {
  readonly title: string
  /** The caption, for who cannot see it. */
  readonly description: string
  /** What the view box shows. */
  readonly left?: number
  readonly width: number
  readonly height: number
  /** The size of the picture on a wide page, in CSS pixels; otherwise it is as wide as the page. */
  readonly shownWidth?: number
  /** Styles, and those that are different in the dark. */
  readonly style: string
  readonly dark: string
  readonly body: readonly string[]
}

export function text(x: number, y: number, kind: string, content: string): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${content}</text>`
}

export function round(value: number): number {
  return Math.round(value * 100) / 100
}

export function frame({
  title,
  description,
  left = 0,
  width,
  height,
  shownWidth,
  style,
  dark,
  body,
}: Picture): string {
  const size = shownWidth ? ` width="${shownWidth}"` : ''
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} 0 ${width} ${height}"${size} role="img">
<title>${title}</title>
<desc>${description}</desc>
<style>
${indent(style, 2)}
  @media (prefers-color-scheme: dark) {
${indent(dark, 4)}
  }
</style>
${body.join('\n')}
</svg>
`
}

function indent(lines: string, spaces: number): string {
  return lines.trim().replace(/^ */gm, ' '.repeat(spaces))
}
