/** steadysocket: a browser-side WebSocket that stays up. */
export { type BackoffOptions, backoff } from './backoff.ts'
export { CloseCode } from './close-codes.ts'
export {
  type Codec,
  json,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  text,
} from './codec.ts'
export { SteadySocketError, type SteadySocketErrorCode } from './errors.ts'
export type {
  BinaryData,
  CloseDescription,
  CloseInfo,
  DropInfo,
  DropReason,
  FrameData,
  OpenInfo,
  Phase,
  RetryInfo,
  SteadySocketEvents,
} from './events.ts'
export type {
  AttemptInfo,
  HandshakeConnection,
  HeartbeatOptions,
  Provider,
  QueueOptions,
  ReconnectOptions,
  SendOptions,
  SteadySocketOptions,
  UrlProvider,
  WaitOptions,
  WebSocketClass,
  WebSocketLike,
} from './options.ts'
export type {
  ClosedState,
  ClosingState,
  ConnectingState,
  IdleState,
  OpenState,
  State,
  WaitingState,
} from './state.ts'
export { type QueueView, type SendResult, type Stats, SteadySocket } from './steady-socket.ts'
