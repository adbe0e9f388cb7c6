/**
 * Encoding of WebSocket frames. The payload of a large frame is not copied: the
 * header goes out before it.
 *
 * @module
 */

/** What a WebSocket frame is (RFC 6455, section 5.2). */
export const Opcode = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** One of the opcodes. */
export type Opcode = typeof Opcode[keyof typeof Opcode];

/** The last frame of its message. */
export const FIN = 0x80;

/** The bit that says that the payload is masked. */
export const MASKED = 0x80;

/** The length field that says that 16 bits with the length follow. */
export const LENGTH_16 = 126;

/** The length field that says that 64 bits with the length follow. */
export const LENGTH_64 = 127;

/** The longest payload of a control frame, in bytes. */
export const MAX_CONTROL = 125;

const MAX_16 = 0xffff;

const utf8 = new TextEncoder();

/**
 * The header of a frame that is a whole message.
 *
 * @param length Of the payload, in bytes.
 * @param key Four bytes with which the payload is masked, as clients must.
 */
export function encodeHeader(
  opcode: Opcode,
  length: number,
  key?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const extended = length <= MAX_CONTROL ? 0 : length <= MAX_16 ? 2 : 8;
  const header = new Uint8Array(2 + extended + (key?.length ?? 0));
  header[0] = FIN | opcode;
  header[1] = extended === 0 ? length : extended === 2 ? LENGTH_16 : LENGTH_64;
  // By hand: a DataView would cost each header a buffer of its own.
  for (let at = 1 + extended, rest = length; at > 1; at--) {
    header[at] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
  if (key) {
    header[1]! |= MASKED;
    header.set(key, 2 + extended);
  }
  return header;
}

/** A frame that is a whole message, with a copy of its payload. */
export function encodeFrame(
  opcode: Opcode,
  payload: Uint8Array | string,
  key?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? utf8.encode(payload) : payload;
  const header = encodeHeader(opcode, bytes.length, key);
  const frame = new Uint8Array(header.length + bytes.length);
  frame.set(header);
  frame.set(bytes, header.length);
  if (key) mask(frame.subarray(header.length), key);
  return frame;
}

/** A close frame. The reason is cut to what fits. */
export function encodeClose(
  code: number,
  reason = "",
  key?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(MAX_CONTROL);
  new DataView(payload.buffer).setUint16(0, code);
  const { written } = utf8.encodeInto(reason, payload.subarray(2));
  return encodeFrame(Opcode.close, payload.subarray(0, 2 + written), key);
}

/**
 * Masks or unmasks a piece of a payload in place.
 *
 * @param offset How many bytes of the payload precede the piece.
 */
export function mask(
  bytes: Uint8Array,
  key: ArrayLike<number>,
  offset = 0,
): void {
  const [a, b, c, d] = [0, 1, 2, 3].map((n) => key[(offset + n) & 3]!) as [
    number,
    number,
    number,
    number,
  ];
  const { length } = bytes;
  let at = 0;
  for (; at + 4 <= length; at += 4) { // four at a time are twice as fast
    bytes[at]! ^= a;
    bytes[at + 1]! ^= b;
    bytes[at + 2]! ^= c;
    bytes[at + 3]! ^= d;
  }
  for (; at < length; at++) bytes[at]! ^= key[(offset + at) & 3]!;
}
