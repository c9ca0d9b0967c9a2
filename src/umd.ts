/** The script-tag face: `window.SteadySocket` is the class itself, the other exports are its static members. */

import { json, text } from './codec.ts'
import { SteadySocketError } from './errors.ts'
import { CloseCode } from './rules/close-codes.ts'
import { backoff } from './rules/delay.ts'
import { SteadySocket } from './steady-socket.ts'

const face: typeof SteadySocket & {
  SteadySocket: typeof SteadySocket
  SteadySocketError: typeof SteadySocketError
  CloseCode: typeof CloseCode
  backoff: typeof backoff
  json: typeof json
  text: typeof text
} = Object.assign(SteadySocket, { SteadySocket, SteadySocketError, CloseCode, backoff, json, text })

export default face
