/** Makes the pictures of the README: the demo's pages in Chromium, light and dark, as small PNGs in docs/images. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright'
import { build } from 'vite'
import { encodePng } from './png.mjs'
import { sources } from './sources.mjs'

const root = join(import.meta.dirname, '..')
const demo = join(root, 'demo')
const images = join(root, 'docs/images')
const MAX_BYTES = 60_000

const executablePath = process.env.CHROME_PATH ?? '/usr/bin/chromium'
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []

await build({
  root: demo,
  configFile: join(demo, 'vite.config.ts'),
  logLevel: 'warn',
  resolve: { alias: sources },
})
await mkdir(images, { recursive: true })
const browser = await chromium.launch({ executablePath, args })
try {
  await Promise.all(['light', 'dark'].flatMap((colorScheme) => [chat(colorScheme), lab(colorScheme)]))
} finally {
  await browser.close()
}

/** A chat of two, whose server has just died. */
async function chat(colorScheme) {
  const server = await startServer()
  const ann = await open(server.url, { colorScheme, viewport: { width: 1000, height: 640 } }, 'Ann')
  const bob = await open(server.url, {}, 'Bob')
  await say(ann, 'Good morning! Who is there?')
  await say(bob, 'Me. Still on the train, the network comes and goes')
  await ann.locator('#messages', { hasText: 'comes and goes' }).waitFor()
  await ann.evaluate(dropPicture)
  await ann.locator('#messages img').waitFor()
  await say(bob, '😍 Where is that?')
  await ann.locator('#messages', { hasText: 'Where' }).waitFor()
  await server.kill()
  await ann.locator('#badge', { hasText: 'Reconnecting in' }).waitFor()
  await ann.fill('#text', 'The lake behind our house')
  await ann.press('#text', 'Enter')
  await ann.fill('#text', 'I shall be there from five o’clock')
  await save(ann, `chat-${colorScheme}`)
}

async function say(page, text) {
  await page.fill('#text', text)
  await page.press('#text', 'Enter')
  await page.locator('#messages li:not(.waiting)', { hasText: text }).waitFor()
}

/** In few colours, so that it stays small. */
async function dropPicture() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 380, height: 180 })
  const context = canvas.getContext('2d')
  const shape = (colour, points) => {
    context.fillStyle = colour
    context.beginPath()
    for (const [x, y] of points) context.lineTo(x, y)
    context.fill()
  }
  shape('#ffd9a8', [
    [0, 0],
    [380, 0],
    [380, 180],
    [0, 180],
  ])
  context.fillStyle = '#ff8f5a'
  context.beginPath()
  context.arc(150, 62, 24, 0, 7)
  context.fill()
  shape('#7a86b8', [
    [0, 110],
    [70, 45],
    [130, 100],
    [190, 60],
    [260, 115],
    [330, 70],
    [380, 105],
    [380, 180],
    [0, 180],
  ])
  shape('#4a5a8f', [
    [0, 130],
    [90, 90],
    [170, 128],
    [250, 105],
    [380, 132],
    [380, 180],
    [0, 180],
  ])
  shape('#9fc3d8', [
    [0, 135],
    [380, 135],
    [380, 180],
    [0, 180],
  ])
  const blob = await new Promise((done) => canvas.toBlob(done))
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File([blob], 'lake.png', { type: 'image/png' }))
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }))
}

/** A socket that has had a hard minute. */
async function lab(colorScheme) {
  const server = await startServer()
  const page = await open(`${server.url}lab.html`, { colorScheme, viewport: { width: 1180, height: 800 } })
  const pause = (seconds) => page.waitForTimeout(seconds * 1000)
  await pause(3)
  await page.selectOption('#rate', '1048576')
  await page.click('#upload')
  await pause(9)
  await page.click('[data-do=drop]')
  await pause(7)
  await page.selectOption('#rate', '262144')
  await page.click('#upload')
  await pause(6)
  await page.click('[data-do=reset]')
  await pause(8)
  await page.selectOption('#door', 'refuse')
  await page.click('[data-do=drop]')
  await pause(11)
  await page.selectOption('#door', 'welcome')
  await page.selectOption('#rate', '1048576')
  await pause(8)
  await save(page, `lab-${colorScheme}`)
  await server.kill()
}

async function open(url, options, name) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 640 }, ...options })
  const page = await context.newPage()
  if (name) await page.addInitScript((name) => void sessionStorage.setItem('name', name), name)
  await page.goto(url)
  await page.locator('#badge', { hasText: 'Connected' }).waitFor()
  return page
}

async function startServer() {
  const child = spawn(process.execPath, ['server.js', '--production', '--port', '0'], {
    cwd: demo,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /http:\S+/.exec(line)?.[0]
    const kill = async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    if (url) return { url, kill }
  }
  throw new Error('The server ended without saying where it is')
}

/** Its pixels, by a page that can read them, as a PNG of few colours. */
async function save(page, name) {
  const shot = (await page.screenshot()).toString('base64')
  const reader = await browser.newPage()
  const { width, height, pixels } = await reader.evaluate(async (shot) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${shot}`)).blob())
    const { width, height } = bitmap
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context.drawImage(bitmap, 0, 0)
    const file = new Blob([context.getImageData(0, 0, width, height).data])
    const url = await new Promise((done) => {
      const reader = new FileReader()
      reader.onload = () => done(reader.result)
      reader.readAsDataURL(file)
    })
    return { width, height, pixels: url.slice(url.indexOf(',') + 1) }
  }, shot)
  await reader.close()
  const png = encodePng(width, height, Buffer.from(pixels, 'base64'))
  await writeFile(join(images, `${name}.png`), png)
  console.log(`${name}.png ${png.length} bytes`)
  if (png.length > MAX_BYTES) throw new Error(`${name}.png is larger than ${MAX_BYTES} bytes`)
}
