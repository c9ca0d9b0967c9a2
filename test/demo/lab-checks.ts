/** What every button of the laboratory does, wherever its server is. */
import { expect } from 'vitest'
import { faults } from '../support/axe.ts'
import type { DrivenPage } from '../support/launch-browsers.ts'
import { click, fill, open, shows, texts } from './fixture.ts'

export async function enterLab(browser: DrivenPage, url: string): Promise<DrivenPage> {
  const page = await open(browser, url)
  await shows(page, '#log', 'for the first time')
  return page
}

/** Presses the button, and resolves once the log says that since. */
export async function press(page: DrivenPage, selector: string, ...since: string[]): Promise<void> {
  await click(page, '#clear-log')
  await click(page, selector)
  for (const text of since) await shows(page, '#log li', text)
}

/** Makes the socket anew, with that option. */
async function setOption(page: DrivenPage, path: string, value: string): Promise<void> {
  await fill(page, `option-${path}`, value)
  await press(page, '#options button[type=submit]', 'for the first time')
}

/** Each by its title, to be tried on a page of its own. */
export const checks: Record<string, (page: DrivenPage) => Promise<void>> = {
  'a connection that is dropped, reset or closed for a restart is made anew': async (page) => {
    await press(page, '[data-do=drop]', 'code 1006', 'in phase open', 'retry', 'again, after')
    await press(page, '[data-do=reset]', 'code 1006', 'in phase open', 'retry', 'again, after')
    await press(page, '[data-do=restart]', 'in phase open', 'retry', 'again, after')
    await shows(page, '#numbers', '4 of 4 tries')
    await shows(page, '#state', 'open')
    expect(await faults(page)).toEqual([])
  },

  'the heartbeat finds a connection that is half-open, and one that is stalled': async (page) => {
    await setOption(page, 'heartbeat.interval', '500')
    await setOption(page, 'heartbeat.timeout', '500')
    await press(page, '[data-do=halfOpen]', 'in phase heartbeat', 'again, after')
    await press(page, '#stall', 'in phase heartbeat', 'retry')
    expect(await page.evaluate(() => document.querySelector('#stall')?.ariaPressed)).toBe('true')
    await click(page, '#stall')
    await shows(page, '#log li', 'again, after')
    await page.evaluate(() => document.querySelector<HTMLElement>('#filter input')?.focus())
    await shows(page, '#numbers', 'round trip')
  },

  'new connections are refused, not answered, or closed with 4401, until they are welcome again': async (
    page,
  ) => {
    await setOption(page, 'connectTimeout', '500')
    const after: Record<string, string> = {
      refuse: 'in phase connecting',
      ignore: 'CONNECT_TIMEOUT',
      expel: 'code 4401, Token expired',
    }
    for (const [how, what] of Object.entries(after)) {
      await fill(page, 'door', how)
      await press(page, '[data-do=drop]', what)
      await fill(page, 'door', 'welcome')
      await press(page, '#reconnect', 'again, after')
    }
  },

  'an upload goes through a slow reader, with progress to 100 %': async (page) => {
    // A reader as slow as this is silent for long.
    await press(page, '#heartbeat', 'for the first time')
    await fill(page, 'rate', '4194304')
    await click(page, '#upload')
    const seen = await page.evaluate(async () => {
      const taken = document.querySelector<HTMLProgressElement>('#taken')
      const seen: number[] = []
      while (taken && taken.value < 1) {
        if (seen.at(-1) !== taken.value) seen.push(taken.value)
        await new Promise((done) => setTimeout(done, 10))
      }
      return seen
    })
    expect(seen.length).toBeGreaterThan(5)
    expect(seen).toEqual(seen.slice().sort((a, b) => a - b))
    await shows(page, '#left-text', '100 %')
    await shows(page, '#taken-text', '100 %')
    await shows(page, '#numbers div:nth-child(5)', 'in the browser0 B')
  },

  'a flood leaves; what the server says comes, bytes as they are wanted': async (page) => {
    await press(page, '#flood', 'nothing waits any more')
    await shows(page, '#numbers', '10000 · 1.9 MiB')
    await press(page, '#speak-bytes', 'Blob of 1024 bytes')
    await click(page, '#binary-type')
    await press(page, '#speak-bytes', 'ArrayBuffer of 1024 bytes')
    await press(page, '#speak-text', 'The server says something.')
    await press(page, '#speak-much', '(4096)')
    await press(page, '#toggle', 'code 1000', 'is the end')
    await click(page, '#say')
    await shows(page, '#log li', 'closed')
    await press(page, '#toggle', 'again, after')
  },

  'options are tried and shown as code; a bad one is named': async (page) => {
    expect(await texts(page, '#code')).toEqual([expect.stringContaining('interval: 2000')])
    await press(page, '#heartbeat', 'for the first time')
    expect(await texts(page, '#code')).toEqual([
      "import { SteadySocket } from 'steadysocket'\n\nconst socket = new SteadySocket('/feed')",
    ])
    await fill(page, 'option-reconnect.maxDelay', '60000')
    await fill(page, 'option-queue.overflow', 'drop-oldest')
    expect(await texts(page, '#code')).toEqual([
      [
        "import { SteadySocket } from 'steadysocket'",
        '',
        "const socket = new SteadySocket('/feed', {",
        '  reconnect: {',
        '    maxDelay: 60_000,',
        '  },',
        '  queue: {',
        "    overflow: 'drop-oldest',",
        '  },',
        '})',
      ].join('\n'),
    ])
    await fill(page, 'option-reconnect.maxDelay', '-1')
    await click(page, '#options button[type=submit]')
    await shows(page, '#problem', '`reconnect.maxDelay`')
    await shows(page, '#problem', '-1')
    expect(await faults(page)).toEqual([])
  },

  'what waits is cleared, and the badge does not wait': async (page) => {
    await fill(page, 'door', 'refuse')
    await press(page, '[data-do=drop]', 'retry')
    await click(page, '#say')
    await shows(page, '#numbers', 'in the queue1 ')
    await press(page, '#clear', '1 messages taken out of the queue')
    await shows(page, '#numbers', 'in the queue0 ')
    await fill(page, 'door', 'welcome')
    await press(page, '#badge button', 'again, after')
  },

  'the code is copied or selected, and the options go back to the defaults': async (page) => {
    const [code] = await texts(page, '#code')
    // Which of the two, the browser decides: nobody has touched the page.
    await click(page, '#copy')
    await shows(page, '#copy', 'ed')
    await fill(page, 'option-connectTimeout', '500')
    expect(await texts(page, '#code')).not.toEqual([code])
    await click(page, '#options button[type=reset]')
    await shows(page, '#code', code ?? '')
  },

  'the log shows what the filter lets through': async (page) => {
    const shown = (): Promise<string[]> => texts(page, '#log li:not([hidden]) b')
    await press(page, '#speak-text', 'The server says something.')
    expect(await shown()).not.toContain('message')
    const toggle = (kind: string): Promise<void> =>
      page.evaluate((kind) => {
        const label = [...document.querySelectorAll('#filter label')].find(
          (each) => each.textContent === kind,
        )
        label?.querySelector('input')?.click()
      }, kind)
    await toggle('message')
    expect(await shown()).toContain('message')
    await toggle('message')
    expect(await shown()).not.toContain('message')
  },
}
