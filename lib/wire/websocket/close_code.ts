/**
 * Close codes: how one end of a WebSocket tells the other why it ends.
 *
 * @module
 */

/** The close codes that we send (RFC 6455, section 7.4.1). */
export const CloseCode = {
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  invalidData: 1007,
  policyViolation: 1008,
  messageTooBig: 1009,
  internalError: 1011,
} as const;

/** One of the close codes that we send. */
export type CloseCode = typeof CloseCode[keyof typeof CloseCode];

/**
 * The other end broke the protocol or one of our limits. Its connection ends with
 * this close code.
 */
export class WebSocketError extends Error {
  /** The name of this class. */
  override readonly name = "WebSocketError";

  /** Made by the decoder. `message` goes to the other end: 123 bytes at most. */
  constructor(readonly code: CloseCode, message: string) {
    super(message);
  }
}

/** Codes that describe a connection that ended without one, and are never sent. */
const NEVER_SENT = new Set([1004, 1005, 1006]);

/** Whether a close frame may carry `code`: one of the protocol's, or an application's. */
export function isCloseCode(code: number): boolean {
  return code >= 1000 && code <= 1014 && !NEVER_SENT.has(code) ||
    code >= 3000 && code <= 4999;
}

/** Ends a connection whose other end broke the protocol, or a limit. */
export function fail(
  message: string,
  code: CloseCode = CloseCode.protocolError,
): never {
  throw new WebSocketError(code, message);
}

/** Why a stream cannot go on whose WebSocket is closed, or broken. */
export function lost(): Error {
  return Object.assign(
    new Error("Cannot go on: the WebSocket ended without a close frame"),
    { code: "ECONNRESET" },
  );
}
