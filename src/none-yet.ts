/** What hooks and composables show where there is no socket, or none yet. */
import type { State } from './index.ts'
import type { Status } from './status.ts'

export const idle: State = Object.freeze({ name: 'idle' })
export const connecting: Status = Object.freeze({ name: 'connecting', since: 0 })
export const closed: Status = Object.freeze({ name: 'closed', since: 0 })
