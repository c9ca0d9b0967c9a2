/** Renders React components, in StrictMode where wanted, and takes them away when the test ends. */
import { act, createElement, type FunctionComponent, StrictMode } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { onTestFinished, vi } from 'vitest'

export interface Rendered<Props> {
  readonly container: HTMLElement
  /** Renders again, with new properties or another component. */
  render(props?: Props, component?: FunctionComponent<Props>): Promise<void>
  unmount(): Promise<void>
}

export interface RenderOptions {
  /** @default true */
  strict?: boolean
  /** What a server has rendered, to be taken over. */
  html?: string
}

/** Everything that React, or anybody, says on the console from now on. */
export function watchConsole(): unknown[][] {
  const said: unknown[][] = []
  for (const method of ['error', 'warn'] as const)
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => void said.push(args))
  return said
}

export async function render<Props extends object>(
  component: FunctionComponent<Props>,
  props: Props,
  { strict = true, html }: RenderOptions = {},
): Promise<Rendered<Props>> {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  const container = document.createElement('div')
  container.innerHTML = html ?? ''
  document.body.append(container)
  let last = { component, props }
  const element = () => {
    const child = createElement(last.component, last.props)
    return strict ? createElement(StrictMode, null, child) : child
  }
  let root: Root | undefined
  await act(async () => {
    if (html !== undefined) root = hydrateRoot(container, element())
    else {
      root = createRoot(container)
      root.render(element())
    }
  })
  const unmount = async (): Promise<void> => {
    await act(async () => root?.unmount())
    root = undefined
    container.remove()
  }
  onTestFinished(unmount)
  return {
    container,
    async render(props = last.props, component = last.component) {
      last = { component, props }
      await act(async () => root?.render(element()))
    },
    unmount,
  }
}
