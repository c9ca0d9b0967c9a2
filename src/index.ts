/** steadysocket: a browser-side WebSocket that stays up. */
export {
  type Codec,
  json,
  type StandardIssue,
  type StandardResult,
  type StandardSchema,
  text,
} from './codec.ts'
export type { DropInfo, DropReason, OpenInfo, RetryInfo, SteadySocketEvents } from './core/events.ts'
export type { SendResult } from './core/outbox.ts'
export type {
  CloseDescription,
  ClosedState,
  CloseInfo,
  ClosingState,
  ConnectingState,
  IdleState,
  OpenState,
  Phase,
  State,
  WaitingState,
} from './core/state.ts'
export type { Stats } from './core/stats.ts'
export { SteadySocketError, type SteadySocketErrorCode } from './errors.ts'
export type { BinaryData, FrameData } from './frame.ts'
export type { WebSocketClass, WebSocketLike } from './native.ts'
export type {
  AttemptInfo,
  CodecOptions,
  HandshakeConnection,
  HeartbeatOptions,
  PingOptions,
  Provider,
  QueueOptions,
  ReconnectOptions,
  SendOptions,
  SilenceOptions,
  SteadySocketOptions,
  UrlProvider,
  WaitOptions,
} from './options.ts'
export type { BackoffOptions } from './rules/backoff.ts'
export { CloseCode } from './rules/close-codes.ts'
export { backoff } from './rules/delay.ts'
export { type QueueView, SteadySocket } from './steady-socket.ts'
