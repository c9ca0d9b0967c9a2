/** The colours of the style sheet, for what is drawn: they differ between light and dark. */

export type Colour = `--${string}`

const known = new Map<Colour, string>()
const probe = document.createElement('span')
probe.hidden = true
document.body.append(probe)

export const dark = matchMedia('(prefers-color-scheme: dark)')
dark.addEventListener('change', () => known.clear())

export function colourOf(name: Colour): string {
  let value = known.get(name)
  if (!value) {
    // As a colour of an element, since a custom property does not say which of light and dark it is.
    probe.style.color = `var(${name})`
    value = getComputedStyle(probe).color
    known.set(name, value)
  }
  return value
}
