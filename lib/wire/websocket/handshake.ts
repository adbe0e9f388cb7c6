/**
 * The opening handshake: the proof that a server has understood a client's request
 * as one for a WebSocket.
 *
 * @module
 */

/** What every server appends to the key (RFC 6455, section 1.3). */
const SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The one version of the protocol. */
export const VERSION = "13";

/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/** Whether `key` is what a client may send as `Sec-WebSocket-Key`. */
export function isKey(key: string): boolean {
  return KEY.test(key);
}

/** The `Sec-WebSocket-Accept` that answers `key`. */
export async function acceptKey(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key + SUFFIX);
  const digest = await crypto.subtle.digest("SHA-1", bytes);
  return new Uint8Array(digest).toBase64();
}
