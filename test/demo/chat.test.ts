/** The chat, in two browsers. */
import { expect, onTestFinished } from 'vitest'
import { faults } from '../support/axe.ts'
import { FaultProxy } from '../support/fault-proxy.ts'
import type { DrivenPage } from '../support/launch-browsers.ts'
import { click, fill, open, shows, startAgain, test, texts } from './fixture.ts'

async function enter(browser: DrivenPage, url: string, name: string): Promise<DrivenPage> {
  const page = await open(browser, url)
  await fill(page, 'name', name)
  await shows(page, '#badge', 'Connected')
  await shows(page, '#people', name)
  return page
}

async function say(page: DrivenPage, text: string): Promise<void> {
  await fill(page, 'text', text)
  await click(page, '#form button[type=submit]')
}

const taken = '#messages li:not(.waiting)'

test('[P2] two pages chat; the server dies and comes back; what waited arrives once', async ({
  demo,
  server,
  browser,
  otherBrowser,
}) => {
  const ann = await enter(browser, server.url, 'Ann')
  const bob = await enter(otherBrowser, server.url, 'Bob')
  await shows(ann, '#people', 'Bob')
  await say(ann, 'Hello 👋')
  await shows(bob, taken, 'Hello 👋')
  await say(bob, '<b>Hi</b>')
  await shows(ann, taken, '<b>Hi</b>')

  await server.kill()
  await shows(ann, '#badge', 'Reconnecting')
  await say(ann, 'Are you there?')
  await say(ann, 'I shall wait')
  expect(await texts(ann, '#messages .waiting p')).toEqual(['Are you there?', 'I shall wait'])
  expect(await texts(ann, '#people li')).toEqual([])
  await startAgain(demo, server)
  await shows(ann, taken, 'I shall wait')
  await shows(bob, taken, 'I shall wait')
  const all = ['Hello 👋', '<b>Hi</b>', 'Are you there?', 'I shall wait']
  expect(await texts(ann, '#messages p')).toEqual(all)
  expect(await texts(bob, '#messages p')).toEqual(all)
  await shows(ann, '#people', 'Bob')
  expect(await faults(ann)).toEqual([])
})

test('[P2] who was away, or comes later, is told what was said meanwhile', async ({
  server,
  browser,
  otherBrowser,
}) => {
  const network = await FaultProxy.listen(server.port)
  onTestFinished(() => network.close())
  const ann = await enter(browser, `http://127.0.0.1:${network.port}/`, 'Ann')
  await say(ann, 'before')
  await shows(ann, taken, 'before')
  await network.down()
  await shows(ann, '#badge', 'Reconnecting')
  const bob = await enter(otherBrowser, server.url, 'Bob')
  await shows(bob, taken, 'before')
  await say(bob, 'meanwhile')
  await shows(bob, taken, 'meanwhile')
  await say(ann, 'after')
  await network.up()
  await shows(ann, taken, 'after')
  expect(await texts(ann, '#messages p')).toEqual(['before', 'meanwhile', 'after'])
  expect(await texts(bob, '#messages p')).toEqual(['before', 'meanwhile', 'after'])
})

test('[P2] what had left the page when the server died is sent again, and told once', async ({
  demo,
  server,
  browser,
}) => {
  const ann = await enter(browser, server.url, 'Ann')
  await say(ann, 'one')
  await shows(ann, taken, 'one')
  server.hang()
  await say(ann, 'two')
  // Nothing tells when it has left.
  await ann.evaluate(() => new Promise((done) => setTimeout(done, 300)))
  await server.kill()
  await shows(ann, '#badge', 'Reconnecting')
  await startAgain(demo, server)
  await shows(ann, taken, 'two')
  expect(await texts(ann, '#messages p')).toEqual(['one', 'two'])
})

/** Drops a picture of noise of some 2 MiB into the page. */
function dropPicture(page: DrivenPage): Promise<void> {
  return page.evaluate(async () => {
    const [width, height] = [900, 700]
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width, height })
    const data = new ImageData(width, height)
    for (let at = 0; at < data.data.length; at += 16_384) {
      crypto.getRandomValues(new Uint8Array(data.data.buffer, at, Math.min(16_384, data.data.length - at)))
    }
    for (let at = 3; at < data.data.length; at += 4) data.data[at] = 255
    canvas.getContext('2d')?.putImageData(data, 0, 0)
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done))
    const dataTransfer = new DataTransfer()
    dataTransfer.items.add(new File([blob ?? ''], 'noise.png', { type: 'image/png' }))
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
  })
}

/** Resolves with the width of the picture, once it is shown. */
function widthOfPicture(page: DrivenPage): Promise<number> {
  return page.evaluate(async () => {
    for (;;) {
      const image = document.querySelector<HTMLImageElement>('#messages img')
      if (image?.complete && image.naturalWidth > 0) return image.naturalWidth
      await new Promise((done) => setTimeout(done, 20))
    }
  })
}

test('[P2] a picture that is dropped is sent with its progress, through the death of the server, and shown to all', async ({
  demo,
  server,
  browser,
  otherBrowser,
}) => {
  const ann = await enter(browser, server.url, 'Ann')
  const bob = await enter(otherBrowser, server.url, 'Bob')
  await dropPicture(ann)
  await ann.evaluate(async () => {
    const progress = document.querySelector('progress')
    while (progress && !(progress.value > 0 && progress.value < 1))
      await new Promise((done) => setTimeout(done, 1))
  })
  await server.kill()
  await shows(ann, '#badge', 'Reconnecting')
  await say(bob, 'What is it?')
  await startAgain(demo, server)
  expect(await widthOfPicture(bob)).toBe(900)
  expect(await widthOfPicture(ann)).toBe(900)
  expect(await texts(bob, '#messages figcaption')).toEqual(['noise.png'])
  expect(await texts(ann, '#messages progress')).toEqual([])
})
