/** The moving charts. */

import './language.ts'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { find, sizeOf } from '../page.ts'
import { type Colour, colourOf, dark } from './colours.ts'
import { type Samples, SHOWN } from './record.ts'

interface Line {
  label: string
  colour: Colour
  filled?: boolean
}

const HEIGHT = 150
const charts: { plot: uPlot; samples: Samples }[] = []
/** Of two, since a kibibyte is 1024 bytes. */
const powers = Array.from({ length: 40 }, (_, exponent) => 2 ** exponent)
const bytes = (value: number | null): string => (value === null ? '' : sizeOf(value))
const milliseconds = (value: number | null): string => (value === null ? '' : `${Math.round(value)} ms`)

export function addChart(
  id: string,
  samples: Samples,
  lines: Line[],
  { words = bytes, least = 1024 }: { words?: (value: number | null) => string; least?: number } = {},
): void {
  const place = find('div', id)
  const axis: uPlot.Axis = {
    stroke: () => colourOf('--faint'),
    grid: { stroke: () => colourOf('--line'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  }
  const plot = new uPlot(
    {
      width: Math.max(200, place.clientWidth),
      height: HEIGHT,
      cursor: { show: false },
      scales: { y: { range: (_, __, most) => [0, Math.max(least, (most ?? 0) * 1.1)] } },
      axes: [
        { ...axis, show: false },
        {
          ...axis,
          size: 62,
          values: (_, values) => values.map(words),
          ...(words === bytes && { incrs: powers }),
        },
      ],
      series: [
        {},
        ...lines.map(
          ({ label, colour, filled }): uPlot.Series => ({
            label,
            stroke: () => colourOf(colour),
            ...(filled && { fill: () => colourOf(colour).replace(/^rgb\((.*)\)$/, 'rgb($1, 0.18)') }),
            width: 2,
            points: { show: false },
            value: (_, value) => words(value),
          }),
        ),
      ],
      legend: {
        live: false,
        markers: { width: 0, fill: (_, index) => colourOf(lines[index - 1]?.colour ?? '--ink') },
      },
    },
    samples.columns as uPlot.AlignedData,
    place,
  )
  charts.push({ plot, samples })
  new ResizeObserver(() => {
    if (place.clientWidth > 0) plot.setSize({ width: place.clientWidth, height: HEIGHT })
  }).observe(place)
}

export { milliseconds }

export function moveCharts(now: number): void {
  for (const { plot, samples } of charts) {
    plot.setData(samples.columns as uPlot.AlignedData, false)
    plot.setScale('x', { min: (now - SHOWN) / 1000, max: now / 1000 })
  }
}

dark.addEventListener('change', () => {
  for (const { plot } of charts) plot.redraw()
})
