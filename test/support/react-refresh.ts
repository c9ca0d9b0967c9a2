/** React's hot updates, as bundlers set them up: imported before React DOM. */
import type { FunctionComponent } from 'react'
import runtime from 'react-refresh/runtime'

runtime.injectIntoGlobalHook(globalThis as never)

/** A new version of a component under its name; with other hooks than before, its state is to be made anew. */
export function update<Props>(
  component: FunctionComponent<Props>,
  name: string,
  hooks: string,
): FunctionComponent<Props> {
  runtime.register(component, name)
  runtime.setSignature(component, hooks)
  return component
}

/** Puts the new versions in place. */
export function refresh(): void {
  runtime.performReactRefresh()
}
