/** Encodes a picture as a PNG of at most 256 colours: what is on a screen has few that matter. */
import { crc32, deflateSync } from 'node:zlib'

/** @param {Buffer} pixels red, green, blue and alpha of each; alpha is not looked at */
export function encodePng(width, height, pixels) {
  const counts = new Map()
  const colours = new Uint32Array(width * height)
  for (let at = 0; at < colours.length; at++) {
    const colour = pixels.readUIntBE(at * 4, 3)
    colours[at] = colour
    counts.set(colour, (counts.get(colour) ?? 0) + 1)
  }
  const palette = [...counts]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 256)
    .map(([colour]) => colour)
  const indexes = new Map(palette.map((colour, index) => [colour, index]))
  const indexOf = (colour) => {
    const index = indexes.get(colour) ?? nearest(palette, colour)
    indexes.set(colour, index)
    return index
  }

  const rows = Buffer.alloc((width + 1) * height)
  for (let at = 0; at < colours.length; at++) rows[at + Math.floor(at / width) + 1] = indexOf(colours[at])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3], 8) // bits a pixel; by a palette
  const table = Buffer.alloc(palette.length * 3)
  for (const [index, colour] of palette.entries()) table.writeUIntBE(colour, index * 3, 3)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function nearest(palette, colour) {
  let [best, least] = [0, Infinity]
  for (const [index, each] of palette.entries()) {
    let distance = 0
    for (const shift of [0, 8, 16]) distance += (((each >> shift) & 255) - ((colour >> shift) & 255)) ** 2
    if (distance < least) [best, least] = [index, distance]
  }
  return best
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  check.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, check])
}
