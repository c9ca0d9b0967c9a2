/** WebSocket close codes by name, and which of them no retry can help. */
import { domException, expected } from '../errors.ts'
import { byteLength } from '../frame.ts'

/**
 * The close codes of RFC 6455 (7.4.1) and of the IANA registry that grew from it.
 * Applications choose their own from 4000–4999; libraries and frameworks register theirs from 3000–3999.
 */
export const CloseCode = {
  /** The purpose of the connection has been fulfilled. */
  NormalClosure: 1000,
  /** A server going down, or a page navigated away from. */
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  /** Never on the wire: the close frame held no code. */
  NoStatusReceived: 1005,
  /** Never on the wire: the connection ended without a close frame. */
  AbnormalClosure: 1006,
  InvalidPayload: 1007,
  PolicyViolation: 1008,
  MessageTooBig: 1009,
  MandatoryExtension: 1010,
  InternalError: 1011,
  ServiceRestart: 1012,
  TryAgainLater: 1013,
  BadGateway: 1014,
  /** Never on the wire: the TLS handshake failed (only Firefox tells). */
  TlsHandshake: 1015,
  Unauthorized: 3000,
  Forbidden: 3003,
  Timeout: 3008,
} as const

const refusals: ReadonlySet<number> = new Set([
  CloseCode.PolicyViolation,
  CloseCode.MandatoryExtension,
  CloseCode.Unauthorized,
  CloseCode.Forbidden,
])

/** Whether the server says by this code that this client may not connect, so that trying again is no use. */
export function isRefusal(code: number): boolean {
  return refusals.has(code)
}

/**
 * Answers the code and the reason, converted as natively (Web IDL: `[Clamp] unsigned short`, `USVString`), if they may go
 * out; else throws what the native `close()` throws (WHATWG WebSockets, the `close(code, reason)` method).
 */
export function readCloseArguments(code: unknown, reason: unknown): [number | undefined, string] {
  const number = code === undefined ? undefined : clamp(+(code as number))
  const text = `${reason}`
  if (number !== undefined && number !== 1000 && !(number >= 3000 && number <= 4999)) {
    const wanted = 'to be 1000 or an integer from 3000 to 4999'
    throw domException('InvalidAccessError', expected('code', wanted, code))
  }
  const bytes = byteLength(text)
  if (bytes > 123)
    throw domException('SyntaxError', expected('reason', 'to be at most 123 bytes in UTF-8', bytes))
  return [number, text]
}

/** To the nearest integer, and of two as near to the even one. */
function clamp(value: number): number {
  return value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value)
}
