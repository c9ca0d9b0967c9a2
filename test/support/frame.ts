/** A page inside the test page: of the same origin, with its own global object and Content-Security-Policy. */
import { onTestFinished } from 'vitest'

/** Removed after the test. */
export async function openFrame(html: string): Promise<Window & typeof globalThis> {
  const frame = document.createElement('iframe')
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve))
  frame.srcdoc = html
  document.body.append(frame)
  onTestFinished(() => frame.remove())
  await loaded
  return frame.contentWindow as Window & typeof globalThis
}
