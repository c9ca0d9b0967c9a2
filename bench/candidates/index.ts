/** All that are measured, in the order of their turns. */
import type { Candidate } from './candidate.ts'
import { native } from './native.ts'
import { partysocket } from './partysocket.ts'
import { reconnectingWebsocket } from './reconnecting-websocket.ts'
import { rews } from './rews.ts'
import { earlier, steadysocket } from './steadysocket.ts'
import { sturdyWebsocket } from './sturdy-websocket.ts'
import { tutorial } from './tutorial.ts'
import { webSocketStream } from './websocket-stream.ts'
import { websocketTs } from './websocket-ts.ts'

const all: readonly Candidate[] = [
  native,
  steadysocket,
  earlier,
  webSocketStream,
  reconnectingWebsocket,
  partysocket,
  rews,
  websocketTs,
  sturdyWebsocket,
  tutorial,
]

export const candidates: readonly Candidate[] = all.filter(({ available = true }) => available)
