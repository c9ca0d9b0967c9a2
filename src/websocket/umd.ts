/** The script-tag face: `window.ReconnectingWebSocket` is the class itself, with what else one may need as static members. */
import { CloseCode, SteadySocket } from '../index.ts'
import { ReconnectingWebSocket } from './reconnecting-websocket.ts'

const face: typeof ReconnectingWebSocket & {
  ReconnectingWebSocket: typeof ReconnectingWebSocket
  SteadySocket: typeof SteadySocket
  CloseCode: typeof CloseCode
} = Object.assign(ReconnectingWebSocket, { ReconnectingWebSocket, SteadySocket, CloseCode })

export default face
