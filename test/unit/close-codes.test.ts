/** Close codes: their numbers, and which of them say that this client may not connect. */
import { expect } from 'vitest'
import { CloseCode } from '../../src/index.ts'
import { isRefusal } from '../../src/rules/close-codes.ts'
import { at } from '../support/scripted.ts'
import { test } from './fixture.ts'

test('[R1] the codes have the numbers of RFC 6455 and the IANA registry', () => {
  expect(CloseCode).toEqual({
    NormalClosure: 1000,
    GoingAway: 1001,
    ProtocolError: 1002,
    UnsupportedData: 1003,
    NoStatusReceived: 1005,
    AbnormalClosure: 1006,
    InvalidPayload: 1007,
    PolicyViolation: 1008,
    MessageTooBig: 1009,
    MandatoryExtension: 1010,
    InternalError: 1011,
    ServiceRestart: 1012,
    TryAgainLater: 1013,
    BadGateway: 1014,
    TlsHandshake: 1015,
    Unauthorized: 3000,
    Forbidden: 3003,
    Timeout: 3008,
  })
  expect(Object.values(CloseCode).filter(isRefusal)).toEqual([1008, 1010, 3000, 3003])
})

test('[L7] what is refused says what it must be', async () => {
  const { socket } = await at('open')
  expect(() => socket.close(1)).toThrow('Expected `code` to be 1000 or an integer from 3000 to 4999, got 1')
  expect(() => socket.close(1000, 'x'.repeat(124))).toThrow(
    'Expected `reason` to be at most 123 bytes in UTF-8, got 124',
  )
})
