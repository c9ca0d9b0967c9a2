/** Garbage collection on demand, to see whether something is still held. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Whether nothing holds it any more but this reference. */
export async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  // What a WeakRef was asked for lives until the end of the task.
  await new Promise((resolve) => setTimeout(resolve))
  collect()
  return reference.deref() === undefined
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
